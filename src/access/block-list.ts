import { bufferView, fromHex, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { hash } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';

/** Passwords that nobody may choose. */
export interface BlockList {
  has(password: string): boolean;
}

/** As the lists of breached passwords have it: SHA-1 in hexadecimal, maybe with how often it was seen. */
const HASH_LINE = /^([0-9A-Fa-f]{40})(?::\d+)?$/;

/**
 * An operator's list: one password or one SHA-1 (as `HASH` or `HASH:COUNT`) a line, in any order. Kept as 8 bytes per
 * line, so a million lines take 8 MB. SHA-1 is how such lists are published; it protects nothing here. Throws
 * `CONFIG_INVALID` when it is not UTF-8 text.
 */
export function parseBlockList(bytes: Uint8Array): BlockList {
  const text = utf8Text(bytes);
  if (text === undefined)
    throw new StrongroomError('CONFIG_INVALID', 'the list of blocked passwords is not UTF-8 text');
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  const prints = new BigUint64Array(lines.length);
  for (const [at, line] of lines.entries()) prints[at] = printOfLine(line);
  prints.sort();
  return { has: (password) => includes(prints, printOf(utf8Bytes(password.normalize('NFC')))) };
}

function printOfLine(line: string): bigint {
  const hex = HASH_LINE.exec(line)?.[1];
  const digest = hex === undefined ? undefined : fromHex(hex);
  return digest === undefined
    ? printOf(utf8Bytes(line.normalize('NFC')))
    : bufferView(digest).readBigUInt64BE();
}

function printOf(bytes: Uint8Array): bigint {
  return bufferView(hash('sha1', bytes)).readBigUInt64BE();
}

function includes(sorted: BigUint64Array, wanted: bigint): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0n) < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === wanted;
}
