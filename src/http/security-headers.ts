import type { FastifyReply } from 'fastify';

/** What every answer of the API says to a browser: do not run, frame, sniff, keep or leak anything of it. */
const HEADERS = {
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'x-permitted-cross-domain-policies': 'none',
  'cache-control': 'no-store',
} as const;

/** Puts them on an answer. */
export function addSecurityHeaders(reply: FastifyReply): void {
  reply.headers(HEADERS);
}

/** The same as text, for answers that are written without the framework. */
export function securityHeaderLines(): string {
  return Object.entries(HEADERS)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}
