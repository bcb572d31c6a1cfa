import type { Server } from 'node:https';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Ends a connection after so many requests, with an answer that says so. Node's own limit drops the request after it
 * with an empty 503 where an earlier answer could not say so, because its request was still on its way.
 */
export function limitRequestsPerConnection(app: FastifyInstance<Server>, max: number): void {
  const requests = new WeakMap<Socket, number>();
  app.addHook('onRequest', (request, _reply, done) => {
    const { socket } = request.raw;
    requests.set(socket, (requests.get(socket) ?? 0) + 1);
    done();
  });
  app.addHook('onSend', (...[request, reply, payload, done]) => {
    const { socket, complete } = request.raw;
    // What is still sending would be reset, and could not read its answer.
    if (complete && (requests.get(socket) ?? 0) >= max) void reply.header('connection', 'close');
    done(null, payload);
  });
}
