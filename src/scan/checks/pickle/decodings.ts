import { memorySource } from '../../../bytes/index.ts';
import {
  type CompressedFormat,
  DECODERS,
  isBzip2,
  isGzip,
  isLzma,
  isXz,
  isZlib,
  isZstd,
} from '../../../formats/index.ts';

/** Something that bytes decode to. */
export interface Decoded {
  /** How: `base64`, `zlib` … */
  readonly how: string;
  readonly bytes: Uint8Array;
}

/** Decompressed bytes that are looked at, of one constant. */
const MAX_EXPANDED_BYTES = 1 << 24;

const COMPRESSED: readonly (readonly [CompressedFormat, (head: Uint8Array) => boolean])[] = [
  ['gzip', isGzip],
  ['bzip2', isBzip2],
  ['xz', isXz],
  ['zstd', isZstd],
  ['zlib', isZlib],
  ['lzma', isLzma],
];

/** Encodings that undo themselves. */
const INVOLUTIONS: ReadonlySet<string> = new Set(['rot13', 'reversed']);

/** What bytes may be in another encoding, besides those already taken off; nothing for most. */
export async function decodingsOf(bytes: Uint8Array, taken: readonly string[]): Promise<Decoded[]> {
  const found = await allDecodings(bytes);
  return found.filter(({ how }) => !(INVOLUTIONS.has(how) && taken.includes(how)));
}

async function allDecodings(bytes: Uint8Array): Promise<Decoded[]> {
  const compressed = COMPRESSED.find(([, isFormat]) => isFormat(bytes));
  if (compressed !== undefined) {
    const content = await expand(bytes, compressed[0]);
    return content.length > 0 ? [{ how: compressed[0], bytes: content }] : [];
  }
  const text = asciiOf(bytes);
  return text === undefined ? reversedOf(bytes) : [...textDecodings(text), ...reversedOf(bytes)];
}

async function expand(bytes: Uint8Array, format: CompressedFormat): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const note = (): void => undefined;
  for await (const chunk of DECODERS[format]({ source: memorySource(bytes), start: 0, note })) {
    parts.push(Uint8Array.from(chunk));
    length += chunk.length;
    if (length > MAX_EXPANDED_BYTES) break;
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Printable text, or `undefined`. */
function asciiOf(bytes: Uint8Array): string | undefined {
  for (const byte of bytes)
    if (byte > 0x7e || (byte < 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09)) return undefined;
  return Buffer.from(bytes).toString('latin1');
}

function textDecodings(text: string): Decoded[] {
  const found: Decoded[] = [];
  const packed = text.replaceAll(/\s/g, '');
  const hex = packed.replaceAll('\\x', '').replace(/^0x/, '');
  if (hex.length >= 16 && hex.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(hex))
    found.push({ how: 'hexadecimal', bytes: new Uint8Array(Buffer.from(hex, 'hex')) });
  // Node takes both alphabets, with or without padding.
  if (packed.length >= 16 && /^[A-Za-z0-9+/_-]+={0,2}$/.test(packed))
    found.push({ how: 'base64', bytes: new Uint8Array(Buffer.from(packed, 'base64')) });
  if (text.includes('\n'))
    found.push({ how: 'rot13', bytes: new Uint8Array(Buffer.from(rot13(text), 'latin1')) });
  return found;
}

function rot13(text: string): string {
  return text.replaceAll(/[A-Za-z]/g, (letter) => {
    const code = letter.charCodeAt(0);
    const base = code < 0x61 ? 0x41 : 0x61;
    return String.fromCharCode(((code - base + 13) % 26) + base);
  });
}

const STOP = 0x2e;
const PROTO = 0x80;

/** A pickle written from its end: it begins with STOP and ends with PROTO or a mark. */
function reversedOf(bytes: Uint8Array): Decoded[] {
  const isLikely = bytes[0] === STOP || ((bytes.at(-2) ?? 0xff) <= 5 && bytes.at(-1) === PROTO);
  return isLikely ? [{ how: 'reversed', bytes: bytes.toReversed() }] : [];
}
