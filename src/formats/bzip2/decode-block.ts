import { DecodeHalt } from '../compressed/decoder.ts';
import type { BitReader } from './bit-reader.ts';
import { buildPrefixCode, type PrefixCode, readSymbol } from './huffman.ts';

const GROUP_SYMBOLS = 50;
const MAX_SELECTORS = 18_002;
const RUN_A = 0;
const RUN_B = 1;

/** One block: everything behind its magic number and check sum. Throws `DecodeHalt` where it is broken. */
export function decodeBlock(bits: BitReader, maxSymbols: number): Uint8Array {
  if (bits.read(1) === 1)
    throw new DecodeHalt('BZIP2_UNSUPPORTED', 'a block of the randomised kind of bzip2 0.9', 'limit');
  const origin = bits.read(24);
  const alphabet = readAlphabet(bits);
  const groups = bits.read(3);
  if (groups < 2 || groups > 6) throw broken('the number of code tables is impossible');
  const selectors = readSelectors(bits, groups);
  const codes = Array.from({ length: groups }, () => readCode(bits, alphabet.length + 2));
  const { symbols, counts } = readSymbols(bits, { alphabet, selectors, codes, maxSymbols });
  if (origin >= symbols.length) throw broken('the origin lies outside the block');
  return invertTransform(symbols, counts, origin);
}

function readAlphabet(bits: BitReader): number[] {
  const used: number[] = [];
  const ranges = bits.read(16);
  for (let range = 0; range < 16; range++) {
    if ((ranges & (0x8000 >> range)) === 0) continue;
    const members = bits.read(16);
    for (let low = 0; low < 16; low++) {
      if ((members & (0x8000 >> low)) !== 0) used.push(range * 16 + low);
    }
  }
  if (used.length === 0) throw broken('an alphabet without bytes');
  return used;
}

function readSelectors(bits: BitReader, groups: number): Uint8Array {
  const count = bits.read(15);
  if (count === 0) throw broken('no selectors');
  const order = Array.from({ length: groups }, (_, group) => group);
  const selectors = new Uint8Array(Math.min(count, MAX_SELECTORS));
  for (let each = 0; each < count; each++) {
    let back = 0;
    while (bits.read(1) === 1) {
      if (++back >= groups) throw broken('a selector of no table');
    }
    const [group = 0] = order.splice(back, 1);
    order.unshift(group);
    // Newer encoders may write more than can be used; they are passed over, as bzip2 1.0.8 does.
    if (each < MAX_SELECTORS) selectors[each] = group;
  }
  return selectors;
}

function readCode(bits: BitReader, symbols: number): PrefixCode {
  const lengths = new Uint8Array(symbols);
  let length = bits.read(5);
  for (let symbol = 0; symbol < symbols; symbol++) {
    for (;;) {
      if (length < 1 || length > 20) throw broken('a code length outside 1 to 20');
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return buildPrefixCode(lengths);
}

interface SymbolTables {
  readonly alphabet: number[];
  readonly selectors: Uint8Array;
  readonly codes: readonly PrefixCode[];
  readonly maxSymbols: number;
}

/** The block before the transform: move-to-front and zero runs undone. */
function readSymbols(bits: BitReader, tables: SymbolTables): { symbols: Uint8Array; counts: Uint32Array } {
  const recent = [...tables.alphabet];
  const out = new BlockBytes(tables.maxSymbols);
  const endOfBlock = tables.alphabet.length + 1;
  let run = 0;
  let weight = 1;
  for (let read = 0; ; read++) {
    const selector = tables.selectors[Math.floor(read / GROUP_SYMBOLS)];
    const code = selector === undefined ? undefined : tables.codes[selector];
    if (code === undefined) throw broken('more symbols than selectors');
    const symbol = readSymbol(bits, code);
    if (symbol === RUN_A || symbol === RUN_B) {
      run += weight << symbol;
      weight <<= 1;
      if (run > tables.maxSymbols) throw broken('a run beyond the end of the block');
      continue;
    }
    if (run > 0) out.push(recent[0] ?? 0, run);
    [run, weight] = [0, 1];
    if (symbol === endOfBlock) return { symbols: out.written, counts: out.counts };
    const [byte = 0] = recent.splice(symbol - 1, 1);
    recent.unshift(byte);
    out.push(byte, 1);
  }
}

class BlockBytes {
  readonly counts = new Uint32Array(256);
  readonly #bytes: Uint8Array;
  #length = 0;

  constructor(maxSymbols: number) {
    this.#bytes = new Uint8Array(maxSymbols);
  }

  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  push(byte: number, times: number): void {
    if (this.#length + times > this.#bytes.length) throw broken('more symbols than a block holds');
    this.#bytes.fill(byte, this.#length, this.#length + times);
    this.#length += times;
    this.counts[byte] = (this.counts[byte] ?? 0) + times;
  }
}

function invertTransform(symbols: Uint8Array, counts: Uint32Array, origin: number): Uint8Array {
  const places = new Uint32Array(256);
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) {
    places[byte] = sum;
    sum += counts[byte] ?? 0;
  }
  const next = new Uint32Array(symbols.length);
  for (let at = 0; at < symbols.length; at++) {
    const byte = symbols[at] ?? 0;
    const place = places[byte] ?? 0;
    places[byte] = place + 1;
    next[place] = at;
  }
  const content = new Uint8Array(symbols.length);
  let at = next[origin] ?? 0;
  for (let to = 0; to < content.length; to++) {
    content[to] = symbols[at] ?? 0;
    at = next[at] ?? 0;
  }
  return content;
}

function broken(message: string): DecodeHalt {
  return new DecodeHalt('BZIP2_BROKEN', message);
}
