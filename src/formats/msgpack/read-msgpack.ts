import type { ByteRange, ByteSource } from '../../bytes/index.ts';
import type { FormatProblem } from '../problem.ts';
import { ProblemLog, ReadingHalt } from '../problem-log.ts';
import { SourceWindow, viewOf } from '../source-window.ts';

/** How much of a hostile MessagePack file is followed. */
export interface MsgpackLimits {
  readonly maxDepth: number;
  readonly maxValues: number;
  /** Binary values whose place is told. */
  readonly maxBlobs: number;
}

const DEFAULT_MSGPACK_LIMITS: MsgpackLimits = { maxDepth: 64, maxValues: 20_000_000, maxBlobs: 100_000 };

/** What a MessagePack file is made of, for those who judge it. */
export interface MsgpackDocument {
  readonly values: number;
  /** Binary values that are not too short to be anything: arrays of numbers, or what hides as such. */
  readonly blobs: readonly ByteRange[];
  /** Types of extensions that hold something other than an array of Flax or a time. */
  readonly extensions: ReadonlySet<number>;
  readonly problems: readonly FormatProblem[];
}

/** Extensions of Flax (`flax/serialization.py`: array, complex number, scalar); what is in them is MessagePack again. */
const FLAX_TYPES: ReadonlySet<number> = new Set([1, 2, 3]);
const TIMESTAMP = -1;
const MIN_BLOB_BYTES = 16;

/** Containers and values with a length: bytes of the length, and what it counts. */
const SIZED: Readonly<Record<number, readonly ['bin' | 'ext' | 'str' | 'array' | 'map', 1 | 2 | 4]>> = {
  0xc4: ['bin', 1],
  0xc5: ['bin', 2],
  0xc6: ['bin', 4],
  0xc7: ['ext', 1],
  0xc8: ['ext', 2],
  0xc9: ['ext', 4],
  0xd9: ['str', 1],
  0xda: ['str', 2],
  0xdb: ['str', 4],
  0xdc: ['array', 2],
  0xdd: ['array', 4],
  0xde: ['map', 2],
  0xdf: ['map', 4],
};
/** Bytes behind values of a fixed size: floats, integers. */
const FIXED: Readonly<Record<number, number>> = {
  0xc0: 0,
  0xc2: 0,
  0xc3: 0,
  0xca: 4,
  0xcb: 8,
  0xcc: 1,
  0xcd: 2,
  0xce: 4,
  0xcf: 8,
  0xd0: 1,
  0xd1: 2,
  0xd2: 4,
  0xd3: 8,
};
const FIRST_FIXEXT = 0xd4;
const LAST_FIXEXT = 0xd8;

/**
 * Walks a file that is one MessagePack value (github.com/msgpack/msgpack, spec.md) in bounded memory, with every length
 * held against the end of what it is in. Never throws for bad bytes; throws what the source throws.
 */
export async function readMsgpack(
  source: ByteSource,
  limits: Partial<MsgpackLimits> = {},
): Promise<MsgpackDocument> {
  const walk = new MsgpackWalk(source, { ...DEFAULT_MSGPACK_LIMITS, ...limits });
  try {
    await walk.run();
  } catch (error) {
    // A halt has noted its reason already.
    if (!(error instanceof ReadingHalt)) throw error;
  }
  return walk;
}

/** A container that is open, or an extension with a value in it. */
interface Frame {
  left: number;
  /** Where everything in it must end; of an extension, exactly. */
  readonly end: number;
  readonly isExact: boolean;
}

class MsgpackWalk implements MsgpackDocument {
  values = 0;
  readonly blobs: ByteRange[] = [];
  readonly extensions = new Set<number>();
  readonly #log = new ProblemLog();
  readonly #window: SourceWindow;
  readonly #limits: MsgpackLimits;
  readonly #frames: Frame[];
  #at = 0;

  constructor(source: ByteSource, limits: MsgpackLimits) {
    this.#window = new SourceWindow(source);
    this.#limits = limits;
    this.#frames = [{ left: 1, end: source.size, isExact: true }];
  }

  get problems(): readonly FormatProblem[] {
    return this.#log.problems;
  }

  async run(): Promise<void> {
    for (let frame = this.#frames.at(-1); frame !== undefined; frame = this.#frames.at(-1)) {
      if (frame.left === 0) {
        if (frame.isExact && this.#at !== frame.end)
          this.#fail(`${frame.end - this.#at} bytes behind a value`);
        this.#frames.pop();
        continue;
      }
      frame.left--;
      if (++this.values > this.#limits.maxValues) this.#stop(`more than ${this.#limits.maxValues} values`);
      await this.#value(frame.end);
    }
  }

  async #value(end: number): Promise<void> {
    const tag = await this.#number(1, end);
    const fixed = FIXED[tag];
    if (tag <= 0x7f || tag >= 0xe0) return;
    if (tag <= 0x8f) this.#open(2 * (tag & 0x0f), end);
    else if (tag <= 0x9f) this.#open(tag & 0x0f, end);
    else if (tag <= 0xbf) this.#skip(tag & 0x1f, end);
    else if (fixed !== undefined) this.#skip(fixed, end);
    else if (tag >= FIRST_FIXEXT && tag <= LAST_FIXEXT) await this.#extension(1 << (tag - FIRST_FIXEXT), end);
    else await this.#sized(tag, end);
  }

  async #sized(tag: number, end: number): Promise<void> {
    const sized = SIZED[tag];
    if (sized === undefined) this.#fail('a byte that begins no value');
    const [kind, width] = sized;
    const length = await this.#number(width, end);
    if (kind === 'array') this.#open(length, end);
    else if (kind === 'map') this.#open(2 * length, end);
    else if (kind === 'ext') await this.#extension(length, end);
    else if (kind === 'bin') this.#blob(length, end);
    else this.#skip(length, end);
  }

  #open(count: number, end: number): void {
    // Every value takes a byte at least.
    if (count > end - this.#at) this.#fail(`${count} values in ${end - this.#at} bytes`);
    this.#push({ left: count, end, isExact: false });
  }

  async #extension(length: number, end: number): Promise<void> {
    const byte = await this.#number(1, end);
    const type = byte > 0x7f ? byte - 0x100 : byte;
    const start = this.#at;
    this.#skip(length, end);
    if (FLAX_TYPES.has(type)) {
      this.#at = start;
      this.#push({ left: 1, end: start + length, isExact: true });
      return;
    }
    if (type === TIMESTAMP && [4, 8, 12].includes(length)) return;
    this.extensions.add(type);
    this.#note({ start, end: start + length });
  }

  #blob(length: number, end: number): void {
    const start = this.#at;
    this.#skip(length, end);
    this.#note({ start, end: start + length });
  }

  #note(range: ByteRange): void {
    if (range.end - range.start < MIN_BLOB_BYTES) return;
    if (this.blobs.length >= this.#limits.maxBlobs)
      this.#stop(`more than ${this.#limits.maxBlobs} binary values`);
    this.blobs.push(range);
  }

  #push(frame: Frame): void {
    if (this.#frames.length > this.#limits.maxDepth)
      this.#stop(`deeper than ${this.#limits.maxDepth} containers`);
    this.#frames.push(frame);
  }

  #skip(length: number, end: number): void {
    if (length > end - this.#at) this.#fail('a value beyond the end of what it is in');
    this.#at += length;
  }

  async #number(width: 1 | 2 | 4, end: number): Promise<number> {
    const at = this.#at;
    this.#skip(width, end);
    const bytes = this.#window.held(at, width) ?? (await this.#window.bytes(at, width));
    if (bytes === undefined) return this.#fail('it is cut off');
    const view = viewOf(bytes);
    return width === 1 ? view.getUint8(0) : width === 2 ? view.getUint16(0) : view.getUint32(0);
  }

  #fail(message: string): never {
    this.#log.error('MSGPACK_INVALID', this.#at, message);
    throw new ReadingHalt('invalid');
  }

  #stop(message: string): never {
    this.#log.limit('MSGPACK_LIMIT', this.#at, message);
    throw new ReadingHalt('limit');
  }
}
