import type { FastifyRequest } from 'fastify';
import { StrongroomError } from '../errors/index.ts';
import type { ServerLimits } from './limits.ts';

interface Watched {
  readonly request: FastifyRequest;
  readonly minRate: number;
  bytes: number;
  /** Whether it was there all the time since the look before. */
  isWholeWindow: boolean;
}

/** Whether a body is to come (RFC 9112 §6.3): without either field there is none. */
function announcesBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Gives up requests whose bodies arrive too slowly, so that nobody holds a place by dripping. */
export class SlowBodies {
  readonly #watched = new Set<Watched>();
  /** Of requests of this turn of the event loop: most bodies are there when it ends. */
  #fresh: Watched[] = [];
  readonly #limits: ServerLimits;
  readonly #timer: NodeJS.Timeout;

  constructor(limits: ServerLimits) {
    this.#limits = limits;
    this.#timer = setInterval(() => this.#look(), limits.bodyWindowMs);
    this.#timer.unref();
  }

  watch(request: FastifyRequest): void {
    const { raw } = request;
    if (raw.complete || !announcesBody(request)) return;
    const isJson = /^application\/json/i.test(request.headers['content-type'] ?? '');
    const minRate = isJson ? this.#limits.minBodyRate : this.#limits.minUploadRate;
    if (this.#fresh.length === 0) setImmediate(() => this.#watchFresh());
    this.#fresh.push({ request, minRate, bytes: raw.socket.bytesRead, isWholeWindow: false });
  }

  #watchFresh(): void {
    const fresh = this.#fresh;
    this.#fresh = [];
    for (const watched of fresh) {
      const { raw } = watched.request;
      if (raw.complete || raw.destroyed) continue;
      this.#watched.add(watched);
      raw.once('close', () => this.#watched.delete(watched));
    }
  }

  close(): void {
    clearInterval(this.#timer);
    this.#watched.clear();
    this.#fresh.length = 0;
  }

  #look(): void {
    for (const watched of this.#watched) {
      const { raw } = watched.request;
      const arrived = raw.socket.bytesRead - watched.bytes;
      const { isWholeWindow } = watched;
      watched.bytes += arrived;
      watched.isWholeWindow = true;
      if (raw.complete || raw.destroyed) this.#watched.delete(watched);
      // A body that has just begun is not slow yet.
      else if (!isWholeWindow) continue;
      // What waits to be read is not the client's fault: we are the slow ones.
      else if (raw.readableLength > 0) continue;
      else if (arrived < (watched.minRate * this.#limits.bodyWindowMs) / 1000) {
        this.#watched.delete(watched);
        raw.destroy(new StrongroomError('REQUEST_TOO_SLOW', 'the body arrived too slowly'));
      }
    }
  }
}
