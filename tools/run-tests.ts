// Runs the tests under Node's own runner: all of them, or the files (and runner flags) given.
// `npm test`, `npm test -- test/container/header.test.ts`, `npm test -- --test-name-pattern=rotat`.
import { spawnSync } from 'node:child_process';
import { chmodSync, globSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A test file that hangs fails after this long, so that the suite ends whatever happens. */
const FILE_TIMEOUT_MS = 150_000;
/** The suite must end within three minutes on two cores. */
const CONCURRENCY = 2;

/** Every file is a process of its own: what one compiled and stripped of types, the others need not. */
const COMPILED = join(import.meta.dirname, '../.cache/compiled');

/** Where a RAM disk is, on Linux, and what must be free there. */
const RAM_DISK = '/dev/shm';
const ROOM_BYTES = 2 ** 32;

const given = process.argv.slice(2);
const flags = given.filter((argument) => argument.startsWith('-'));
const named = given.filter((argument) => !argument.startsWith('-'));
const files = named.length > 0 ? named : globSync('test/**/*.test.ts').sort();

const folder = mkdtempSync(join(hasRoom() ? RAM_DISK : tmpdir(), 'strongroom-tests-'));
// Some tests run what they test as another user, who must get to their folders.
chmodSync(folder, 0o711);
const { status, signal, error } = spawnSync(
  process.execPath,
  [
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${CONCURRENCY}`,
    `--test-timeout=${FILE_TIMEOUT_MS}`,
    ...flags,
    ...files,
  ],
  { stdio: 'inherit', env: { NODE_COMPILE_CACHE: COMPILED, ...process.env, TMPDIR: folder } },
);
rmSync(folder, { recursive: true, force: true });
if (error !== undefined) throw error;
if (signal !== null) console.error(`the test runner was ended by ${signal}`);
process.exitCode = status ?? 1;

/** Homes are small, and every act on one waits for the disk: in memory that wait is short. */
function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(RAM_DISK);
    return process.env['TMPDIR'] === undefined && bavail * bsize > ROOM_BYTES;
  } catch {
    return false;
  }
}
