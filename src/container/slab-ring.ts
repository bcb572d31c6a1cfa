import type { SegmentPool } from './segment-pool.ts';
import type { Slab } from './segment-work.ts';

interface Waiting {
  resolve(slab: Slab): void;
  reject(failure: Error): void;
}

/** A fixed number of slabs that go round: taking one waits until one is free, which is all the back-pressure. */
export class SlabRing {
  readonly #pool: SegmentPool;
  readonly #slabBytes: number;
  readonly #idle: Slab[] = [];
  readonly #out = new Set<Slab>();
  readonly #waiting: Waiting[] = [];
  #left: number;
  #failure: Error | undefined;
  #isClosed = false;

  constructor(pool: SegmentPool, size: { readonly slabs: number; readonly slabBytes: number }) {
    this.#pool = pool;
    this.#left = size.slabs;
    this.#slabBytes = size.slabBytes;
  }

  /** A free slab, first come, first served; what it holds is stale. Throws what `fail` was told. */
  acquire(): Promise<Slab> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const slab = this.#idle.pop() ?? this.#another();
    if (slab === undefined) return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#out.add(slab);
    return Promise.resolve(slab);
  }

  release(slab: Slab): void {
    if (!this.#out.has(slab)) return;
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next.resolve(slab);
      return;
    }
    this.#out.delete(slab);
    if (this.#isClosed) this.#pool.returnSlab(slab);
    else this.#idle.push(slab);
  }

  /** Nobody gets a slab any more: whoever waits is told why. */
  fail(failure: Error): void {
    this.#failure ??= failure;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(failure);
  }

  /** Gives the slabs back to the pool, which zeroes them; one that is still out follows when it is released. */
  close(): void {
    this.#isClosed = true;
    for (const slab of this.#idle.splice(0)) this.#pool.returnSlab(slab);
  }

  /** As `close`, when it is certain that nobody uses the slabs that are still out. */
  reclaim(): void {
    this.close();
    for (const slab of this.#out) this.#pool.returnSlab(slab);
    this.#out.clear();
  }

  #another(): Slab | undefined {
    if (this.#left === 0) return undefined;
    this.#left--;
    return this.#pool.takeSlab(this.#slabBytes);
  }
}
