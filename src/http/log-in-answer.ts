import type { FastifyReply } from 'fastify';
import type { IdentityRoute, LoggedIn } from '../api/index.ts';
import { setDeviceCookie, setSessionCookie } from './cookies.ts';

interface Given {
  readonly input: unknown;
  readonly answer: unknown;
}

/** What a log-in answers: with a session, the cookie carries it and no token stands where a script could read it. */
export function encodeLogIn(
  route: IdentityRoute<unknown, unknown>,
  reply: FastifyReply,
  { input, answer }: Given,
): unknown {
  if (!isLoggedIn(answer) || !wantsCookie(input)) return route.encode(answer);
  const { session, device, kind, principal, accessSeconds } = answer;
  if (session !== undefined) setSessionCookie(reply, session);
  if (device !== undefined) setDeviceCookie(reply, device);
  return route.encode({ kind, principal, accessSeconds });
}

function isLoggedIn(answer: unknown): answer is LoggedIn {
  return typeof answer === 'object' && answer !== null && 'kind' in answer && answer.kind === 'logged-in';
}

function wantsCookie(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'wants' in input && input.wants === 'cookie';
}
