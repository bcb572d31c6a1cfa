// Walks from an empty folder to a server in use, with real processes, and writes what was seen into README.md.
// `npm run docs:walk`; test/e2e/server-walk.system.test.ts fails while the page shows something else.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runServerWalk } from '../test/e2e/run-server-walk.ts';
import { formatWalk, readShownWalk, writeShownWalk } from '../test/e2e/walk-page.ts';

const folder = mkdtempSync(join(tmpdir(), 'strongroom-walk-'));
try {
  const text = formatWalk(await runServerWalk(folder), folder);
  console.log(text === readShownWalk() ? 'README.md is as it was' : 'README.md shows another walk now');
  writeShownWalk(text);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
