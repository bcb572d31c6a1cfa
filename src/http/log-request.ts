import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../telemetry/index.ts';

/** One line of a request, after its end. The query is left out: names and numbers, but whose business is it. */
export function logRequest(request: FastifyRequest, reply: FastifyReply, log: Log): void {
  const status = reply.statusCode;
  const line = {
    level: status >= 500 ? 'error' : 'info',
    message: `${request.method} ${status}`,
    fields: {
      requestId: request.id,
      address: request.ip,
      method: request.method,
      path: request.url.split('?', 1)[0],
      status,
      code: request.errorCode,
      caller: request.caller?.id,
      milliseconds: Math.round(reply.elapsedTime),
    },
  } as const;
  log.write('access', line);
  if (status === 401 || status === 403) log.write('auth', { ...line, level: 'warn', message: 'refused' });
}
