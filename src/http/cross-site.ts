import type { FastifyRequest } from 'fastify';
import { StrongroomError } from '../errors/index.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Lets a browser use its cookie only from pages of this server (OWASP ASVS 5.0, 3.5.1 to 3.5.3). Whatever changes
 * something needs the browser's word that it is same-origin, a header that a form cannot send, and a JSON body.
 * Throws `CROSS_SITE_REFUSED`.
 */
export function assertSameSite(request: FastifyRequest): void {
  if (!isSameOrigin(request)) throw refusal('the request comes from a page of another site');
  if (SAFE_METHODS.has(request.method)) return;
  if (originClaims(request) === 0) throw refusal('the browser does not say where the request comes from');
  if (request.headers['x-csrf'] === undefined) throw refusal('the header X-CSRF is missing');
  if (hasBody(request) && !isJson(request.headers['content-type'])) {
    throw refusal('with a session cookie only JSON is taken');
  }
}

/** For log-ins: programs send no word of where they come from, pages of other sites are refused. */
export function assertNotForeign(request: FastifyRequest): void {
  if (!isSameOrigin(request)) throw refusal('the request comes from a page of another site');
}

function isSameOrigin(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  // `none`: typed by the user into the address bar. It is not enough to change something.
  const sites = SAFE_METHODS.has(request.method) ? ['same-origin', 'none'] : ['same-origin'];
  if (site !== undefined && !(typeof site === 'string' && sites.includes(site))) return false;
  const { origin } = request.headers;
  return origin === undefined || origin === `https://${request.headers.host ?? ''}`;
}

function originClaims(request: FastifyRequest): number {
  return [request.headers['sec-fetch-site'], request.headers.origin].filter((claim) => claim !== undefined)
    .length;
}

function hasBody(request: FastifyRequest): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

function isJson(type: string | undefined): boolean {
  return /^application\/json\s*(?:;|$)/i.test(type ?? '');
}

function refusal(what: string): StrongroomError {
  return new StrongroomError('CROSS_SITE_REFUSED', what);
}
