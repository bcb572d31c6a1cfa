import { mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder to measure in. */
export interface Workspace {
  readonly folder: string;
  /** Whether its bytes stay in memory, so that no disk is measured. */
  readonly isRamDisk: boolean;
}

const RAM_DISK = '/dev/shm';

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

function freeBytes(path: string): number {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}
