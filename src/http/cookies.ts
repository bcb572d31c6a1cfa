import type { FastifyReply, FastifyRequest } from 'fastify';
import { type SecretBytes, utf8Text } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';

// `__Host-` binds a cookie to this very host, to https and to the path / (RFC 6265bis §4.1.3.2).
const SESSION_COOKIE = '__Host-strongroom';
const DEVICE_COOKIE = '__Host-strongroom-device';
const OIDC_COOKIE = '__Host-strongroom-oidc';
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Strict';
// Comes along when the browser returns from the page of another site, which a strict one would not.
const OIDC_ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax';
const OIDC_SECONDS = 600;
const DEVICE_SECONDS = 365 * 86_400;
const VALUE = /^[A-Za-z0-9._~-]{1,2048}$/;

/** Value of the session cookie. Throws `CREDENTIALS_AMBIGUOUS` where it stands twice. */
export function sessionCookie(request: FastifyRequest): string | undefined {
  return cookie(request, SESSION_COOKIE);
}

/** Token of a device that logged in before. */
export function deviceCookie(request: FastifyRequest): string | undefined {
  return cookie(request, DEVICE_COOKIE);
}

/** Hands a session to the browser, out of reach of scripts. */
export function setSessionCookie(
  reply: FastifyReply,
  session: { readonly token: SecretBytes; readonly seconds: number },
): void {
  const value = utf8Text(session.token.expose()) ?? '';
  addCookie(reply, `${SESSION_COOKIE}=${value}; ${ATTRIBUTES}; Max-Age=${session.seconds}`);
}

/** Makes the browser known. */
export function setDeviceCookie(reply: FastifyReply, device: string): void {
  addCookie(reply, `${DEVICE_COOKIE}=${device}; ${ATTRIBUTES}; Max-Age=${DEVICE_SECONDS}`);
}

/** What a log-in at another provider that is under way is known by. Throws `CREDENTIALS_AMBIGUOUS` where it stands twice. */
export function oidcCookie(request: FastifyRequest): string | undefined {
  return cookie(request, OIDC_COOKIE);
}

/** Lets the browser finish, within ten minutes, the log-in that it begins. */
export function setOidcCookie(reply: FastifyReply, state: string): void {
  addCookie(reply, `${OIDC_COOKIE}=${state}; ${OIDC_ATTRIBUTES}; Max-Age=${OIDC_SECONDS}`);
}

/** Takes it back: it is good once. */
export function endOidcCookie(reply: FastifyReply): void {
  addCookie(reply, `${OIDC_COOKIE}=; ${OIDC_ATTRIBUTES}; Max-Age=0`);
}

/** Takes the session from the browser, and with it what it kept. */
export function endSessionCookie(reply: FastifyReply): void {
  addCookie(reply, `${SESSION_COOKIE}=; ${ATTRIBUTES}; Max-Age=0`);
  void reply.header('clear-site-data', '"cache", "cookies", "storage"');
}

function addCookie(reply: FastifyReply, text: string): void {
  // Fastify joins repeated Set-Cookie headers to a list.
  void reply.header('set-cookie', text);
}

function cookie(request: FastifyRequest, name: string): string | undefined {
  const header = request.headers.cookie;
  if (header === undefined) return undefined;
  const values = header
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  if (values.length > 1)
    throw new StrongroomError('CREDENTIALS_AMBIGUOUS', `the cookie ${name} stands twice`);
  return values[0] !== undefined && VALUE.test(values[0]) ? values[0] : undefined;
}
