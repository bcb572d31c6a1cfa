import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { testFiles, writeGroups } from '../../tools/test-groups.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

test('every test file belongs to one of the two suites, and CI runs both', () => {
  const both = [...testFiles('ordinary'), ...testFiles('system')];
  assert.deepEqual(both.toSorted(), globSync('test/**/*.test.ts').sort());
  const steps = readFileSync('.ci/run', 'utf8').split('\n');
  for (const command of ['npm test', 'npm run test:system']) assert.ok(steps.includes(command), command);
});

test('processes that are shared load every file once', async (t) => {
  const files = testFiles('ordinary');
  const entries = writeGroups(files, join(await temporaryFolder(t), 'groups'));
  const loaded = entries.flatMap((entry) => [
    ...readFileSync(entry, 'utf8').matchAll(/suite\("([^"]+)", .*import\("file:.*\/([^/]+)"\)/g),
  ]);
  assert.deepEqual(loaded.map(([, name]) => name).toSorted(), files);
  assert.ok(loaded.every(([, name = '', file]) => name.endsWith(`/${file}`)));
});
