import type { FastifyReply, FastifyRequest } from 'fastify';
import { endSessionCookie } from './cookies.ts';
import type { ServerDeps } from './ports.ts';

/** Ends the session behind a request. */
export async function logOut(
  request: FastifyRequest,
  reply: FastifyReply,
  { served }: ServerDeps,
): Promise<unknown> {
  if (request.caller !== undefined) await served.identity.logOut(request.caller);
  if (request.credentialKind === 'session') endSessionCookie(reply);
  return await reply.code(204).send();
}
