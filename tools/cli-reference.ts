import type { Command } from 'commander';
import { buildProgram } from '../src/cli/program.ts';
import { TOPICS } from '../src/cli/topics.ts';

const COLUMNS = 100;

/** The page of every command: exactly what its `--help` prints, and the help topics. */
export function formatCliReference(generated: string): string {
  let printed = '';
  const program = buildProgram(
    { run: () => Promise.resolve() },
    { print: (text) => (printed += text), columns: COLUMNS },
  );
  const helpOf = (command: Command): string => {
    printed = '';
    command.outputHelp();
    return fenced(printed);
  };
  const commands = leavesOf(program).map(
    ({ words, command }) => `## strongroom ${words}\n\n${helpOf(command)}`,
  );
  const topics = Object.entries(TOPICS).map(
    ([name, { summary, text }]) => `## Topic: ${name}\n\nOn ${summary}.\n\n${fenced(text())}`,
  );
  return ['# Commands', generated, helpOf(program), ...commands, ...topics].join('\n\n') + '\n';
}

interface Leaf {
  readonly words: string;
  readonly command: Command;
}

/** Every command that does something, `keys rotate` as well as `put`. */
function leavesOf(parent: Command, before: readonly string[] = []): Leaf[] {
  return parent.commands
    .filter((command) => command.name() !== 'help')
    .flatMap((command) => {
      const words = [...before, command.name()];
      const below = leavesOf(command, words);
      return below.length > 0 ? below : [{ words: words.join(' '), command }];
    });
}

function fenced(text: string): string {
  return `\`\`\`\n${text.trimEnd()}\n\`\`\``;
}
