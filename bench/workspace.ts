import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder to measure in. */
export interface Workspace {
  readonly folder: string;
  /** Whether its bytes stay in memory, so that no disk is measured. */
  readonly isRamDisk: boolean;
}

const RAM_DISK = '/dev/shm';

/** One large file, and where to measure with it. */
export interface MeasuredFile {
  readonly path: string;
  readonly bytes: number;
  readonly workspace: Workspace;
  /** Memory made ready before every single measurement, for what it writes and for itself. */
  readonly warmedBytes: number;
}

/** A new folder on the RAM disk when `bytes` fit there, elsewhere otherwise; it is removed when the process ends. */
export function openWorkspace(bytes: number): Workspace {
  const isRamDisk = freeBytes(RAM_DISK) > bytes;
  const base = isRamDisk ? RAM_DISK : tmpdir();
  mkdirSync(base, { recursive: true });
  const folder = mkdtempSync(join(base, 'strongroom-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));
  return { folder, isRamDisk };
}

/**
 * Writes and removes so many bytes on the RAM disk. The first touch of memory that the machine below a virtual one
 * has not given it yet, or has taken back, costs several times what is measured here; so this comes directly before
 * everything that is measured, and all meet the same state.
 */
export function warmMemory({ folder, isRamDisk }: Workspace, bytes: number): void {
  if (!isRamDisk) return;
  const path = join(folder, 'warm');
  const chunk = Buffer.alloc(2 ** 20);
  const descriptor = openSync(path, 'wx', 0o600);
  for (let done = 0; done < bytes; done += chunk.length) writeSync(descriptor, chunk);
  closeSync(descriptor);
  rmSync(path);
}

function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
