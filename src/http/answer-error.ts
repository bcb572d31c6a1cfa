import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../telemetry/index.ts';
import { type Problem, toHttpError, toProblem } from './problem.ts';

/** How long a client that still sends may read why it is refused, before its connection is cut. */
const LINGER_MS = 2000;
/** Longest body that is taken in to its end for that. */
const LINGER_BYTES = 16 * 2 ** 20;
const REALM = 'Bearer realm="strongroom"';

/** Answers with problem+json (RFC 9457). What nobody expected goes into the log, not to the client. */
export function answerError(
  thrown: unknown,
  request: FastifyRequest,
  { reply, log }: { readonly reply: FastifyReply; readonly log: Log },
): FastifyReply {
  const error = toHttpError(thrown);
  const problem = toProblem(thrown, request.id);
  request.errorCode = error.code;
  // Where the framework refuses before any hook ran.
  void reply.header('x-request-id', request.id);
  if (problem.status >= 500) logFault(thrown, problem, log);
  if (problem.status === 401) void reply.header('www-authenticate', REALM);
  const retry = error.retryAfterSeconds ?? (problem.status === 503 || problem.status === 429 ? 5 : undefined);
  if (retry !== undefined) void reply.header('retry-after', String(Math.ceil(retry)));
  if (!request.raw.complete) hangUp(request, reply);
  return reply
    .removeHeader('content-length')
    .removeHeader('content-disposition')
    .removeHeader('content-range')
    .code(problem.status)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(isOfProtocol(request) ? { error: problem.detail, ...problem } : problem));
}

/** Clients of the Open Inference Protocol look for `error`; ours for the rest. */
function isOfProtocol(request: FastifyRequest): boolean {
  return /^\/v2(?:[/?]|$)/.test(request.url);
}

/**
 * What is left of a refused body is thrown away. A short rest is waited for, so that the client gets to read the answer:
 * a connection that ends while bytes are on their way is reset, and with it what was answered. After a longer one, or
 * one whose length nobody told, the connection ends.
 */
function hangUp(request: FastifyRequest, reply: FastifyReply): void {
  const { raw } = request;
  const length = Number(raw.headers['content-length'] ?? Number.POSITIVE_INFINITY);
  // The framework says `close` for what is too long, before anybody asks how much longer.
  const goesOn = length <= LINGER_BYTES && reply.raw.shouldKeepAlive;
  void reply.header('connection', goesOn ? 'keep-alive' : 'close');
  reply.raw.once('finish', () => {
    if (raw.destroyed || raw.complete) return;
    raw.on('error', () => undefined);
    raw.resume();
    const timer = setTimeout(() => raw.destroy(), LINGER_MS).unref();
    raw.once('end', () => {
      clearTimeout(timer);
    });
  });
}

function logFault(thrown: unknown, problem: Problem, log: Log): void {
  const cause = thrown instanceof Error && thrown.cause !== undefined ? thrown.cause : thrown;
  log.write('system', {
    level: 'error',
    message: problem.detail,
    fields: {
      code: problem.code,
      requestId: problem.requestId,
      cause,
    },
  });
}
