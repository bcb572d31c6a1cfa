import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examineRemote } from '../../src/open/index.ts';
import { servedHome } from '../kit/served-home.ts';

test('a server tells the doctor of its keys, policies, access and backups, and what it warns of itself', async (t) => {
  const { root } = await servedHome(t);
  const lines = await examineRemote(root.api);
  const standing = (name: string) => lines.find((line) => line.name === name)?.standing;
  assert.equal(standing('root-seals'), 'warn', 'a fresh home has one');
  assert.equal(standing('rotation'), 'pass');
  assert.equal(standing('age'), 'warn', 'there has never been a backup');
  const reported = lines.filter(({ name }) => name === 'reported');
  assert.match(reported.map(({ found }) => found).join('\n'), /the root key lies inside the home/);
  const areas = new Set(lines.map(({ area }) => area));
  assert.deepEqual(areas, new Set(['home', 'keys', 'policy', 'access', 'backup']));
});
