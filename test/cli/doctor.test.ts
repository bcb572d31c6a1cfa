import assert from 'node:assert/strict';
import test from 'node:test';
import { temporaryFolder } from '../kit/temporary-home.ts';
import { runCommand } from './transcript.ts';

test('doctor ends with 8 when a line fails, with --strict also when one warns', async (t) => {
  const before = process.cwd();
  process.chdir(await temporaryFolder(t));
  t.after(() => process.chdir(before));
  await runCommand('strongroom init --quiet');
  const strict = await runCommand('strongroom doctor --strict');
  assert.equal(strict.at(-1), '[exit 8]');
  assert.ok(strict.some((line) => /^warn\s+keys\s+root-seals\s+only one root seal, key-file/.test(line)));
  assert.ok(strict.some((line) => line.startsWith('  keys root-seals: strongroom root add')));
  const calm = await runCommand('strongroom doctor --json');
  const isFailing = calm.some((line) => line.includes('"standing": "fail"'));
  assert.equal(calm.at(-1) === '[exit 8]', isFailing);
});
