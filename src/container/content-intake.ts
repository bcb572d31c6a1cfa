import { StrongroomError } from '../errors/index.ts';
import type { Flow } from './flow.ts';
import type { InputReader } from './input-reader.ts';
import { MAX_FRAMES } from './limits.ts';
import { type PayloadWriter, slabContentBytes } from './payload-writer.ts';
import { formatSeekTable } from './seek-table.ts';
import { type Lane, type SegmentPool, SLAB_BYTES } from './segment-pool.ts';
import type { PlainDigests, Slab } from './segment-work.ts';
import { type FilledSlab, SlabFiller } from './slab-filler.ts';
import { SlabRing } from './slab-ring.ts';

/** Plaintext slabs that are being hashed, compressed or encrypted. */
const CONTENT_SLABS = 4;
/** Compressed content on its way to the writer. */
const STORED_SLABS = 4;

/** How content is taken in. */
export interface IntakeOptions {
  readonly segmentBytes: number;
  readonly withSha512: boolean;
  /** `undefined`: stored as it is. */
  readonly zstd: { readonly level: number; readonly frameBytes: number } | undefined;
}

/** What was taken in. */
export interface TakenIn {
  /** In bytes. */
  readonly size: number;
  /** After compression, in bytes. */
  readonly storedSize: number;
  readonly digests: PlainDigests;
}

/** The stages of sealing, side by side. */
export interface SealStages {
  readonly pool: SegmentPool;
  readonly flow: Flow;
  readonly writer: PayloadWriter;
}

/** The first stages of sealing: plaintext in; hashed on a thread, compressed where asked, and put to the writer. */
export class ContentIntake {
  readonly #stages: SealStages;
  readonly #options: IntakeOptions;
  readonly #contents: SlabRing;
  readonly #filler: SlabFiller;
  readonly #frames: FrameSink | undefined;
  #lane: Lane | undefined;
  #size = 0;

  constructor(stages: SealStages, options: IntakeOptions) {
    const { segmentBytes, zstd } = options;
    this.#stages = stages;
    this.#options = options;
    const capacity = zstd?.frameBytes ?? slabContentBytes(segmentBytes);
    const slabBytes = Math.max(SLAB_BYTES, capacity);
    this.#contents = new SlabRing(stages.pool, { slabs: CONTENT_SLABS, slabBytes });
    stages.flow.onFailure((error) => this.#contents.fail(error));
    this.#filler = new SlabFiller(this.#contents, capacity, (filled, isLast) => this.#take(filled, isLast));
    this.#frames = zstd && new FrameSink(stages, segmentBytes, zstd);
  }

  /** Plaintext taken in so far, in bytes. */
  get size(): number {
    return this.#size;
  }

  /** Takes bytes in; waits when the later stages are behind. They may be reused once it settles. */
  async add(bytes: Uint8Array): Promise<void> {
    this.#size += bytes.length;
    await this.#filler.add(bytes);
  }

  /** Takes in what the input has next; gives whether there was more. */
  async addFrom(input: InputReader): Promise<boolean> {
    const length = await input.readInto(this.#filler);
    this.#size += length;
    return length > 0;
  }

  /** Passes on what is left and waits for the digests. */
  async finish(): Promise<TakenIn> {
    await this.#filler.finish();
    const storedSize = this.#frames === undefined ? this.#size : await this.#frames.finish(this.#size);
    const lane = this.#lane;
    if (lane === undefined) throw new Error('nothing was taken in');
    const digests = await lane.run('endDigest', { session: lane.session });
    return { size: this.#size, storedSize, digests };
  }

  /** Gives the memory back. */
  async close(): Promise<void> {
    this.#filler.abandon();
    this.#contents.close();
    this.#frames?.close();
    await this.#lane?.end();
  }

  #take({ slab, content }: FilledSlab, isLast: boolean): void {
    const { flow, writer } = this.#stages;
    const lane = (this.#lane ??= this.#start(isLast));
    const digested = lane.run('digest', { session: lane.session, content });
    const passedOn = this.#frames?.put(content, isLast) ?? writer.put(content, isLast);
    // Both read the slab, so it is free only when both are done with it, failed or not.
    const done = Promise.allSettled([digested, passedOn]).then(() => this.#contents.release(slab));
    flow.track(done);
    flow.watch(digested);
    flow.watch(passedOn);
  }

  #start(isOnly: boolean): Lane {
    const { pool, flow } = this.#stages;
    const lane = isOnly ? pool.inlineLane() : pool.lane();
    const { withSha512 } = this.#options;
    flow.track(lane.run('startDigest', { session: lane.session, withSha512 }));
    return lane;
  }
}

/** Compresses frames side by side and puts them to the writer in order, the seek table last. */
class FrameSink {
  readonly #stages: SealStages;
  readonly #options: { readonly level: number; readonly frameBytes: number };
  readonly #stored: SlabRing;
  readonly #filler: SlabFiller;
  readonly #frameLengths: number[] = [];
  #frames = 0;
  #added: Promise<void> = Promise.resolve();

  constructor(
    stages: SealStages,
    segmentBytes: number,
    options: { readonly level: number; readonly frameBytes: number },
  ) {
    this.#stages = stages;
    this.#options = options;
    const capacity = slabContentBytes(segmentBytes);
    this.#stored = new SlabRing(stages.pool, {
      slabs: STORED_SLABS,
      slabBytes: Math.max(SLAB_BYTES, capacity),
    });
    stages.flow.onFailure((error) => this.#stored.fail(error));
    this.#filler = new SlabFiller(this.#stored, capacity, ({ slab, content }, isLast) => {
      const sealed = stages.writer.put(content, isLast);
      stages.flow.track(Promise.allSettled([sealed]).then(() => this.#stored.release(slab)));
      stages.flow.watch(sealed);
    });
  }

  /** Resolves when the frame was passed on: until then its content counts as in use, so that results cannot pile up. */
  put(content: Slab, isLast: boolean): Promise<void> {
    if (content.length === 0) return this.#added;
    const { pool } = this.#stages;
    const { level } = this.#options;
    const isOnly = this.#frames++ === 0 && isLast;
    const thread = isOnly ? pool.inlineLane() : pool;
    this.#added = this.#addAfter(this.#added, thread.run('compress', { content, level }));
    return this.#added;
  }

  /** Passes on the seek table; gives the size of everything. */
  async finish(size: number): Promise<number> {
    await this.#added;
    const { frameBytes } = this.#options;
    const table = formatSeekTable({ size, frameBytes }, this.#frameLengths);
    await this.#filler.add(table);
    await this.#filler.finish();
    return this.#frameLengths.reduce((sum, length) => sum + length, table.length);
  }

  close(): void {
    this.#filler.abandon();
    this.#stored.close();
  }

  async #addAfter(earlier: Promise<void>, compressing: Promise<Uint8Array>): Promise<void> {
    const [frame] = await Promise.all([compressing, earlier]);
    if (this.#frameLengths.length === MAX_FRAMES) {
      throw new StrongroomError('CONTAINER_LIMIT', `more than ${MAX_FRAMES} compressed frames`);
    }
    this.#frameLengths.push(frame.length);
    await this.#filler.add(frame);
  }
}
