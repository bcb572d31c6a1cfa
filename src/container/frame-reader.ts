import { type ByteRange, collectBytes } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { readAhead } from './read-ahead.ts';
import {
  type FrameLayout,
  frameContentBytes,
  frameCount,
  parseSeekTable,
  seekTableBytes,
} from './seek-table.ts';
import type { Lane, SegmentPool } from './segment-pool.ts';
import type { Slab } from './segment-work.ts';
import type { FilledSlab } from './slab-filler.ts';
import { SlabRing } from './slab-ring.ts';
import type { StoredReader } from './stored-reader.ts';

/** Frames that are decompressed at the same time. */
const AHEAD = 4;
/** Content up to here is decompressed on the caller's thread. */
const INLINE_BYTES = 2_097_152;

/** A compressed frame that is complete. */
interface WholeFrame {
  readonly index: number;
  readonly bytes: Uint8Array;
}

/** Decompresses the frames that a range touches, and only those. */
export class FrameReader implements StoredReader {
  readonly #stored: StoredReader;
  readonly #layout: FrameLayout;
  readonly #offsets: Float64Array;
  readonly #pool: SegmentPool;

  private constructor(
    stored: StoredReader,
    table: { readonly layout: FrameLayout; readonly offsets: Float64Array },
    pool: SegmentPool,
  ) {
    this.#stored = stored;
    this.#layout = table.layout;
    this.#offsets = table.offsets;
    this.#pool = pool;
  }

  /** Reads the seek table. Throws `CONTAINER_MALFORMED` when it does not fit the header. */
  static async open(stored: StoredReader, layout: FrameLayout, pool: SegmentPool): Promise<FrameReader> {
    const tableBytes = seekTableBytes(frameCount(layout));
    const start = layout.storedSize - tableBytes;
    if (start < 0) throw malformed();
    const table = await collectBytes(stored.lend({ start, end: layout.storedSize }), tableBytes);
    return new FrameReader(stored, { layout, offsets: parseSeekTable(table, layout) }, pool);
  }

  /** A range of the content. Throws `CONTAINER_MALFORMED` too, for a frame that was not made as it must be. */
  async *lend(range: ByteRange): AsyncGenerator<Uint8Array> {
    if (range.start === range.end) return;
    const { frameBytes } = this.#layout;
    const first = Math.floor(range.start / frameBytes);
    const end = Math.ceil(range.end / frameBytes);
    const thread = (end - first) * frameBytes <= INLINE_BYTES ? this.#pool.inlineLane() : this.#pool;
    const slabs = new SlabRing(this.#pool, { slabs: AHEAD + 1, slabBytes: frameBytes });
    const decompress = async (frame: WholeFrame): Promise<FilledSlab> => {
      const slab = await slabs.acquire();
      return { slab, content: await this.#decompress(frame, slab, thread) };
    };
    try {
      let at = first * frameBytes;
      for await (const { slab, content } of readAhead(this.#frames(first, end), AHEAD, decompress)) {
        yield content.subarray(Math.max(0, range.start - at), range.end - at);
        at += content.length;
        slabs.release(slab);
      }
    } finally {
      slabs.reclaim();
    }
  }

  async #decompress(frame: WholeFrame, slab: Slab, thread: Pick<Lane, 'run'>): Promise<Slab> {
    const content = slab.subarray(0, frameContentBytes(this.#layout, frame.index));
    if (!(await thread.run('decompress', { frame: frame.bytes, content }))) throw malformed();
    return content;
  }

  /** Cuts the stored bytes into frames. */
  async *#frames(first: number, end: number): AsyncGenerator<WholeFrame> {
    let index = first;
    let bytes = new Uint8Array(this.#frameLength(first));
    let filled = 0;
    for await (const chunk of this.#stored.lend({ start: this.#offset(first), end: this.#offset(end) })) {
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + bytes.length - filled);
        bytes.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled < bytes.length) continue;
        yield { index, bytes };
        bytes = new Uint8Array(this.#frameLength(++index));
        filled = 0;
      }
    }
  }

  #offset(index: number): number {
    return this.#offsets[index] ?? 0;
  }

  /** Length of a frame; 0 beyond the last. */
  #frameLength(index: number): number {
    return Math.max(0, this.#offset(index + 1) - this.#offset(index));
  }
}

function malformed(): StrongroomError {
  return new StrongroomError('CONTAINER_MALFORMED', 'a compressed frame is not what its place says');
}
