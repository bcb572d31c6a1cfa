import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { FsGenerationStore } from '../../src/storage/index.ts';
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);
const TIMES = 40;

test('no acknowledged publication is lost when two processes publish at once', async (t) => {
  const path = join(await temporaryFolder(t), 'keys');
  await using store = await FsGenerationStore.open(path, { create: true });
  const rival = join(import.meta.dirname, 'children', 'rival.ts');
  await Promise.all(['a', 'b'].map((mark) => run(process.execPath, [rival, path, mark, `${TIMES}`])));
  const latest = await store.latest('log');
  const lines = new TextDecoder().decode(latest?.bytes).trim().split('\n');
  for (const mark of ['a', 'b']) {
    const own = [...new Set(lines.filter((line) => line.startsWith(mark)))];
    assert.deepEqual(
      own,
      Array.from({ length: TIMES }, (_, at) => `${mark}${at}`),
    );
  }
  assert.equal((await readdir(path)).length, 3);
});
