import { assertNotAborted, type ByteRange } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { FLOE_SEGMENT_OVERHEAD, type FloeMessage } from './floe.ts';
import { segmentsPerSlab, slabBytesFor } from './payload-writer.ts';
import { readAhead } from './read-ahead.ts';
import { layOutSegments } from './segment-layout.ts';
import type { Lane, SegmentPool } from './segment-pool.ts';
import { openRun, type SegmentRun, type Slab } from './segment-work.ts';
import type { SerialSource } from './serial-source.ts';
import type { FilledSlab } from './slab-filler.ts';
import { SlabRing } from './slab-ring.ts';

/** Slabs between the source and the consumer. */
const AHEAD = 4;
/** Payload up to here is opened on the caller's thread: starting a thread takes longer. */
const INLINE_BYTES = 2_097_152;

/** Verified bytes of a payload: as they were stored, or decompressed. */
export interface StoredReader {
  /**
   * A range of the bytes, in chunks that are lent: each is good until the next is asked for.
   * Throws `CONTAINER_TAMPERED`, `CONTAINER_TRUNCATED`, `ABORTED`.
   */
  lend(range: ByteRange): AsyncGenerator<Uint8Array>;
}

/** Whole segments that are read and opened together. */
interface Batch extends SegmentRun {
  readonly segments: number;
}

/** Opens the segments that a range touches, and only those. */
export class SegmentReader implements StoredReader {
  readonly #source: SerialSource;
  readonly #message: FloeMessage;
  readonly #storedSize: number;
  readonly #pool: SegmentPool;
  readonly #signal: AbortSignal | undefined;

  constructor(
    payload: {
      readonly source: SerialSource;
      readonly message: FloeMessage;
      /** In bytes; part of the authenticated header. */
      readonly storedSize: number;
    },
    engine: { readonly pool: SegmentPool; readonly signal: AbortSignal | undefined },
  ) {
    this.#source = payload.source;
    this.#message = payload.message;
    this.#storedSize = payload.storedSize;
    this.#pool = engine.pool;
    this.#signal = engine.signal;
  }

  /** Throws unless the payload ends where its header says: nothing was cut off or appended. */
  async verifyEnd(): Promise<void> {
    for await (const _verified of this.#readInline(this.#segments - 1, this.#segments));
  }

  async *lend(range: ByteRange): AsyncGenerator<Uint8Array> {
    if (range.start === range.end) return;
    const contentBytes = this.#message.segmentBytes - FLOE_SEGMENT_OVERHEAD;
    const first = Math.floor(range.start / contentBytes);
    const end = Math.ceil(range.end / contentBytes);
    const isSmall = (end - first) * this.#message.segmentBytes <= INLINE_BYTES;
    let at = first * contentBytes;
    for await (const content of isSmall ? this.#readInline(first, end) : this.#readOnThread(first, end)) {
      const from = Math.max(0, range.start - at);
      const to = Math.min(content.length, range.end - at);
      at += content.length;
      yield content.subarray(from, to);
    }
  }

  get #segments(): number {
    return layOutSegments(this.#storedSize, this.#message.segmentBytes).segments;
  }

  async *#readInline(first: number, end: number): AsyncGenerator<Uint8Array> {
    for (const batch of this.#batches(first, end)) {
      assertNotAborted(this.#signal);
      const { offset, length } = this.#extent(batch);
      using room = this.#pool.borrow(length);
      await this.#source.fill(room.bytes, offset);
      const opened = openRun(this.#message, batch, { bytes: room.bytes, target: room.bytes });
      yield room.bytes.subarray(0, verified(opened));
    }
  }

  async *#readOnThread(first: number, end: number): AsyncGenerator<Uint8Array> {
    const slabBytes = slabBytesFor(this.#message.segmentBytes);
    // One more than is worked on: the consumer has it.
    const slabs = new SlabRing(this.#pool, { slabs: AHEAD + 1, slabBytes });
    const lane = this.#pool.lane();
    try {
      const message = this.#message.state();
      const started = lane.run('startOpen', { session: lane.session, message });
      await started.finally(() => message.messageKey.fill(0));
      const open = async (batch: Batch): Promise<FilledSlab> => {
        const slab = await slabs.acquire();
        return { slab, content: await this.#openOnThread(batch, slab, lane) };
      };
      for await (const { slab, content } of readAhead(this.#batches(first, end), AHEAD, open)) {
        yield content;
        slabs.release(slab);
      }
    } finally {
      slabs.reclaim();
      await lane.end();
    }
  }

  async #openOnThread(batch: Batch, slab: Slab, lane: Lane): Promise<Slab> {
    assertNotAborted(this.#signal);
    const { offset, length } = this.#extent(batch);
    const payload = slab.subarray(0, length);
    await this.#source.fill(payload, offset);
    const { position, isLast } = batch;
    const opened = await lane.run('open', { session: lane.session, payload, position, isLast });
    return slab.subarray(0, verified(opened));
  }

  *#batches(first: number, end: number): Generator<Batch> {
    const perSlab = segmentsPerSlab(this.#message.segmentBytes);
    for (let position = first; position < end; position += perSlab) {
      const segments = Math.min(perSlab, end - position);
      yield { position, segments, isLast: position + segments === this.#segments };
    }
  }

  #extent(batch: Batch): { offset: number; length: number } {
    const { segmentBytes } = this.#message;
    const { sealedBytes } = layOutSegments(this.#storedSize, segmentBytes);
    const offset = batch.position * segmentBytes;
    return { offset, length: Math.min(batch.segments * segmentBytes, sealedBytes - offset) };
  }
}

/** Reads a payload that is stored as it is. */
export class PlainReader implements StoredReader {
  readonly #source: SerialSource;
  readonly #signal: AbortSignal | undefined;

  constructor(source: SerialSource, signal: AbortSignal | undefined) {
    this.#source = source;
    this.#signal = signal;
  }

  async *lend(range: ByteRange): AsyncGenerator<Uint8Array> {
    for (let at = range.start; at < range.end; ) {
      assertNotAborted(this.#signal);
      const length = Math.min(INLINE_BYTES, range.end - at);
      yield await this.#source.take(at, length, (bytes) => new Uint8Array(bytes));
      at += length;
    }
  }
}

function verified(length: number | undefined): number {
  if (length === undefined) {
    throw new StrongroomError('CONTAINER_TAMPERED', 'a segment of the payload does not verify');
  }
  return length;
}
