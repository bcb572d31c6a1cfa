import { READ_OFFSET } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Slab, WorkName, WorkRequest, WorkResult } from './segment-work.ts';
import { SegmentWork } from './segment-work.ts';
import { WorkerThread } from './worker-thread.ts';

export interface SegmentPoolOptions {
  /** Worker threads; default 2. They start with the first work that is worth it. */
  readonly threads?: number;
}

/** A place where the requests of a session run in order: a thread, or the caller's own. */
export interface Lane {
  /** Of this lane's session; sessions of one pool never share a number. */
  readonly session: number;
  run<Name extends WorkName>(name: Name, request: WorkRequest<Name>): Promise<WorkResult<Name>>;
  /** Ends the session and forgets its keys. */
  end(): Promise<void>;
}

/** Bytes of a slab: whole segments that are worked on together. */
export const SLAB_BYTES = 4_194_304;

/** Slabs that wait for the next sealing or opening. */
const MAX_SPARE_SLABS = 12;
/** Smaller memory is made anew: that is cheaper than to look after it. */
const SMALL_BYTES = 65_536;

/** Memory for a while; it is zeroed when it is given back. */
export interface BorrowedMemory {
  readonly bytes: Uint8Array;
  [Symbol.dispose](): void;
}
const DEFAULT_THREADS = 2;

/**
 * The threads that hash, encrypt and compress, and the memory they share. One for the process; it never keeps a
 * process alive by itself.
 */
export class SegmentPool {
  readonly #maxThreads: number;
  #threads: WorkerThread[] = [];
  readonly #inline = new SegmentWork();
  readonly #spare: Slab[] = [];
  readonly #sessionsOf = new WeakMap<WorkerThread, number>();
  #lastSession = 0;
  #isClosed = false;

  private constructor(threads: number) {
    this.#maxThreads = Math.max(1, threads);
  }

  /** Makes a pool; nothing runs yet. */
  static open(options: SegmentPoolOptions = {}): SegmentPool {
    return new SegmentPool(options.threads ?? DEFAULT_THREADS);
  }

  /** A session on the thread with the fewest. */
  lane(): Lane {
    const thread = this.#leastBusy((candidate) => this.#sessionsOf.get(candidate) ?? 0);
    this.#sessionsOf.set(thread, (this.#sessionsOf.get(thread) ?? 0) + 1);
    const session = ++this.#lastSession;
    return {
      session,
      run: (name, request) => thread.run(name, request),
      end: async () => {
        this.#sessionsOf.set(thread, (this.#sessionsOf.get(thread) ?? 1) - 1);
        // A thread that is gone has forgotten everything already.
        if (!thread.hasEnded) await thread.run('forget', { session });
      },
    };
  }

  /** A session on the caller's thread, for what is smaller than the trouble of sending it away. */
  inlineLane(): Lane {
    const session = ++this.#lastSession;
    return {
      session,
      run: (name, request) => Promise.try(() => this.#inline.run(name, request)),
      end: () => Promise.try(() => this.#inline.run('forget', { session })),
    };
  }

  /** Work that belongs to no session, on the thread that owes the least. */
  run<Name extends WorkName>(name: Name, request: WorkRequest<Name>): Promise<WorkResult<Name>> {
    return this.#leastBusy((thread) => thread.load).run(name, request);
  }

  /** Zeroed shared memory of at least `bytes`; give it back with `returnSlab`. */
  takeSlab(bytes: number): Slab {
    if (bytes > SLAB_BYTES) return newSlab(bytes);
    return this.#spare.pop() ?? newSlab(SLAB_BYTES);
  }

  /** Takes a slab back that nobody reads or writes any more, and zeroes what was used of it. */
  returnSlab(slab: Slab, usedBytes = slab.length): void {
    slab.fill(0, 0, usedBytes);
    if (slab.length === SLAB_BYTES && this.#spare.length < MAX_SPARE_SLABS && !this.#isClosed) {
      this.#spare.push(slab);
    }
  }

  /** Memory of so many bytes. What a megabyte of garbage costs the collector is more than decrypting it does. */
  borrow(length: number): BorrowedMemory {
    const slab = length > SMALL_BYTES ? this.takeSlab(length) : undefined;
    const bytes = slab?.subarray(0, length) ?? new Uint8Array(length);
    return {
      bytes,
      [Symbol.dispose]: () => {
        if (slab === undefined) bytes.fill(0);
        else this.returnSlab(slab, length);
      },
    };
  }

  /** Stops the threads; what still runs on them fails with `ABORTED`. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#spare.length = 0;
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** A thread that has nothing to do, a new one while there may be more, or the one with the least to do. */
  #leastBusy(busyness: (thread: WorkerThread) => number): WorkerThread {
    if (this.#isClosed) throw new StrongroomError('ABORTED', 'the segment pool was closed');
    const running = this.#threads.filter((thread) => !thread.hasEnded);
    this.#threads = running;
    const [first, ...rest] = running;
    if (first !== undefined) {
      const best = rest.reduce((least, next) => (busyness(next) < busyness(least) ? next : least), first);
      if (busyness(best) === 0 || running.length >= this.#maxThreads) return best;
    }
    const fresh = new WorkerThread();
    running.push(fresh);
    return fresh;
  }
}

function newSlab(bytes: number): Slab {
  return new Uint8Array(new SharedArrayBuffer(READ_OFFSET + bytes), READ_OFFSET);
}
