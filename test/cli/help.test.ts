import assert from 'node:assert/strict';
import test from 'node:test';
import type { Command } from 'commander';
import { buildProgram } from '../../src/cli/program.ts';
import { TOPICS } from '../../src/cli/topics.ts';
import { runCommand } from './transcript.ts';

/** Every command that does something, with the words that lead to it. */
function leaves(
  command: Command,
  path: readonly string[] = [],
): { command: Command; path: readonly string[] }[] {
  if (command.commands.length === 0) return [{ command, path }];
  return command.commands.flatMap((each) => leaves(each, [...path, each.name()]));
}

const program = buildProgram({ run: () => Promise.resolve() }, { print: () => undefined, columns: 100 });
const commands = leaves(program).filter(({ path }) => path[0] !== 'help');

for (const { path } of commands) {
  test(`the help of ${path.join(' ')} teaches by two to four examples that use it`, async () => {
    const shown = (await runCommand(`strongroom help ${path.join(' ')}`)).join('\n');
    const examples = shown.split('\n').filter((line) => line.startsWith('  $ '));
    assert.ok(examples.length >= 2 && examples.length <= 4, shown);
    assert.match(examples.join('\n'), new RegExp(`strongroom .*${path.join(' ')}`));
  });
}

test('no option has a name that would invite a secret onto the command line', () => {
  for (const { command, path } of [...commands, { command: program, path: ['strongroom'] }]) {
    for (const option of command.options) {
      const takesSecret = /passphrase|password|access-code|root-key|share-file|key-file/.test(
        option.long ?? '',
      );
      if (takesSecret && option.required) assert.match(option.long ?? '', /-file$/, path.join(' '));
    }
  }
});

test('the overview groups all commands and names the topics', async () => {
  const shown = (await runCommand('strongroom --help')).join('\n');
  for (const { path } of commands) assert.match(shown, new RegExp(`^  ${path[0] ?? ''}\\b`, 'm'));
  for (const topic of Object.keys(TOPICS)) {
    assert.ok(shown.includes(`strongroom help ${topic}`));
    assert.ok((await runCommand(`strongroom help ${topic}`)).length > 3);
  }
});

test('help is the same asked for in either way, and without words', async () => {
  assert.deepEqual(await runCommand('strongroom help put'), await runCommand('strongroom put --help'));
  assert.deepEqual(await runCommand('strongroom'), await runCommand('strongroom --help'));
});
