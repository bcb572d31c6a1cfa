// A new user's way from nothing to a server in use, with the processes that they would start.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { temporaryFolder } from '../kit/temporary-home.ts';
import { runServerWalk } from './run-server-walk.ts';
import { formatWalk, readShownWalk } from './walk-page.ts';

const hasCurl = spawnSync('curl', ['--version']).status === 0;

test('a server is started, peopled, used and ended as the README shows it', {
  timeout: 140_000,
  skip: hasCurl ? false : 'curl is not installed, and the walk uses it',
}, async (t) => {
  const folder = await temporaryFolder(t);
  const seen = await runServerWalk(folder);
  assert.equal(seen.serverExitCode, 0);
  const names = readdirSync(join(folder, 'run-1'));
  assert.equal(names.length, 4);
  for (const name of names) {
    const stored = readFileSync(join(folder, 'run-1', name));
    assert.ok(readFileSync(join(folder, 'out', name)).equals(stored), name);
  }
  assert.ok(!readdirSync(folder).includes('bobs'), 'nothing came out for whom it was refused');
  const refused = JSON.parse(readFileSync(join(folder, 'answer.json'), 'utf8')) as { code: string };
  assert.equal(refused.code, 'AUTH_FAILED');
  assert.equal(readShownWalk(), formatWalk(seen, folder), 'README.md shows another walk: npm run docs:walk');
});
