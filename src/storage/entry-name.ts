import { sep } from 'node:path';
import { StrongroomError } from '../errors/index.ts';
import { quotePath } from './storage-error.ts';

/** Longest name of one entry in bytes, as Linux, macOS and Windows all have it. */
const MAX_ENTRY_BYTES = 255;

/** What every temporary name of ours begins with; sweeping goes by it and listings leave it out. */
export const TEMPORARY_PREFIX = '.tmp-';

/** Throws `STORAGE_PATH_UNSAFE` unless the text is one component of a path that stays in its folder. */
export function assertEntryName(name: string): void {
  const isOneComponent =
    name !== '' &&
    name !== '.' &&
    name !== '..' &&
    !name.includes('/') &&
    !name.includes('\0') &&
    !(sep === '\\' && /[\\:]/.test(name)) &&
    // U+FFFD stands for bytes that were no UTF-8: the name could not be found again.
    !name.includes('\ufffd') &&
    Buffer.byteLength(name) <= MAX_ENTRY_BYTES;
  if (!isOneComponent) {
    throw new StrongroomError(
      'STORAGE_PATH_UNSAFE',
      `not the name of one file or folder: ${quotePath(name)}`,
    );
  }
}

/**
 * A new name for something unfinished. It need not be secret: files are created exclusively, so a name that
 * somebody guessed and took is refused and another one is tried.
 */
export function temporaryName(prefix: string = TEMPORARY_PREFIX): string {
  const part = (): string =>
    Math.floor(Math.random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return `${prefix}${part()}${part()}`;
}
