import type { Socket } from 'node:net';
import { openConnection } from './open-connection.ts';
import type { NetworkPolicy, Resolve } from './policy.ts';
import { parseTarget } from './target.ts';

const MAX_WAITING_BYTES = 4 << 20;
const CONNECT_MS = 10_000;
const CLOSE_MS = 2_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;

export interface ForwarderOptions {
  readonly host: string;
  readonly port: number;
  /** Its host must be among `policy.hosts`. */
  readonly policy: NetworkPolicy;
  readonly resolve?: Resolve;
  /** Told how many frames were dropped, because they came too fast. */
  readonly onLost: (frames: number) => void;
}

/**
 * Sends frames over one TLS connection (RFC 5425), in order; connects again when it ends, with growing pauses. What waits
 * is bounded: the newest are dropped and counted. A frame that was under way when a connection ended may be lost.
 */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #ended = new AbortController();
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #running: Promise<void> | undefined;
  #socket: Socket | undefined;

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  /** Takes a frame; never throws. */
  send(frame: Uint8Array): void {
    if (this.#ended.signal.aborted || this.#waitingBytes + frame.length > MAX_WAITING_BYTES) {
      this.#options.onLost(1);
      return;
    }
    this.#waiting.push(frame);
    this.#waitingBytes += frame.length;
    this.#running ??= this.#run();
  }

  /** Sends what waits, for two seconds at most, and ends. */
  async close(): Promise<void> {
    const late = setTimeout(() => this.#ended.abort(), CLOSE_MS);
    await this.#running;
    clearTimeout(late);
    this.#ended.abort();
    this.#socket?.end();
    setTimeout(() => this.#socket?.destroy(), CLOSE_MS).unref();
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    let pause = FIRST_PAUSE_MS;
    while (this.#waiting.length > 0 && !this.#ended.signal.aborted) {
      try {
        this.#socket ??= await this.#connect();
        await this.#flush(this.#socket);
        pause = FIRST_PAUSE_MS;
      } catch {
        this.#socket?.destroy();
        this.#socket = undefined;
        await this.#rest(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
      }
    }
    if (this.#waiting.length > 0) this.#options.onLost(this.#waiting.length);
    this.#running = undefined;
  }

  async #connect(): Promise<Socket> {
    const { host, port, policy, resolve } = this.#options;
    const target = parseTarget(`https://${host.includes(':') ? `[${host}]` : host}:${port}/`);
    const signal = AbortSignal.any([this.#ended.signal, AbortSignal.timeout(CONNECT_MS)]);
    const socket = await openConnection(target, { policy, signal, ...(resolve && { resolve }) });
    socket.once('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    // Nothing is expected from there; what comes is thrown away.
    socket.resume();
    socket.unref();
    return socket;
  }

  async #flush(socket: Socket): Promise<void> {
    for (let frame = this.#waiting[0]; frame !== undefined; frame = this.#waiting[0]) {
      await written(socket, frame, this.#ended.signal);
      this.#waiting.shift();
      this.#waitingBytes -= frame.length;
    }
  }

  #rest(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#ended.signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

function written(socket: Socket, frame: Uint8Array, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new Error('ended'));
    const settle = (error?: Error | null) => {
      signal.removeEventListener('abort', onAbort);
      socket.off('close', onClose);
      if (error) reject(error);
      else resolve();
    };
    const onClose = () => settle(new Error('closed'));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('close', onClose);
    socket.write(frame, settle);
  });
}
