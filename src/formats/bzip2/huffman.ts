import { DecodeHalt } from '../compressed/decoder.ts';
import type { BitReader } from './bit-reader.ts';

const MAX_LENGTH = 20;

/** A canonical prefix code, decoded length by length. */
export interface PrefixCode {
  /** Largest code of each length, −1 where there is none. */
  readonly limits: Int32Array;
  /** What to subtract from a code of each length to get its place among the symbols. */
  readonly bases: Int32Array;
  /** Symbols ordered by their codes. */
  readonly symbols: Uint16Array;
}

/** The code that lengths of 1 to 20 bits make. */
export function buildPrefixCode(lengths: Uint8Array): PrefixCode {
  const limits = new Int32Array(MAX_LENGTH + 1).fill(-1);
  const bases = new Int32Array(MAX_LENGTH + 1);
  const symbols = new Uint16Array(lengths.length);
  let place = 0;
  let code = 0;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    const first = place;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] === length) symbols[place++] = symbol;
    }
    bases[length] = code - first;
    code += place - first;
    if (place > first) limits[length] = code - 1;
    code <<= 1;
  }
  return { limits, bases, symbols };
}

/** The next symbol. Throws `DecodeHalt` for bits that are no code. */
export function readSymbol(bits: BitReader, { limits, bases, symbols }: PrefixCode): number {
  let code = 0;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    code = (code << 1) | bits.read(1);
    if (code <= (limits[length] ?? -1)) {
      const symbol = symbols[code - (bases[length] ?? 0)];
      if (symbol !== undefined) return symbol;
      break;
    }
  }
  throw new DecodeHalt('BZIP2_BROKEN', 'bits that are no symbol');
}
