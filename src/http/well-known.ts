import type { FastifyInstance } from 'fastify';
import type { ServerDeps } from './ports.ts';

/** Where to report what is wrong with the security of this server (RFC 9116). */
export interface SecurityContact {
  /** `mailto:` or `https:` addresses. */
  readonly contacts: readonly string[];
}

const DAY_MS = 86_400_000;
/** RFC 9116 §2.5.5 recommends less than a year. */
const CONTACT_DAYS = 180;

/** Health, readiness, keys and contact: for machines, without credentials. */
export function serveWellKnown(
  app: FastifyInstance,
  deps: ServerDeps & { readonly contact: SecurityContact },
): void {
  app.get('/healthz', () => ({ status: 'alive' }));
  app.get('/readyz', async () => {
    await deps.served.ready();
    return { status: 'ready' };
  });
  app.get('/.well-known/jwks.json', async (_request, reply) => {
    // Shorter than a key is published before it signs.
    void reply.header('cache-control', 'public, max-age=300').type('application/jwk-set+json');
    return reply.send(JSON.stringify(await deps.served.identity.jwks()));
  });
  if (deps.contact.contacts.length === 0) return;
  app.get('/.well-known/security.txt', (_request, reply) => {
    const expires = new Date(Date.now() + CONTACT_DAYS * DAY_MS).toISOString();
    const lines = [
      ...deps.contact.contacts.map((contact) => `Contact: ${contact}`),
      `Expires: ${expires}`,
      '',
    ];
    return reply.type('text/plain; charset=utf-8').send(lines.join('\n'));
  });
}
