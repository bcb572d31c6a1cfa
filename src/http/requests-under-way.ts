import type { Server } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** How long the ends of requests are waited for once their connections are closed. */
const SETTLE_MS = 1000;
const LOOK_EVERY_MS = 5;

/**
 * Waits for the last word on requests, such as their lines in the log. Node closes a connection whose answer was given
 * over before it says that the answer has left, so that a server may be closed before its last requests have ended.
 */
export class RequestsUnderWay {
  #requests = 0;

  /** Follows the requests of an application; to be called before any of its hooks is added. */
  watch(app: FastifyInstance<Server>): void {
    app.addHook('onRequest', (_request, _reply, done) => {
      this.#requests++;
      done();
    });
    app.addHook('onResponse', (_request, _reply, done) => {
      this.#requests--;
      done();
    });
  }

  /** Resolves when all have ended, or after a second. */
  async settle(): Promise<void> {
    const until = performance.now() + SETTLE_MS;
    while (this.#requests > 0 && performance.now() < until) await delay(LOOK_EVERY_MS);
  }
}
