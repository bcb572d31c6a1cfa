// The program is ended in the middle of something.
import assert from 'node:assert/strict';
import { readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { temporaryFolder } from '../kit/temporary-home.ts';
import { start } from './bin-kit.ts';
import { runCommand } from './transcript.ts';

/** So much that no machine is done with it at once, and what a small RAM disk has room for. */
const PUT_BYTES = 1.5 * 2 ** 30;

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} during a put ends with ${exitCode} and leaves no version and nothing half done`, async (t) => {
    const folder = await temporaryFolder(t);
    const home = join(folder, 'home');
    await runCommand(`strongroom --home ${home} init`);
    await writeFile(join(folder, 'big'), '');
    await truncate(join(folder, 'big'), PUT_BYTES);
    const { child, ended } = start(
      ['--home', home, 'put', 'big', 'acme/big', '--compression', 'none'],
      folder,
    );
    // The blob under construction shows that the put is on its way.
    while ((await readdir(join(home, 'blobs'))).length === 0) {
      assert.equal(child.exitCode, null, 'the put goes on until it is stopped');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill(signal);
    const { exitCode: actual, stdout, stderr } = await ended;
    assert.equal(actual, exitCode, stderr);
    assert.equal(stdout, '');
    assert.deepEqual(await runCommand(`strongroom --home ${home} ls`), ['no models yet']);
    assert.deepEqual(await readdir(join(home, 'blobs')), []);
  });
}

test('a reader that goes away ends the output quietly', async (t) => {
  const folder = await temporaryFolder(t);
  const home = join(folder, 'home');
  await writeFile(join(folder, 'big'), Buffer.alloc(8 * 2 ** 20, 'text\n'));
  await runCommand(`strongroom --home ${home} init`);
  await runCommand(`strongroom --home ${home} put ${join(folder, 'big')} acme/big`);
  const { child, ended } = start(['--home', home, 'get', 'acme/big', '-o', '-'], folder);
  child.stdout?.once('data', () => child.stdout?.destroy());
  const { exitCode, stderr } = await ended;
  assert.deepEqual({ exitCode, stderr }, { exitCode: 141, stderr: '' });
});
