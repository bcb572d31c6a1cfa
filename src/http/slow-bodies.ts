import type { FastifyRequest } from 'fastify';
import { StrongroomError } from '../errors/index.ts';
import type { ServerLimits } from './limits.ts';

interface Watched {
  readonly request: FastifyRequest;
  readonly minRate: number;
  bytes: number;
}

/** Whether a body is to come (RFC 9112 §6.3): without either field there is none. */
function announcesBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Gives up requests whose bodies arrive too slowly, so that nobody holds a place by dripping. */
export class SlowBodies {
  readonly #watched = new Set<Watched>();
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
    const watched = { request, minRate, bytes: raw.socket.bytesRead };
    this.#watched.add(watched);
    raw.once('close', () => this.#watched.delete(watched));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#watched.clear();
  }

  #look(): void {
    for (const watched of this.#watched) {
      const { raw } = watched.request;
      const arrived = raw.socket.bytesRead - watched.bytes;
      watched.bytes += arrived;
      if (raw.complete || raw.destroyed) this.#watched.delete(watched);
      // What waits to be read is not the client's fault: we are the slow ones.
      else if (raw.readableLength > 0) continue;
      else if (arrived < (watched.minRate * this.#limits.bodyWindowMs) / 1000) {
        this.#watched.delete(watched);
        raw.destroy(new StrongroomError('REQUEST_TOO_SLOW', 'the body arrived too slowly'));
      }
    }
  }
}
