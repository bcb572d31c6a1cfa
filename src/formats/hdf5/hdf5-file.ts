import { type ByteSource, bufferView } from '../../bytes/index.ts';
import { type ProblemLog, ReadingHalt } from '../problem-log.ts';
import { SourceWindow, viewOf } from '../source-window.ts';
import type { Hdf5Limits } from './limits.ts';

/** Widths of addresses and lengths, and where addresses count from. */
export interface Hdf5Widths {
  readonly offsetBytes: 4 | 8;
  readonly lengthBytes: 4 | 8;
  /** In bytes from the start of the source. */
  readonly base: number;
}

/** Structures are small and all over the file. */
const WINDOWS = { bytes: 8192, count: 24 };
/** Largest piece that is read at once; headers and nodes are far smaller. */
const MAX_PIECE_BYTES = 1 << 26;

/** Reads pieces of an HDF5 file by its addresses, and counts the steps of the walk. */
export class Hdf5File {
  readonly log: ProblemLog;
  readonly limits: Hdf5Limits;
  readonly size: number;
  widths: Hdf5Widths = { offsetBytes: 8, lengthBytes: 8, base: 0 };
  readonly #window: SourceWindow;
  #steps = 0;

  constructor(source: ByteSource, log: ProblemLog, limits: Hdf5Limits) {
    this.#window = new SourceWindow(source, WINDOWS);
    this.size = source.size;
    this.log = log;
    this.limits = limits;
  }

  /** The piece of a length at an address, which must be there. */
  async piece(address: number, length: number): Promise<Hdf5Piece> {
    this.step(address);
    const at = this.widths.base + address;
    if (length > MAX_PIECE_BYTES) this.stop(at, `a structure of ${length} bytes`);
    const bytes = this.#window.held(at, length) ?? (await this.#window.bytes(at, length));
    if (bytes === undefined) this.fail(at, 'an address beyond the end of the file');
    return new Hdf5Piece(this, bytes, at);
  }

  /** As `piece`, and it must begin with a signature, which is stepped over. */
  async signed(address: number, length: number, signature: string): Promise<Hdf5Piece> {
    const piece = await this.piece(address, length);
    if (piece.text(signature.length) !== signature) {
      this.fail(this.widths.base + address, `no ${signature} where one should be`);
    }
    return piece;
  }

  /** One step of the walk; throws at the limit. */
  step(address: number): void {
    if (++this.#steps > this.limits.maxSteps) this.stop(address, `more than ${this.limits.maxSteps} steps`);
  }

  /** Ends the reading of this structure: the file is broken here. */
  fail(offset: number, message: string): never {
    this.log.error('HDF5_INVALID', Math.max(0, Math.min(offset, this.size)), message);
    throw new ReadingHalt('invalid');
  }

  /** Ends the reading of this structure: this reader cannot follow it. */
  stop(offset: number, message: string): never {
    this.log.limit('HDF5_LIMIT', offset, message);
    throw new ReadingHalt('limit');
  }
}

/** A piece of the file that is read from first to last. */
export class Hdf5Piece {
  position = 0;
  readonly #file: Hdf5File;
  readonly #bytes: Uint8Array;
  readonly #offset: number;

  constructor(file: Hdf5File, bytes: Uint8Array, offset: number) {
    this.#file = file;
    this.#bytes = bytes;
    this.#offset = offset;
  }

  get length(): number {
    return this.#bytes.length;
  }

  get remaining(): number {
    return this.#bytes.length - this.position;
  }

  /** Where the next byte stands in the source. */
  get offset(): number {
    return this.#offset + this.position;
  }

  take(length: number): Uint8Array {
    if (length < 0 || length > this.remaining)
      this.#file.fail(this.offset, 'a structure that ends too early');
    const bytes = this.#bytes.subarray(this.position, this.position + length);
    this.position += length;
    return bytes;
  }

  skip(length: number): void {
    this.take(length);
  }

  /** An unsigned little-endian integer; beyond 2^53 nothing fits into a file. */
  uint(bytes: number): number {
    let value = 0;
    for (const [index, byte] of this.take(bytes).entries()) value += byte * 2 ** (8 * index);
    return value;
  }

  /** An address; `undefined` where the format has "undefined" (all ones). */
  address(): number | undefined {
    const bytes = this.take(this.#file.widths.offsetBytes);
    return bytes.every((byte) => byte === 0xff) ? undefined : Number(unsigned(bytes));
  }

  /** A length in the file's width. */
  size(): number {
    return Number(unsigned(this.take(this.#file.widths.lengthBytes)));
  }

  text(length: number): string {
    return bufferView(this.take(length)).toString('latin1');
  }

  /** A piece of this piece. */
  inner(length: number): Hdf5Piece {
    const offset = this.offset;
    return new Hdf5Piece(this.#file, this.take(length), offset);
  }
}

function unsigned(bytes: Uint8Array): bigint {
  const view = viewOf(bytes);
  return bytes.length === 8 ? view.getBigUint64(0, true) : BigInt(view.getUint32(0, true));
}

/** A text up to its first NUL. */
export function textBeforeNul(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}
