import { DecodeHalt } from '../compressed/decoder.ts';

const TOP = 0x1000000;
const PROBABILITY_BITS = 11;
const MOVE_BITS = 5;
/** The probability of one half, with which every bit model begins. */
const HALF = 1 << (PROBABILITY_BITS - 1);

/** Models of bits: each the probability that the next one is 0, out of 2048. */
export function bitModels(count: number): Uint16Array {
  return new Uint16Array(count).fill(HALF);
}

/** The arithmetic decoder below LZMA (LZMA specification of the LZMA SDK). Throws `DecodeHalt` where input ends. */
export class RangeDecoder {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  #range = 0xffffffff;
  #code = 0;

  /** Begins at the five bytes from `at`. */
  start(bytes: Uint8Array, at: number): void {
    if (bytes[at] !== 0)
      throw new DecodeHalt('LZMA_BROKEN', 'the range coder begins with another byte than 0');
    this.bytes = bytes;
    this.at = at + 1;
    this.#range = 0xffffffff;
    this.#code = 0;
    for (let count = 0; count < 4; count++) this.#code = ((this.#code << 8) | this.#next()) >>> 0;
  }

  /** Whether the coder stands as it does behind an end marker. */
  get isFinished(): boolean {
    return this.#code === 0;
  }

  bit(models: Uint16Array, index: number): number {
    const probability = models[index] ?? HALF;
    const bound = (this.#range >>> PROBABILITY_BITS) * probability;
    let bit = 0;
    if (this.#code < bound) {
      this.#range = bound;
      models[index] = probability + ((2048 - probability) >> MOVE_BITS);
    } else {
      this.#code -= bound;
      this.#range -= bound;
      models[index] = probability - (probability >> MOVE_BITS);
      bit = 1;
    }
    if (this.#range < TOP) this.#shift();
    return bit;
  }

  /** Bits of even chance, the highest first. */
  directBits(count: number): number {
    let value = 0;
    for (let left = count; left > 0; left--) {
      this.#range >>>= 1;
      const bit = this.#code >= this.#range ? 1 : 0;
      if (bit === 1) this.#code -= this.#range;
      value = (value << 1) | bit;
      if (this.#range < TOP) this.#shift();
    }
    return value >>> 0;
  }

  /** `bits` bits, the highest first, each with the models below those before it. */
  tree(models: Uint16Array, from: number, bits: number): number {
    let node = 1;
    for (let left = bits; left > 0; left--) node = (node << 1) | this.bit(models, from + node);
    return node - (1 << bits);
  }

  /** As `tree`, the lowest bit first. */
  reverseTree(models: Uint16Array, from: number, bits: number): number {
    let node = 1;
    let value = 0;
    for (let place = 0; place < bits; place++) {
      const bit = this.bit(models, from + node);
      node = (node << 1) | bit;
      value |= bit << place;
    }
    return value;
  }

  #shift(): void {
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#next()) >>> 0;
  }

  #next(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new DecodeHalt('LZMA_BROKEN', 'the data is cut');
    this.at++;
    return byte;
  }
}
