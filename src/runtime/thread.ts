import { parentPort, Worker } from 'node:worker_threads';

/** What a thread may use, and what it is called. */
export interface ThreadOptions {
  readonly name: string;
  /** Heap of its JavaScript, in MiB; reaching it ends the thread, not the process. */
  readonly maxHeapMiB: number;
}

/** A message, and the memory that moves with it. */
export interface ThreadMessage {
  readonly message: unknown;
  readonly moved?: readonly ArrayBuffer[];
}

/**
 * What a thread is given of our environment: where Node keeps compiled code (`NODE_COMPILE_CACHE`), if it does, so
 * that a thread starts as fast as its process; nothing else.
 */
export function threadEnvironment(): Record<string, string> {
  const { NODE_COMPILE_CACHE: folder } = process.env;
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
}

/** A thread that can be killed. It keeps the process alive only while `hold` says so. */
export class Thread {
  readonly #worker: Worker;
  #isEnding = false;

  /** Starts a module in a thread of its own, without our environment and flags. */
  constructor(module: URL, options: ThreadOptions) {
    this.#worker = new Worker(module, {
      name: options.name,
      execArgv: [],
      env: threadEnvironment(),
      resourceLimits: { maxOldGenerationSizeMb: options.maxHeapMiB },
    });
    this.#worker.unref();
  }

  onMessage(take: (message: unknown) => void): void {
    this.#worker.on('message', take);
  }

  /** Told once when the thread has ended, whatever the cause, with what it died of. */
  onEnd(take: (cause: unknown) => void): void {
    let cause: unknown;
    this.#worker.on('error', (error) => (cause = error));
    this.#worker.on('exit', () => take(cause));
  }

  send({ message, moved = [] }: ThreadMessage): void {
    this.#worker.postMessage(message, [...moved]);
  }

  /** Whether the process waits for this thread. */
  hold(isHeld: boolean): void {
    // Whoever waits for its end must not be left waiting by a process that has nothing else to do.
    if (isHeld || this.#isEnding) this.#worker.ref();
    else this.#worker.unref();
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#isEnding = true;
    this.hold(true);
    await this.#worker.terminate();
  }
}

/** The way back from inside a thread; `undefined` in the main one. */
export function threadDoor(): Pick<Thread, 'onMessage' | 'send'> | undefined {
  const port = parentPort;
  if (port === null) return undefined;
  return {
    onMessage: (take) => void port.on('message', take),
    send: ({ message, moved = [] }) => port.postMessage(message, [...moved]),
  };
}
