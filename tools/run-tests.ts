// Runs tests under Node's own runner: a whole suite, or the files (and runner flags) given, each in its own process.
// `npm test`, `npm test -- test/container/header.test.ts`, `npm test -- --test-name-pattern=rotat`;
// `npm run test:system` runs the files called `*.system.test.ts`, which `npm test` leaves out.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testFiles, writeGroups } from './test-groups.ts';

/** A test that hangs fails after this long. */
const TEST_TIMEOUT_MS = 150_000;
/** A suite must end within minutes on two cores; one that takes this long hangs, and is ended whatever happens. */
const SUITE_TIMEOUT_MS = 20 * 60_000;
/** Time for the runner to say what it was at, once it was interrupted. */
const LAST_WORDS_MS = 5000;
/** Two more than the cores that the suite is made for, so that none is idle while tests wait for something. */
const CONCURRENCY = 4;

/** What one process compiled and stripped of types, the others need not. */
const COMPILED = join(import.meta.dirname, '../.cache/compiled');

/** Where a RAM disk is, on Linux, and what must be free there. */
const RAM_DISK = '/dev/shm';
const ROOM_BYTES = 2 ** 32;

const SYSTEM = '--system';
const given = process.argv.slice(2);
const flags = given.filter((argument) => argument.startsWith('-') && argument !== SYSTEM);
const named = given.filter((argument) => !argument.startsWith('-'));

const folder = mkdtempSync(join(hasRoom() ? RAM_DISK : tmpdir(), 'strongroom-tests-'));
// Some tests run what they test as another user, who must get to their folders.
chmodSync(folder, 0o711);
try {
  process.exitCode = await run(named.length > 0 ? named : wholeSuite());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Files of the system suite take long and are few: each has a process of its own. */
function wholeSuite(): readonly string[] {
  if (given.includes(SYSTEM)) return testFiles('system');
  return writeGroups(testFiles('ordinary'), join(folder, 'groups'));
}

/** Runs files to their end, or to the end of the time; resolves with the code to exit with. */
async function run(files: readonly string[]): Promise<number> {
  const runner = spawn(
    process.execPath,
    [
      '--test',
      '--test-reporter=spec',
      `--test-concurrency=${CONCURRENCY}`,
      `--test-timeout=${TEST_TIMEOUT_MS}`,
      ...flags,
      ...files,
    ],
    // A group of its own: what hangs is ended with all that it started.
    {
      stdio: 'inherit',
      detached: true,
      env: { NODE_COMPILE_CACHE: COMPILED, ...process.env, TMPDIR: folder },
    },
  );
  const interrupt = (): void => {
    runner.kill('SIGINT');
    setTimeout(() => endGroup(runner.pid), LAST_WORDS_MS).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupt);
  const deadline = named.length > 0 ? undefined : setTimeout(interrupt, SUITE_TIMEOUT_MS);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  runner.once('error', reject);
  runner.once('exit', (status, signal) => {
    if (signal !== null) console.error(`the test runner was ended by ${signal}`);
    resolve(status ?? 1);
  });
  try {
    return await promise;
  } finally {
    clearTimeout(deadline);
    endGroup(runner.pid);
  }
}

/** Ends the runner, if it is still there, and everything below it. */
function endGroup(id: number | undefined): void {
  try {
    if (id !== undefined) process.kill(-id, 'SIGKILL');
  } catch (error) {
    // Nobody is left, as it should be.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Homes are small, and every act on one waits for the disk: in memory that wait is short. */
function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(RAM_DISK);
    return process.env['TMPDIR'] === undefined && bavail * bsize > ROOM_BYTES;
  } catch {
    return false;
  }
}
