import type { ByteSource } from '../../bytes/index.ts';
import { type ProblemLog, ReadingHalt } from '../problem-log.ts';
import { SourceWindow, viewOf } from '../source-window.ts';

/** A table of a FlatBuffer: where it stands and where its fields are. */
export interface FlatTable {
  readonly offset: number;
  /** Offset of each field from the table's start; 0: absent. */
  readonly fields: readonly number[];
}

/** A vector of a FlatBuffer: where its elements begin and how many there are. */
export interface FlatVector {
  readonly start: number;
  readonly length: number;
}

const OFFSET_BYTES = 4;
const VTABLE_HEADER_BYTES = 4;
/** Longest text that is read: names have a few hundred bytes, parameters of a training up to a megabyte. */
const MAX_STRING_BYTES = 1 << 22;

/**
 * Reads a FlatBuffer (flatbuffers.dev, "internals") with every offset and length held against the end of the file.
 * Whatever does not fit is noted once and ends the reading by a halt.
 */
export class FlatBuffer {
  readonly size: number;
  readonly #window: SourceWindow;
  readonly #log: ProblemLog;
  #reads = 0;
  readonly #maxReads: number;

  constructor(source: ByteSource, log: ProblemLog, maxReads: number) {
    this.#window = new SourceWindow(source);
    this.size = source.size;
    this.#log = log;
    this.#maxReads = maxReads;
  }

  /** The table that the root points to. */
  async root(): Promise<FlatTable> {
    return this.table(await this.#forward(0));
  }

  /** The table at an offset. */
  async table(offset: number): Promise<FlatTable> {
    const vtable = offset - viewOf(await this.#bytes(offset, OFFSET_BYTES)).getInt32(0, true);
    const header = viewOf(await this.#bytes(vtable, VTABLE_HEADER_BYTES));
    const vtableBytes = header.getUint16(0, true);
    const tableBytes = header.getUint16(2, true);
    if (vtableBytes < VTABLE_HEADER_BYTES || vtableBytes % 2 !== 0 || offset + tableBytes > this.size) {
      this.fail(vtable, 'a table with a wrong size');
    }
    const entries = viewOf(await this.#bytes(vtable, vtableBytes));
    const fields: number[] = [];
    for (let at = VTABLE_HEADER_BYTES; at < vtableBytes; at += 2) {
      const field = entries.getUint16(at, true);
      if (field !== 0 && field >= tableBytes) this.fail(vtable + at, 'a field beyond the end of its table');
      fields.push(field);
    }
    return { offset, fields };
  }

  /** Where a field stands; `undefined`: absent, its default counts. */
  fieldOffset(table: FlatTable, field: number): number | undefined {
    const at = table.fields[field] ?? 0;
    return at === 0 ? undefined : table.offset + at;
  }

  /** An integer of a field; 0 when it is absent. */
  async integer(table: FlatTable, field: number, bytes: 1 | 4 | 8): Promise<bigint> {
    const at = this.fieldOffset(table, field);
    if (at === undefined) return 0n;
    const view = viewOf(await this.#bytes(at, bytes));
    if (bytes === 1) return BigInt(view.getInt8(0));
    return bytes === 4 ? BigInt(view.getUint32(0, true)) : view.getBigUint64(0, true);
  }

  /** The vector of a field whose elements have so many bytes; `undefined`: absent. */
  async vector(table: FlatTable, field: number, elementBytes: number): Promise<FlatVector | undefined> {
    const at = this.fieldOffset(table, field);
    if (at === undefined) return undefined;
    const start = await this.#forward(at);
    const length = viewOf(await this.#bytes(start, OFFSET_BYTES)).getUint32(0, true);
    if (length * elementBytes > this.size - start - OFFSET_BYTES)
      this.fail(start, 'a vector beyond the end of the file');
    return { start: start + OFFSET_BYTES, length };
  }

  /** The tables that a vector of offsets points to, one after another. */
  async *tables(table: FlatTable, field: number): AsyncGenerator<FlatTable> {
    const vector = await this.vector(table, field, OFFSET_BYTES);
    for (let index = 0; index < (vector?.length ?? 0); index++) {
      yield this.table(await this.#forward((vector?.start ?? 0) + index * OFFSET_BYTES));
    }
  }

  /** The string of a field; `undefined`: absent. */
  async string(table: FlatTable, field: number): Promise<string | undefined> {
    const vector = await this.vector(table, field, 1);
    return vector === undefined ? undefined : this.#text(vector.start, vector.length);
  }

  /** The strings that a vector of offsets points to. */
  async *strings(table: FlatTable, field: number): AsyncGenerator<string> {
    const vector = await this.vector(table, field, OFFSET_BYTES);
    for (let index = 0; index < (vector?.length ?? 0); index++) {
      const start = await this.#forward((vector?.start ?? 0) + index * OFFSET_BYTES);
      const length = viewOf(await this.#bytes(start, OFFSET_BYTES)).getUint32(0, true);
      yield await this.#text(start + OFFSET_BYTES, length);
    }
  }

  /** Ends the reading: the file is broken here. */
  fail(offset: number, message: string): never {
    this.#log.error('FLATBUFFER_INVALID', Math.max(0, offset), message);
    throw new ReadingHalt('invalid');
  }

  /** Ends the reading: a limit of ours. */
  stop(offset: number, message: string): never {
    this.#log.limit('FLATBUFFER_LIMIT', offset, message);
    throw new ReadingHalt('limit');
  }

  async #text(start: number, length: number): Promise<string> {
    if (length > MAX_STRING_BYTES) this.stop(start, `a text of ${length} bytes`);
    return new TextDecoder().decode(await this.#bytes(start, length));
  }

  async #forward(at: number): Promise<number> {
    const distance = viewOf(await this.#bytes(at, OFFSET_BYTES)).getUint32(0, true);
    if (distance === 0) this.fail(at, 'an offset of zero');
    return at + distance;
  }

  async #bytes(offset: number, length: number): Promise<Uint8Array> {
    // Tables may point to one another in circles and in bushes; every step costs.
    if (++this.#reads > this.#maxReads) this.stop(offset, 'too many tables');
    const bytes = this.#window.held(offset, length) ?? (await this.#window.bytes(offset, length));
    return bytes ?? this.fail(offset, 'an offset beyond the end of the file');
  }
}
