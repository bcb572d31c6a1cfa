import type { FastifyInstance } from 'fastify';
import { admitCaller } from './admit.ts';
import { authenticate } from './authenticate.ts';
import type { ServerDeps } from './ports.ts';

/** `/metrics` in the text format of Prometheus, for callers who hold `metrics:read`. */
export function serveMetrics(app: FastifyInstance, { metrics: door, served, guard }: ServerDeps): void {
  if (door === undefined) return;
  app.get('/metrics', {
    onRequest: async (request, reply) => {
      await authenticate(request, served.identity);
      admitCaller(request, reply, guard);
    },
    handler: async (request, reply) => {
      if (request.caller !== undefined) await door.assertMayRead(request.caller);
      const { type, text } = await door.metrics.read();
      return reply.type(type).send(text);
    },
  });
}
