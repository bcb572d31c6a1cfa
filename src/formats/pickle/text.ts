import { bufferView, utf8Text } from '../../bytes/index.ts';

const MAX_SHORT_BYTES = 64;

/** Bytes as text, one character each. */
export function latin1Text(bytes: Uint8Array): string {
  return bufferView(bytes).toString('latin1');
}

/** One character for each byte, back to bytes. */
export function latin1Bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** UTF-8 with lone surrogates let through (Python's `surrogatepass`); `undefined` when it is not even that. */
export function surrogatePassText(bytes: Uint8Array): string | undefined {
  if (isShortAscii(bytes)) return latin1Text(bytes);
  const text = utf8Text(bytes);
  if (text !== undefined) return text;
  const parts: string[] = [];
  let from = 0;
  for (let at = 0; at + 2 < bytes.length; at++) {
    if (!isSurrogate(bytes, at)) continue;
    const before = utf8Text(bytes.subarray(from, at));
    if (before === undefined) return undefined;
    const unit = 0xd000 | (((bytes[at + 1] as number) & 0x3f) << 6) | ((bytes[at + 2] as number) & 0x3f);
    parts.push(before, String.fromCharCode(unit));
    from = at + 3;
    at += 2;
  }
  const rest = utf8Text(bytes.subarray(from));
  return rest === undefined || from === 0 ? undefined : parts.join('') + rest;
}

/** The keys and names that most pickles are full of need no decoder. */
function isShortAscii(bytes: Uint8Array): boolean {
  if (bytes.length > MAX_SHORT_BYTES) return false;
  for (const byte of bytes) if (byte >= 0x80) return false;
  return true;
}

function isSurrogate(bytes: Uint8Array, at: number): boolean {
  const [first, second, third] = [bytes[at], bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
  return first === 0xed && second >= 0xa0 && second <= 0xbf && (third & 0xc0) === 0x80;
}

const RAW_ESCAPE = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|[uU]()|[^uU])/gs;

/**
 * Python's `raw-unicode-escape`, as protocol 0 writes text: Latin-1 in which only `\uXXXX` and `\UXXXXXXXX` mean
 * something. `undefined` when one of these is cut or beyond Unicode.
 */
export function rawUnicodeText(line: string): string | undefined {
  return replaceEscapes(line, RAW_ESCAPE, (whole, [short, long, cut]) => {
    const hex = short ?? long;
    if (hex === undefined) return cut === undefined ? whole : undefined;
    const point = Number.parseInt(hex, 16);
    return point > 0x10ffff ? undefined : String.fromCodePoint(point);
  });
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const BYTE_ESCAPE = /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([^]?))/g;

/**
 * The inside of a quoted STRING argument (`repr` of a Python 2 string) as one character per byte. `undefined` when the
 * quotes or an escape are not what CPython accepts.
 */
export function quotedString(line: string): string | undefined {
  const quote = line.at(0);
  if (line.length < 2 || (quote !== "'" && quote !== '"') || line.at(-1) !== quote) return undefined;
  return replaceEscapes(line.slice(1, -1), BYTE_ESCAPE, (whole, [hex, octal, other]) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    return other === undefined || other === '' || other === 'x'
      ? undefined
      : (SIMPLE_ESCAPES[other] ?? whole);
  });
}

type Groups = readonly (string | undefined)[];

/** Replaces every match; `undefined` when one of them has no replacement. */
function replaceEscapes(
  text: string,
  pattern: RegExp,
  replace: (whole: string, groups: Groups) => string | undefined,
): string | undefined {
  const parts: string[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    const replacement = replace(match[0], match.slice(1));
    if (replacement === undefined) return undefined;
    parts.push(text.slice(from, match.index), replacement);
    from = match.index + match[0].length;
  }
  return parts.join('') + text.slice(from);
}
