import { utf8Text } from '../../bytes/index.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
/** RFC 8259 §6. */
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/;
/** What ends a number or a literal. */
const WORD_ENDS = new Set(Buffer.from(' \t\r\n,:{}[]"'));

/** Whether a byte is insignificant whitespace (RFC 8259 §2). */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Where the string that starts at `at` ends, behind its closing quote; `undefined` when it is not there. */
export function endOfString(bytes: Uint8Array, at: number): number | undefined {
  let quote = bytes.indexOf(QUOTE, at + 1);
  while (quote >= 0) {
    let slashes = 0;
    while (quote - 1 - slashes > at && bytes[quote - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote + 1;
    quote = bytes.indexOf(QUOTE, quote + 1);
  }
  return undefined;
}

/** The text of a string token with its quotes; `undefined` when it is not valid. */
export function parseStringToken(token: Uint8Array): string | undefined {
  const inner = utf8Text(token.subarray(1, token.length - 1));
  if (inner === undefined) return undefined;
  if (!token.includes(BACKSLASH)) return token.every((byte) => byte >= FIRST_PRINTABLE) ? inner : undefined;
  try {
    const value: unknown = JSON.parse(`"${inner}"`);
    return typeof value === 'string' ? value : undefined;
  } catch {
    // Not a failure of ours: the token has a bad escape or a control character, which is what is asked.
    return undefined;
  }
}

/** Where the run of bytes that could be a number or a literal ends. */
export function endOfWord(bytes: Uint8Array, at: number): number {
  let end = at;
  while (end < bytes.length && !WORD_ENDS.has(bytes[end] ?? 0)) end++;
  return end;
}

/** How many characters of a word are a number. */
export function endOfNumber(word: string): number {
  return NUMBER.exec(word)?.[0].length ?? 0;
}
