import { DecodeHalt } from '../compressed/decoder.ts';
import type { Dictionary } from './dictionary.ts';
import { bitModels, type RangeDecoder } from './range-decoder.ts';

// The LZMA specification of the LZMA SDK; the names of its models are kept where they say something.
const STATES = 12;
const MAX_POSITIONS = 16;
const MIN_MATCH = 2;
const LENGTH_TO_SLOT_STATES = 4;
const ALIGN_BITS = 4;
const END_POSITION_MODEL = 14;
const FULL_DISTANCES = 1 << (END_POSITION_MODEL >> 1);
const END_MARKER = 0xffffffff;

/** Literal context bits, literal position bits, position bits. */
export interface LzmaProperties {
  readonly lc: number;
  readonly lp: number;
  readonly pb: number;
}

/** The properties that one byte stands for; `undefined` for one that stands for none. */
export function lzmaProperties(byte: number): LzmaProperties | undefined {
  if (byte >= 9 * 5 * 5) return undefined;
  return { lc: byte % 9, lp: Math.floor(byte / 9) % 5, pb: Math.floor(byte / 45) };
}

/** Models of a match's length. */
class LengthModels {
  readonly #choice = bitModels(2);
  readonly #low = bitModels(MAX_POSITIONS << 3);
  readonly #middle = bitModels(MAX_POSITIONS << 3);
  readonly #high = bitModels(256);

  decode(coder: RangeDecoder, position: number): number {
    if (coder.bit(this.#choice, 0) === 0) return coder.tree(this.#low, position << 3, 3);
    if (coder.bit(this.#choice, 1) === 0) return 8 + coder.tree(this.#middle, position << 3, 3);
    return 16 + coder.tree(this.#high, 0, 8);
  }
}

/** The state of one LZMA stream; `run` goes on where it stopped. */
export class LzmaDecoder {
  readonly #properties: LzmaProperties;
  readonly #literals: Uint16Array;
  readonly #isMatch = bitModels(STATES << 4);
  readonly #isRepeat = bitModels(STATES);
  readonly #isRepeat0 = bitModels(STATES);
  readonly #isRepeat1 = bitModels(STATES);
  readonly #isRepeat2 = bitModels(STATES);
  readonly #isLongRepeat0 = bitModels(STATES << 4);
  readonly #slots = bitModels(LENGTH_TO_SLOT_STATES << 6);
  readonly #positions = bitModels(1 + FULL_DISTANCES - END_POSITION_MODEL);
  readonly #align = bitModels(1 << ALIGN_BITS);
  readonly #lengths = new LengthModels();
  readonly #repeatLengths = new LengthModels();
  readonly #distances: [number, number, number, number] = [0, 0, 0, 0];
  #state = 0;
  /** Bytes decoded since the dictionary began; its low bits choose models. */
  #position: number;
  /** Whether an end marker was read. */
  isEnded = false;

  constructor(properties: LzmaProperties, position = 0) {
    this.#properties = properties;
    this.#position = position;
    this.#literals = bitModels(0x300 << (properties.lc + properties.lp));
  }

  /**
   * Decodes until so much content is pending, the input is read to `inputEnd`, or an end marker came; a match may
   * go beyond `pending`, never beyond `left`, which is what the stream may still hold.
   */
  run(
    coder: RangeDecoder,
    out: Dictionary,
    until: { pending: number; inputEnd: number; left: number },
  ): number {
    let left = until.left;
    while (left > 0 && !this.isEnded && out.pending < until.pending && coder.at < until.inputEnd) {
      const length = this.#symbol(coder, out, left);
      left -= length;
      this.#position += length;
    }
    return until.left - left;
  }

  /** Goes to another position: bytes were put in between, or the dictionary began again (LZMA2). */
  moveTo(position: number): void {
    this.#position = position;
  }

  /** One literal or match; how many bytes it made. */
  #symbol(coder: RangeDecoder, out: Dictionary, left: number): number {
    const position = this.#position & ((1 << this.#properties.pb) - 1);
    if (coder.bit(this.#isMatch, (this.#state << 4) + position) === 0) {
      out.put(this.#literal(coder, out));
      this.#state = this.#state < 4 ? 0 : this.#state < 10 ? this.#state - 3 : this.#state - 6;
      return 1;
    }
    const length =
      coder.bit(this.#isRepeat, this.#state) === 0
        ? this.#newMatch(coder, position)
        : this.#repeatedMatch(coder, out, position);
    if (this.isEnded) return 0;
    if (length > left) throw new DecodeHalt('LZMA_BROKEN', 'a match beyond the end');
    out.repeat(this.#distances[0] + 1, length);
    return length;
  }

  #literal(coder: RangeDecoder, out: Dictionary): number {
    const { lc, lp } = this.#properties;
    const previous = out.isEmpty ? 0 : out.back(1);
    const context = ((this.#position & ((1 << lp) - 1)) << lc) + (previous >> (8 - lc));
    const from = 0x300 * context;
    let symbol = 1;
    if (this.#state >= 7) {
      let matched = out.back(this.#distances[0] + 1);
      do {
        const matchBit = (matched >> 7) & 1;
        matched <<= 1;
        const bit = coder.bit(this.#literals, from + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (matchBit !== bit) break;
      } while (symbol < 0x100);
    }
    while (symbol < 0x100) symbol = (symbol << 1) | coder.bit(this.#literals, from + symbol);
    return symbol & 0xff;
  }

  #newMatch(coder: RangeDecoder, position: number): number {
    const [first, second, third] = this.#distances;
    [this.#distances[1], this.#distances[2], this.#distances[3]] = [first, second, third];
    const length = this.#lengths.decode(coder, position);
    this.#state = this.#state < 7 ? 7 : 10;
    this.#distances[0] = this.#distance(coder, Math.min(length, LENGTH_TO_SLOT_STATES - 1));
    this.isEnded = this.#distances[0] === END_MARKER;
    return length + MIN_MATCH;
  }

  #distance(coder: RangeDecoder, lengthState: number): number {
    const slot = coder.tree(this.#slots, lengthState << 6, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = ((2 | (slot & 1)) << bits) >>> 0;
    if (slot < END_POSITION_MODEL) return base + coder.reverseTree(this.#positions, base - slot, bits);
    const high = (coder.directBits(bits - ALIGN_BITS) << ALIGN_BITS) >>> 0;
    return base + high + coder.reverseTree(this.#align, 0, ALIGN_BITS);
  }

  #repeatedMatch(coder: RangeDecoder, out: Dictionary, position: number): number {
    if (out.isEmpty) throw new DecodeHalt('LZMA_BROKEN', 'a repetition before the first byte');
    const state = this.#state;
    if (coder.bit(this.#isRepeat0, state) === 0) {
      if (coder.bit(this.#isLongRepeat0, (state << 4) + position) === 0) {
        this.#state = state < 7 ? 9 : 11;
        return 1;
      }
    } else {
      this.#pickDistance(coder);
    }
    this.#state = state < 7 ? 8 : 11;
    return this.#repeatLengths.decode(coder, position) + MIN_MATCH;
  }

  /** Moves an earlier distance to the front. */
  #pickDistance(coder: RangeDecoder): void {
    const [first, second, third, fourth] = this.#distances;
    if (coder.bit(this.#isRepeat1, this.#state) === 0) {
      [this.#distances[0], this.#distances[1]] = [second, first];
    } else if (coder.bit(this.#isRepeat2, this.#state) === 0) {
      [this.#distances[0], this.#distances[1], this.#distances[2]] = [third, first, second];
    } else {
      [this.#distances[0], this.#distances[1], this.#distances[2], this.#distances[3]] = [
        fourth,
        first,
        second,
        third,
      ];
    }
  }
}
