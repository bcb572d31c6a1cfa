import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { temporaryFolder } from '../kit/temporary-home.ts';
import { isAsExpected, parseTranscript, runCommand } from './transcript.ts';

const FOLDER = new URL('transcripts/', import.meta.url);

/** Tests what the transcripts of one suite show: those called `*.system.txt`, or all others. */
export function testTranscripts(suite: 'ordinary' | 'system'): void {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));
  for (const name of names.filter((each) => each.endsWith('.system.txt') === (suite === 'system')))
    testTranscript(name);
}

function testTranscript(name: string): void {
  test(`the command line does what the transcript ${name} shows`, async (t) => {
    const before = process.cwd();
    process.chdir(await temporaryFolder(t));
    t.after(() => process.chdir(before));
    for (const { command, expected } of parseTranscript(readFileSync(new URL(name, FOLDER), 'utf8'))) {
      const shown = await runCommand(command);
      assert.ok(
        isAsExpected(expected, shown),
        `$ ${command}\n${shown.join('\n')}\nexpected\n${expected.join('\n')}`,
      );
    }
  });
}
