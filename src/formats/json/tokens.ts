import { bufferView, utf8Text } from '../../bytes/index.ts';

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
  const kind = kindOfString(token);
  if (kind === 'invalid') return undefined;
  if (kind === 'ascii') return bufferView(token).toString('latin1', 1, token.length - 1);
  const inner = utf8Text(token.subarray(1, token.length - 1));
  if (inner === undefined || kind === 'unicode') return inner;
  try {
    const value: unknown = JSON.parse(`"${inner}"`);
    return typeof value === 'string' ? value : undefined;
  } catch {
    // Not a failure of ours: the token has a bad escape, which is what is asked.
    return undefined;
  }
}

/** What a string token takes to read: most are plain ASCII, and there are millions of them. */
function kindOfString(token: Uint8Array): 'ascii' | 'unicode' | 'escaped' | 'invalid' {
  let [isAscii, isEscaped] = [true, false];
  for (let at = 1; at < token.length - 1; at++) {
    const byte = token[at] ?? 0;
    if (byte < FIRST_PRINTABLE) return 'invalid';
    if (byte >= 0x80) isAscii = false;
    else if (byte === BACKSLASH) isEscaped = true;
  }
  return isEscaped ? 'escaped' : isAscii ? 'ascii' : 'unicode';
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
