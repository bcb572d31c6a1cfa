import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RequestGuard, Verdict, Visit } from '../api/index.ts';
import type { StrongroomError } from '../errors/index.ts';
import { originOf } from './authenticate.ts';
import { routeClassOf } from './route-class.ts';

/** Before anybody is known: what to answer instead, where the request must not go on. */
export function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  guard: RequestGuard | undefined,
): StrongroomError | undefined {
  if (guard === undefined) return undefined;
  request.visit = visitOf(request);
  return tell(reply, guard.admit(request.visit));
}

/** Once it is known who is asking. Throws what `RequestGuard` refuses with. */
export function admitCaller(
  request: FastifyRequest,
  reply: FastifyReply,
  guard: RequestGuard | undefined,
): void {
  if (guard === undefined || request.visit === undefined || request.caller === undefined) return;
  const refusal = tell(reply, guard.admitCaller(request.visit, request.caller));
  if (refusal !== undefined) throw refusal;
}

/** After the answer. */
export function observe(request: FastifyRequest, reply: FastifyReply, guard: RequestGuard | undefined): void {
  if (guard === undefined || request.visit === undefined) return;
  guard.observe({
    ...request.visit,
    ...(request.caller && { caller: request.caller }),
    status: reply.statusCode,
    ...(request.errorCode !== undefined && { code: request.errorCode }),
    path: request.url.split('?', 1)[0] ?? '',
  });
}

function visitOf(request: FastifyRequest): Visit {
  const { authorization, cookie = '' } = request.headers;
  return {
    origin: originOf(request),
    routeClass: routeClassOf(request.routeOptions.config.row),
    hasCredential: authorization !== undefined || cookie.includes('__Host-strongroom='),
  };
}

/** Says what is left (draft-ietf-httpapi-ratelimit-headers-10, two structured fields of RFC 9651). */
function tell(reply: FastifyReply, { allowance, refusal }: Verdict): StrongroomError | undefined {
  if (allowance !== undefined) {
    const { policy, quota, windowSeconds, remaining, resetSeconds } = allowance;
    void reply.header('ratelimit-policy', `"${policy}";q=${quota};w=${windowSeconds}`);
    void reply.header('ratelimit', `"${policy}";r=${remaining};t=${resetSeconds}`);
  }
  return refusal;
}
