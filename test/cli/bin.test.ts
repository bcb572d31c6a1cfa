import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { temporaryFolder } from '../kit/temporary-home.ts';
import { BIN, start } from './bin-kit.ts';

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
