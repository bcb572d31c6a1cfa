import type { ByteSource } from '../../bytes/index.ts';
import { type ProblemLog, ReadingHalt } from '../problem-log.ts';
import { SourceWindow, viewOf } from '../source-window.ts';
import type { GgufLimits } from './limits.ts';

/** A string of the file; `text` is missing where it was too long to be kept. */
export interface GgufString {
  readonly text: string | undefined;
  readonly offset: number;
  readonly length: number;
}

const TEXT = new TextDecoder();
/** The format's own limit (gguf.cpp, `GGUF_MAX_STRING_LENGTH`). */
const MAX_STRING_BYTES = 1n << 30n;

/** Reads a GGUF header from first to last; whatever does not fit ends it by a halt. */
export class GgufCursor {
  position = 0;
  readonly log: ProblemLog;
  readonly limits: GgufLimits;
  readonly size: number;
  readonly #window: SourceWindow;
  #heldBytes = 0;
  #strings = 0;

  constructor(source: ByteSource, log: ProblemLog, limits: GgufLimits) {
    this.#window = new SourceWindow(source);
    this.size = source.size;
    this.log = log;
    this.limits = limits;
  }

  get remaining(): number {
    return this.size - this.position;
  }

  /** Exactly so many bytes, which must be there. */
  async take(length: number): Promise<Uint8Array> {
    const bytes =
      this.#window.held(this.position, length) ?? (await this.#window.bytes(this.position, length));
    if (bytes === undefined) this.fail('GGUF_TRUNCATED', this.position, 'the file ends inside its header');
    this.position += length;
    return bytes;
  }

  async uint32(): Promise<number> {
    return viewOf(await this.take(4)).getUint32(0, true);
  }

  async uint64(): Promise<bigint> {
    return viewOf(await this.take(8)).getBigUint64(0, true);
  }

  /** Moves over bytes without reading them. */
  skip(length: number): void {
    if (length > this.remaining)
      this.fail('GGUF_TRUNCATED', this.position, 'the file ends inside its header');
    this.position += length;
  }

  /** A counted string; `isKept` = false only steps over it. */
  async string(isKept: boolean): Promise<GgufString> {
    const offset = this.position;
    if (++this.#strings > this.limits.maxStrings)
      this.stop(offset, `more than ${this.limits.maxStrings} strings`);
    const length = await this.uint64();
    if (length > MAX_STRING_BYTES || length > BigInt(this.remaining)) {
      this.fail('GGUF_STRING_LENGTH', offset, `a string of ${length} bytes does not fit into the file`);
    }
    const count = Number(length);
    const { maxHeldBytes, maxHeldBytesTotal } = this.limits;
    if (!isKept || count > maxHeldBytes || this.#heldBytes + count > maxHeldBytesTotal) {
      this.skip(count);
      return { text: undefined, offset, length: count };
    }
    this.#heldBytes += count;
    // Tokens may be cut in the middle of a character; replacement characters do for looking at them.
    return { text: TEXT.decode(await this.take(count)), offset, length: count };
  }

  /** Ends the reading: the file is broken here. */
  fail(code: string, offset: number, message: string): never {
    this.log.error(code, offset, message);
    throw new ReadingHalt(code);
  }

  /** Ends the reading: a limit of ours. */
  stop(offset: number, message: string): never {
    this.log.limit('GGUF_LIMIT', offset, message);
    throw new ReadingHalt('limit');
  }
}
