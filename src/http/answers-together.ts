import type { Server } from 'node:https';
import type { FastifyInstance } from 'fastify';

/** Answers that wait at most for one another. */
const MAX_TOGETHER = 64;

/**
 * Lets the answers of one turn of the event loop leave together at its end. A process on the same machine (a proxy, as
 * a rule) is then woken once and not by every answer, and waking it is what costs most of a short answer.
 */
export function sendAnswersTogether(app: FastifyInstance<Server>): void {
  let waiting: (() => void)[] = [];
  const sendAll = (): void => {
    const answers = waiting;
    waiting = [];
    for (const send of answers) send();
  };
  app.addHook('onSend', (...[, , payload, done]) => {
    if (typeof payload !== 'string' && !(payload instanceof Uint8Array)) {
      done(null, payload);
      return;
    }
    const send = (): void => {
      try {
        done(null, payload);
      } catch (error) {
        // Nobody is above us who would catch it: one answer that cannot be written must not end the others.
        done(error instanceof Error ? error : new Error('an answer cannot be written', { cause: error }));
      }
    };
    if (waiting.push(send) === 1) setImmediate(sendAll);
    if (waiting.length >= MAX_TOGETHER) sendAll();
  });
}
