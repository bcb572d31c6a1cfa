import { stat, statfs } from 'node:fs/promises';
import { mapErrors, quotePath } from './storage-error.ts';

/** Bytes that this user may still write on the file system of `path`. Throws `STORAGE_MISSING`, `STORAGE_DENIED`. */
export async function freeBytes(path: string): Promise<number> {
  const space = await mapErrors(`look at ${quotePath(path)}`, () => statfs(path));
  return space.bavail * space.bsize;
}

/** A disk as it stands. */
export interface DiskSpace {
  /** Bytes that this user may still write. */
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** How full the file system of `path` is. Throws as `freeBytes`. */
export async function diskSpace(path: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await mapErrors(`look at ${quotePath(path)}`, () => statfs(path));
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

/** Whether two paths lie on one file system. Throws as `freeBytes`. */
export async function isOnOneDisk(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all(
    [one, other].map((path) => mapErrors(`look at ${quotePath(path)}`, () => stat(path))),
  );
  return a?.dev === b?.dev;
}
