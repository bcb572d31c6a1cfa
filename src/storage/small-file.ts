import { realpath } from 'node:fs/promises';
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
    if (file.size > maxBytes) {
      const told = `${quotePath(path)} has ${file.size} bytes, the limit is ${maxBytes}`;
      throw new StrongroomError('STORAGE_TOO_LARGE', told);
    }
    return await file.read(0, file.size);
  } catch (error) {
    if (isStrongroomError(error, 'STORAGE_MISSING')) return undefined;
    throw error;
  }
}
