import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Route } from '../api/index.ts';
import { utf8Bytes } from '../bytes/index.ts';
import { type Claim, type IdempotencyStore, type KeptAnswer, readIdempotencyKey } from './idempotency.ts';
import type { ServerPowers } from './ports.ts';

interface OnceDeps {
  readonly idempotency: IdempotencyStore;
  readonly powers: ServerPowers;
}

interface Once {
  readonly reply: FastifyReply;
  readonly deps: OnceDeps;
  /** Does it, and answers with what goes out as JSON; `undefined`: nothing. */
  readonly work: () => Promise<unknown>;
}

/** Does what a request asks for, once where it has an `Idempotency-Key`, and sends the answer. */
export async function answerOnce(
  route: Pick<Route, 'words'>,
  request: FastifyRequest,
  { reply, deps, work }: Once,
): Promise<unknown> {
  const claim = claimOf(route, request, deps);
  if (claim !== undefined && !('release' in claim)) return sendAgain(reply, claim);
  const status = route.words.status;
  try {
    const answer = await work();
    if (answer === undefined) {
      claim?.keep({ status: 204, body: '', headers: {} });
      return await reply.code(204).send();
    }
    const body = JSON.stringify(answer);
    if (route.words.givesSecret === true) claim?.keepNothing();
    else claim?.keep({ status: status ?? 200, body, headers: {} });
    return await reply
      .code(status ?? 200)
      .type('application/json; charset=utf-8')
      .send(body);
  } catch (error) {
    claim?.release();
    throw error;
  }
}

function claimOf(
  route: Pick<Route, 'words'>,
  request: FastifyRequest,
  { idempotency, powers }: OnceDeps,
): KeptAnswer | Claim | undefined {
  const key = readIdempotencyKey(request.headers['idempotency-key']);
  if (key === undefined) return undefined;
  const caller = request.caller?.id ?? '';
  const asked = `${request.method} ${request.url} ${request.headers['content-length'] ?? ''}`;
  return idempotency.begin({
    key: JSON.stringify([caller, route.words.id, key]),
    fingerprint: powers.fingerprint(utf8Bytes(asked), utf8Bytes(request.bodyFingerprint ?? '')),
  });
}

function sendAgain(reply: FastifyReply, { status, body, headers }: KeptAnswer): FastifyReply {
  void reply.code(status).headers(headers).header('idempotency-replayed', 'true');
  return body === '' ? reply.send() : reply.type('application/json; charset=utf-8').send(body);
}
