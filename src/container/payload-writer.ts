import type { FloeMessage } from './floe.ts';
import { FLOE_SEGMENT_OVERHEAD } from './floe.ts';
import type { Flow } from './flow.ts';
import { type Lane, type SegmentPool, SLAB_BYTES } from './segment-pool.ts';
import type { Slab } from './segment-work.ts';
import { SlabRing } from './slab-ring.ts';

/** Sealed slabs on their way out. */
const OUTPUT_SLABS = 4;

/** Where a payload goes, and under which keys. */
export interface PayloadTarget {
  /** `undefined`: stored as it is. */
  readonly message: FloeMessage | undefined;
  readonly segmentBytes: number;
  readonly write: (chunk: Uint8Array) => Promise<void>;
}

/** What was written. */
export interface WrittenPayload {
  readonly payloadSize: number;
  /** Its damage check. */
  readonly check: Uint8Array;
}

/** How many whole segments one slab holds. */
export function segmentsPerSlab(segmentBytes: number): number {
  return Math.max(1, Math.floor(SLAB_BYTES / segmentBytes));
}

/** Content of the segments of one slab, in bytes. */
export function slabContentBytes(segmentBytes: number): number {
  return segmentsPerSlab(segmentBytes) * (segmentBytes - FLOE_SEGMENT_OVERHEAD);
}

/** Bytes of a slab that holds whole segments. */
export function slabBytesFor(segmentBytes: number): number {
  return segmentsPerSlab(segmentBytes) * segmentBytes;
}

/** The last stage of sealing: slabs of content in, segments encrypted and hashed on a thread, written in order. */
export class PayloadWriter {
  readonly #pool: SegmentPool;
  readonly #flow: Flow;
  readonly #target: PayloadTarget;
  readonly #outputs: SlabRing;
  #lane: Lane | undefined;
  #position = 0;
  #payloadSize = 0;
  #written: Promise<void> = Promise.resolve();

  constructor(pool: SegmentPool, flow: Flow, target: PayloadTarget) {
    this.#pool = pool;
    this.#flow = flow;
    this.#target = target;
    this.#outputs = new SlabRing(pool, {
      slabs: OUTPUT_SLABS,
      slabBytes: slabBytesFor(target.segmentBytes),
    });
    flow.onFailure((error) => this.#outputs.fail(error));
  }

  /**
   * Seals and writes one slab after those before it. Resolves when `content` may be reused, which is before it is
   * written.
   */
  put(content: Slab, isLast: boolean): Promise<void> {
    const lane = (this.#lane ??= this.#start(isLast));
    const position = this.#position;
    this.#position += segmentsPerSlab(this.#target.segmentBytes);
    const output = this.#outputs.acquire();
    const sealed = output.then((slab) =>
      lane.run('seal', { session: lane.session, content, output: slab, position, isLast }),
    );
    this.#written = this.#writeAfter(this.#written, output, sealed);
    this.#flow.watch(this.#written);
    this.#flow.track(sealed);
    return sealed.then(() => undefined);
  }

  /** Size and check of the payload, after the last slab was written. */
  async finish(): Promise<WrittenPayload> {
    await this.#flow.interruptible(() => this.#written);
    if (this.#lane === undefined) throw new Error('nothing was put');
    const check = await this.#lane.run('endSeal', { session: this.#lane.session });
    return { payloadSize: this.#payloadSize, check };
  }

  /** Forgets the keys on the thread and gives the memory back. */
  async close(): Promise<void> {
    this.#outputs.close();
    await this.#lane?.end();
  }

  #start(isOnly: boolean): Lane {
    const lane = isOnly ? this.#pool.inlineLane() : this.#pool.lane();
    const message = this.#target.message?.state();
    const started = lane.run('startSeal', { session: lane.session, message });
    this.#flow.track(started.finally(() => message?.messageKey.fill(0)));
    return lane;
  }

  async #writeAfter(earlier: Promise<void>, output: Promise<Slab>, sealed: Promise<number>): Promise<void> {
    await earlier;
    const length = await sealed;
    const slab = await output;
    try {
      this.#flow.assertRunning();
      await this.#target.write(slab.subarray(0, length));
      this.#payloadSize += length;
    } finally {
      this.#outputs.release(slab);
    }
  }
}
