import { bufferView } from '../bytes/index.ts';
import type { Slab } from './segment-work.ts';
import type { SlabRing } from './slab-ring.ts';

/** A slab of a ring, and what is in it. */
export interface FilledSlab {
  readonly slab: Slab;
  readonly content: Slab;
}

/** Takes over what a slab was filled with; whoever used it last releases the slab to its ring. */
export type SlabTaker = (filled: FilledSlab, isLast: boolean) => void;

/** Fills the start of `room`; gives how many bytes there were, 0 when there are no more. */
type FillRoom = (room: Uint8Array) => Promise<number>;

/**
 * Cuts a stream into slabs of exactly `capacity` bytes; only the last may be shorter. A full slab is handed on when
 * more follows, because only then it is known not to be the last.
 */
export class SlabFiller {
  readonly #ring: SlabRing;
  readonly #capacity: number;
  readonly #take: SlabTaker;
  #slab: Slab | undefined;
  #length = 0;
  #isFilling = false;
  #isAbandoned = false;

  constructor(ring: SlabRing, capacity: number, take: SlabTaker) {
    this.#ring = ring;
    this.#capacity = capacity;
    this.#take = take;
  }

  /** Copies bytes in; waits for free slabs. */
  async add(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      if (this.#slab !== undefined && this.#length === this.#capacity) this.#handOn(this.#slab, false);
      this.#slab ??= await this.#ring.acquire();
      const part = bytes.subarray(at, at + this.#capacity - this.#length);
      // Not `set`, which goes word by word where the memory is shared.
      bufferView(part).copy(bufferView(this.#slab), this.#length);
      this.#length += part.length;
      at += part.length;
    }
  }

  /**
   * Lets `readInto` put bytes into a slab in place of a copy; waits for a free slab. Gives how many bytes there
   * were, 0 when there are no more.
   */
  async fill(readInto: FillRoom): Promise<number> {
    const started = this.#length < this.#capacity ? this.#slab : undefined;
    this.#isFilling = true;
    try {
      return await (started === undefined ? this.#fillNext(readInto) : this.#fillRest(started, readInto));
    } finally {
      this.#isFilling = false;
      if (this.#isAbandoned) this.#giveBack();
    }
  }

  /** Hands on what is left: the last slab, empty when nothing was ever added. */
  async finish(): Promise<void> {
    this.#handOn(this.#slab ?? (await this.#ring.acquire()), true);
  }

  /** Gives back a slab that is half full when everything failed; one that is being filled, when that has ended. */
  abandon(): void {
    this.#isAbandoned = true;
    if (!this.#isFilling) this.#giveBack();
  }

  #giveBack(): void {
    if (this.#slab !== undefined) this.#ring.release(this.#slab);
    this.#slab = undefined;
  }

  async #fillRest(slab: Slab, readInto: FillRoom): Promise<number> {
    const length = await readInto(slab.subarray(this.#length, this.#capacity));
    this.#length += length;
    return length;
  }

  async #fillNext(readInto: FillRoom): Promise<number> {
    const slab = await this.#ring.acquire();
    let length = 0;
    try {
      length = await readInto(slab.subarray(0, this.#capacity));
    } finally {
      if (length === 0 || this.#isAbandoned) this.#ring.release(slab);
    }
    if (length === 0 || this.#isAbandoned) return 0;
    if (this.#slab !== undefined) this.#handOn(this.#slab, false);
    this.#slab = slab;
    this.#length = length;
    return length;
  }

  #handOn(slab: Slab, isLast: boolean): void {
    const length = this.#length;
    this.#slab = undefined;
    this.#length = 0;
    this.#take({ slab, content: slab.subarray(0, length) }, isLast);
  }
}
