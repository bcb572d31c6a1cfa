import { lstat, realpath } from 'node:fs/promises';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { FileSource } from './file-source.ts';
import { mapErrors, quotePath } from './storage-error.ts';

/**
 * The whole of a small file that the operator named (configuration, a key, a passphrase); `undefined` when it is
 * not there. Symbolic links are followed, because that is how orchestrators mount secrets; what they lead to
 * must be a regular file. Throws `STORAGE_TOO_LARGE` before reading, `STORAGE_PATH_UNSAFE`, `STORAGE_DENIED`.
 */
export async function readSmallFile(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    const real = await mapErrors(`open ${quotePath(path)}`, () => realpath(path));
    await using file = await FileSource.open(real);
    return await readWhole(file, path, maxBytes);
  } catch (error) {
    if (isStrongroomError(error, 'STORAGE_MISSING')) return undefined;
    throw error;
  }
}

/**
 * As `readSmallFile`, for a file that holds a secret: throws `HOME_EXPOSED` where its group or others have any
 * permission on it, or it has a second name. What a symbolic link leads to is not judged: an orchestrator mounts
 * secrets that way, with modes of its own.
 */
export async function readSecretFile(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    const status = await mapErrors(`look at ${quotePath(path)}`, () => lstat(path));
    if (status.isSymbolicLink()) return await readSmallFile(path, maxBytes);
    await using file = await FileSource.open(path);
    if (await file.isShared()) {
      throw new StrongroomError('HOME_EXPOSED', `others than its owner can get at ${quotePath(path)}`);
    }
    return await readWhole(file, path, maxBytes);
  } catch (error) {
    if (isStrongroomError(error, 'STORAGE_MISSING')) return undefined;
    throw error;
  }
}

async function readWhole(file: FileSource, path: string, maxBytes: number): Promise<Uint8Array> {
  if (file.size > maxBytes) {
    const told = `${quotePath(path)} has ${file.size} bytes, the limit is ${maxBytes}`;
    throw new StrongroomError('STORAGE_TOO_LARGE', told);
  }
  return await file.read(0, file.size);
}
