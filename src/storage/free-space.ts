import { statfs } from 'node:fs/promises';
import { mapErrors, quotePath } from './storage-error.ts';

/** Bytes that this user may still write on the file system of `path`. Throws `STORAGE_MISSING`, `STORAGE_DENIED`. */
export async function freeBytes(path: string): Promise<number> {
  const space = await mapErrors(`look at ${quotePath(path)}`, () => statfs(path));
  return space.bavail * space.bsize;
}
