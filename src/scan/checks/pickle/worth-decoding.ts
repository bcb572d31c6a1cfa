import type { BytesValue, StrValue } from '../../../formats/index.ts';

/** Text shorter than this cannot hold a payload that does anything. */
const MIN_CHARS = 16;
/** How much of a text is looked at to tell letters of an encoding from words. */
const SAMPLE_CHARS = 256;
const BASE64 = /^[A-Za-z0-9+/_\-\s=]+$/;
const HEX = /^(?:\\x|0x)?(?:[0-9a-fA-F\s]|\\x)+$/;

/** First bytes of what hides in bytes: pickles, compressed data, marshal, zip; and their hexadecimal or base64. */
const FIRST_BYTES: ReadonlySet<number> = new Set(
  Array.from('\x80(]})cIi\x8c\x95\x1f\x78B\xfdPc\xe3\x5d\x28\x04', (char) => char.charCodeAt(0)),
);
const STOP = 0x2e;

/** A first, cheap look: whether a string or bytes object could hold a program, encoded or not. */
export function worthDecoding(value: StrValue | BytesValue): boolean {
  if (value.kind === 'str') return value.text === undefined || isWorthText(value.text);
  const { bytes } = value;
  if (bytes === undefined) return true;
  if (bytes.length < MIN_CHARS) return false;
  return FIRST_BYTES.has(bytes[0] ?? 0) || bytes[0] === STOP || isLetters(bytes);
}

function isWorthText(text: string): boolean {
  if (text.length < MIN_CHARS) return false;
  const sample = text.slice(0, SAMPLE_CHARS);
  if (sample.charCodeAt(0) === 0x80 || sample.includes('\n')) return true;
  if (HEX.test(sample)) return true;
  // Words have spaces between them, and seldom digits or capitals within.
  return BASE64.test(sample) && !/\s/.test(sample) && /[A-Z]/.test(sample) && /[a-z]/.test(sample);
}

/** Bytes that are the letters of base64 or hexadecimal. */
function isLetters(bytes: Uint8Array): boolean {
  return isWorthText(Buffer.from(bytes.subarray(0, SAMPLE_CHARS)).toString('latin1'));
}
