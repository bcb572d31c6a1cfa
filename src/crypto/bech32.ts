import { concatBytes, utf8Bytes } from '../bytes/index.ts';

const ALPHABET = utf8Bytes('qpzry9x8gf2tvdw0s3jn54khce6mua7l');
const GENERATORS = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
const CHECKSUM_CHARS = 6;
const SEPARATOR = 0x31;

/**
 * Bech32 (BIP 173) without its length limit, as age uses it, in lower case. It works on the bytes of the text, so
 * that a secret key never has to become a string, which nobody could wipe.
 */
export function encodeBech32(prefix: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const digits = regroup(payload, 8, 5) ?? new Uint8Array(0);
  const head = expandPrefix(prefix);
  const checked = concatBytes(head, digits, new Uint8Array(CHECKSUM_CHARS));
  const rest = polymod(checked) ^ 1;
  const checksum = Uint8Array.from({ length: CHECKSUM_CHARS }, (_, at) => (rest >>> (5 * (5 - at))) & 31);
  const body = concatBytes(digits, checksum).map((digit) => ALPHABET[digit] ?? 0);
  return concatBytes(utf8Bytes(`${prefix}1`), body);
}

/**
 * The payload of a Bech32 text with this (lower-case) prefix; the text may be all lower or all upper case.
 * `undefined` when prefix, alphabet, padding or checksum is wrong.
 */
export function decodeBech32(prefix: string, text: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const lower = lowerCase(text);
  if (lower === undefined) return undefined;
  const start = utf8Bytes(prefix);
  const bodyAt = start.length + 1;
  const startsRight = start.every((char, at) => lower[at] === char) && lower[start.length] === SEPARATOR;
  if (!startsRight || lower.length < bodyAt + CHECKSUM_CHARS) return undefined;
  const digits = new Uint8Array(lower.length - bodyAt);
  for (let at = 0; at < digits.length; at++) {
    const digit = ALPHABET.indexOf(lower[bodyAt + at] ?? 0);
    if (digit < 0) return undefined;
    digits[at] = digit;
  }
  if (polymod(concatBytes(expandPrefix(prefix), digits)) !== 1) return undefined;
  return regroup(digits.subarray(0, -CHECKSUM_CHARS), 5, 8);
}

/** ASCII in lower case; `undefined` for mixed case, which BIP 173 forbids. */
function lowerCase(text: Uint8Array): Uint8Array | undefined {
  const isLower = (char: number) => char >= 0x61 && char <= 0x7a;
  const isUpper = (char: number) => char >= 0x41 && char <= 0x5a;
  if (text.some(isLower) && text.some(isUpper)) return undefined;
  return text.map((char) => (isUpper(char) ? char + 32 : char));
}

function expandPrefix(prefix: string): Uint8Array {
  const chars = utf8Bytes(prefix);
  return concatBytes(
    chars.map((char) => char >>> 5),
    Uint8Array.of(0),
    chars.map((char) => char & 31),
  );
}

function polymod(digits: Uint8Array): number {
  let sum = 1;
  for (const digit of digits) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ digit;
    for (const [bit, generator] of GENERATORS.entries()) if ((top >>> bit) & 1) sum ^= generator;
  }
  return sum;
}

/** Regroups bits from words of `from` bits into words of `to` bits; `undefined` when the padding is not canonical. */
function regroup(words: Uint8Array, from: 5 | 8, to: 5 | 8): Uint8Array<ArrayBuffer> | undefined {
  const isPadded = from > to;
  const exact = (words.length * from) / to;
  const output = new Uint8Array(isPadded ? Math.ceil(exact) : Math.floor(exact));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (const word of words) {
    held = ((held << from) | word) & 0xfff;
    bits += from;
    while (bits >= to) {
      bits -= to;
      output[at++] = (held >>> bits) & ((1 << to) - 1);
    }
  }
  const rest = held & ((1 << bits) - 1);
  if (isPadded && bits > 0) output[at] = rest << (to - bits);
  return !isPadded && (bits >= from || rest !== 0) ? undefined : output;
}
