import { StrongroomError } from '../../errors/index.ts';
import { Thread } from '../../runtime/index.ts';
import type { FromJudge, ToJudge } from './judge-messages.ts';
import type { WatchBounds } from './model-watches.ts';
import { packRows } from './packed-rows.ts';
import type { Judgement, Observation, RowJudge } from './row-judge.ts';

/** Heap of the thread; rows that are remembered lie outside of it. */
const MAX_HEAP_MIB = 512;

// Sources run as they stand and are published compiled; a thread starts from whichever this file is.
const THREAD_URL = new URL(
  import.meta.url.endsWith('.ts') ? './judge-thread.ts' : './judge-thread.js',
  import.meta.url,
);

/**
 * Judges rows on a thread of its own, so that answers never wait for it. The thread starts with the first rows. Should it
 * end, what was normal for the models is lost with it, and a new one learns it anew from those it may learn from.
 */
export class ThreadedJudge implements RowJudge {
  readonly #bounds: WatchBounds;
  /** Whom models may learn from, where that was said. */
  readonly #teachers = new Map<string, string>();
  #thread: Thread | undefined;
  #looking: PromiseWithResolvers<Judgement> | undefined;

  constructor(bounds: WatchBounds) {
    this.#bounds = bounds;
  }

  async look(observations: readonly Observation[]): Promise<Judgement> {
    if (this.#looking !== undefined) throw new StrongroomError('INTERNAL', 'the watch is busy');
    const thread = (this.#thread ??= this.#start());
    const looking = Promise.withResolvers<Judgement>();
    this.#looking = looking;
    thread.hold(true);
    try {
      const packed = packRows(observations);
      say(thread, { kind: 'look', packed }, [packed.numbers.buffer]);
      return await looking.promise;
    } finally {
      this.#looking = undefined;
      thread.hold(false);
    }
  }

  relearn(model: string, from?: string): void {
    if (from === undefined) this.#teachers.delete(model);
    else this.#teachers.set(model, from);
    if (this.#thread !== undefined) say(this.#thread, relearning(model, from));
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    this.#looking?.reject(new StrongroomError('ABORTED', 'the watch was closed'));
    await thread?.kill();
  }

  #start(): Thread {
    const thread = new Thread(THREAD_URL, { name: 'strongroom-watch', maxHeapMiB: MAX_HEAP_MIB });
    thread.onMessage((message) => this.#take(message as FromJudge));
    thread.onEnd((cause) => {
      if (this.#thread !== thread) return;
      this.#thread = undefined;
      this.#looking?.reject(
        new StrongroomError('INTERNAL', 'the watch over questions ended and begins anew', { cause }),
      );
    });
    say(thread, { kind: 'begin', bounds: this.#bounds });
    for (const [model, from] of this.#teachers) say(thread, relearning(model, from));
    return thread;
  }

  #take(message: FromJudge): void {
    if (message.kind === 'judgement') this.#looking?.resolve(message.judgement);
    else {
      const cause = message.problem;
      this.#looking?.reject(new StrongroomError('INTERNAL', 'the watch over questions failed', { cause }));
    }
  }
}

function relearning(model: string, from: string | undefined): ToJudge {
  return { kind: 'relearn', model, ...(from !== undefined && { from }) };
}

function say(thread: Thread, message: ToJudge, moved: readonly ArrayBuffer[] = []): void {
  thread.send({ message, moved });
}
