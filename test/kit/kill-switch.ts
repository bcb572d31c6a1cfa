// A preload (`node --import`) that kills the process with SIGKILL just before its Nth change of the outside world:
// every file-system call that writes, and every SQL statement. It counts what the program really does, not what
// its authors believe to be its steps. KILL_AT=0 only counts and writes the total to KILL_COUNT_FILE at exit.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DatabaseSync, StatementSync } from 'node:sqlite';

const killAt = Number(process.env['KILL_AT'] ?? '0');
const countFile = process.env['KILL_COUNT_FILE'];
let steps = 0;
let isArmed = false;

/** Starts counting; what came before (opening a home, say) is not part of what is tested. */
export function arm(): void {
  isArmed = true;
}

/** Stops counting: what follows is clean-up after the acknowledged act. */
export function disarm(): void {
  isArmed = false;
}

function step(): void {
  if (!isArmed) return;
  steps++;
  if (steps === killAt) process.kill(process.pid, 'SIGKILL');
}

type Callable = (...args: unknown[]) => unknown;

function watch(holder: object, names: readonly string[]): void {
  const methods = holder as Record<string, Callable | undefined>;
  for (const name of names) {
    const original = methods[name];
    if (original === undefined) continue;
    methods[name] = function (this: unknown, ...args: unknown[]): unknown {
      step();
      return original.apply(this, args);
    };
  }
}

const CHANGES = [
  'rename',
  'link',
  'symlink',
  'unlink',
  'mkdir',
  'rmdir',
  'rm',
  'truncate',
  'chmod',
  'copyFile',
  'cp',
];
watch(fs.promises, [...CHANGES, 'open', 'writeFile', 'appendFile']);
watch(fs, [...CHANGES, 'open', 'write', 'writev', 'fsync', 'fdatasync', 'ftruncate']);
watch(
  fs,
  [...CHANGES, 'open', 'write', 'writev', 'fsync', 'fdatasync', 'ftruncate', 'writeFile'].map(
    (n) => `${n}Sync`,
  ),
);
const probe = await fs.promises.open(process.execPath, 'r');
watch(Object.getPrototypeOf(probe) as object, [
  'write',
  'writev',
  'writeFile',
  'sync',
  'datasync',
  'truncate',
]);
await probe.close();
watch(DatabaseSync.prototype, ['exec']);
watch(StatementSync.prototype, ['run', 'all', 'get']);
syncBuiltinESMExports();

process.on('exit', () => {
  isArmed = false;
  if (countFile !== undefined) fs.writeFileSync(countFile, String(steps));
});
