import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { temporaryFolder } from '../kit/temporary-home.ts';
import { runCommand } from './transcript.ts';

const BIN = new URL('../../src/bin.ts', import.meta.url).pathname;

/** What the program gets of ours: no more than it needs to start, and to start fast. */
const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
const ENVIRONMENT = { PATH, NODE_COMPILE_CACHE };

/** So much that no machine is done with it at once, and what a small RAM disk has room for. */
const PUT_BYTES = 1.5 * 2 ** 30;

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(words: readonly string[], cwd: string): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [BIN, ...words], { cwd, env: ENVIRONMENT });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk.toString()));
  const ended = once(child, 'close').then(([exitCode]) => ({
    exitCode: exitCode as number | null,
    ...texts,
  }));
  return { child, ended };
}

test('the program starts, answers and ends by itself', async (t) => {
  const { ended } = start(['--version'], await temporaryFolder(t));
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  assert.deepEqual(await ended, { exitCode: 0, stdout: `${manifest.version}\n`, stderr: '' });
});

test('the first file needs nothing before it knows the version of Node, and asks for the one of the package', () => {
  const source = readFileSync(BIN, 'utf8');
  assert.doesNotMatch(source, /^import /m);
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    engines: { node: string };
  };
  const needed = /NEEDED_MAJOR = (\d+);\nconst NEEDED_MINOR = (\d+);/.exec(source);
  assert.equal(manifest.engines.node, `>=${needed?.[1] ?? ''}.${needed?.[2] ?? ''}.0`);
});

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
