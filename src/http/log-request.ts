import type { FastifyReply, FastifyRequest } from 'fastify';
import { API_PREFIX, type Route } from '../api/index.ts';
import type { Log, LogLine, Metrics } from '../telemetry/index.ts';

const NO_ROUTE = 'none';

/** A request that has ended: its answer, and the row of the table that it was for. */
export interface Ended {
  readonly reply: FastifyReply;
  readonly row: Route | undefined;
}

/** Lines of a request, after its end. The query is left out: names and numbers, but whose business is it. */
export function logRequest(request: FastifyRequest, { reply, row }: Ended, log: Log): void {
  const status = reply.statusCode;
  const words = wordsOf(request, { reply, row });
  const message = `${request.method} ${status}`;
  log.write('access', { level: status >= 500 ? 'error' : 'info', message, ...words });
  const line = (level: LogLine['level'], text: string): LogLine => ({ level, message: text, ...words });
  if (status === 401 || status === 403 || status === 429) log.write('auth', line('warn', 'refused'));
  else if (row?.kind === 'identity' && status < 400) log.write('auth', line('info', 'let in'));
  else if (VALIDATION.has(status)) log.write('validation', line('info', 'not accepted'));
  else if (row?.kind === 'stream' && request.method === 'GET' && status < 400)
    log.write('download', line('info', 'content went out'));
}

function wordsOf(request: FastifyRequest, { reply, row }: Ended): Pick<LogLine, 'fields' | 'own'> {
  return {
    own: {
      requestId: request.id,
      method: request.method,
      route: row?.words.id ?? NO_ROUTE,
      status: reply.statusCode,
      code: request.errorCode,
      milliseconds: Math.round(reply.elapsedTime),
    },
    fields: {
      address: request.ip,
      path: request.url.split('?', 1)[0],
      caller: request.caller?.id,
      traceId: request.span?.traceId,
    },
  };
}

/** Statuses of requests that are no good in themselves. */
const VALIDATION: ReadonlySet<number> = new Set([400, 405, 413, 415, 416, 422, 431]);

/** Counts a request, after its end. */
export function measureRequest(
  request: FastifyRequest,
  { reply, row }: Ended,
  metrics: Metrics | undefined,
): void {
  metrics?.request({
    method: request.method,
    route: row?.words.id ?? NO_ROUTE,
    status: reply.statusCode,
    seconds: reply.elapsedTime / 1000,
  });
}

/** Ends the span of a request, after its end, in the words of the semantic conventions for HTTP servers. */
export function traceRequest(request: FastifyRequest, { reply, row }: Ended): void {
  if (request.span === undefined) return;
  const route = row && `${API_PREFIX}${row.words.path}`;
  const method = METHODS.has(request.method) ? request.method : '_OTHER';
  request.span.end({
    name: route === undefined ? method : `${method} ${route}`,
    isError: reply.statusCode >= 500,
    attributes: {
      'http.request.method': method,
      ...(route !== undefined && { 'http.route': route }),
      'http.response.status_code': reply.statusCode,
      ...(request.errorCode !== undefined && { 'error.type': request.errorCode }),
      'strongroom.request_id': request.id,
    },
  });
}

const METHODS: ReadonlySet<string> = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']);
