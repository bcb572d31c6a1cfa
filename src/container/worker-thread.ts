import { Worker } from 'node:worker_threads';
import { StrongroomError } from '../errors/index.ts';
import { threadEnvironment } from '../runtime/index.ts';
import type { WorkName, WorkRequest, WorkResult } from './segment-work.ts';

/** A request on its way to a thread. */
export interface WorkMessage {
  readonly id: number;
  readonly name: WorkName;
  readonly request: WorkRequest<WorkName>;
}

/** Its answer. */
export interface WorkReply {
  readonly id: number;
  readonly result?: unknown;
  /** What the thread threw; its being there is the failure. */
  readonly failure?: unknown;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

// Sources run as they stand and are published compiled; a thread starts from whichever this file is.
const WORKER_URL = new URL(
  import.meta.url.endsWith('.ts') ? './segment-worker.ts' : './segment-worker.js',
  import.meta.url,
);

/** One thread. It keeps the process alive only while it owes an answer. */
export class WorkerThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #end: StrongroomError | undefined;

  constructor() {
    // Neither the flags of whoever started the process nor its environment (it may hold keys) concern the thread.
    this.#worker = new Worker(WORKER_URL, {
      execArgv: [],
      env: threadEnvironment(),
      name: 'strongroom-segments',
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: WorkReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#fail(broken(error)));
    this.#worker.on('exit', () => this.#fail(broken(undefined)));
  }

  /** How many requests wait for their answer. */
  get load(): number {
    return this.#waiting.size;
  }

  /** Whether it ended, by a fault or by `stop`. */
  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** Asks; the bytes of shared memory that a request names must not change until it is answered. */
  run<Name extends WorkName>(name: Name, request: WorkRequest<Name>): Promise<WorkResult<Name>> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    const id = ++this.#lastId;
    if (this.#waiting.size === 0) this.#worker.ref();
    return new Promise<WorkResult<Name>>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve, reject });
      this.#worker.postMessage({ id, name, request } satisfies WorkMessage);
    });
  }

  /** Ends the thread; what it still owes fails with `ABORTED`. */
  async stop(): Promise<void> {
    this.#fail(new StrongroomError('ABORTED', 'the segment pool was closed'));
    await this.#worker.terminate();
  }

  #settle(reply: WorkReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if ('failure' in reply) waiting?.reject(broken(reply.failure));
    else waiting?.resolve(reply.result);
  }

  #fail(error: StrongroomError): void {
    this.#end ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#end);
    this.#waiting.clear();
    this.#worker.unref();
  }
}

function broken(cause: unknown): StrongroomError {
  return new StrongroomError('INTERNAL', 'a worker thread failed', { cause });
}
