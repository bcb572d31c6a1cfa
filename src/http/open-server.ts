import type { Server as HttpsServer, ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { StrongroomError } from '../errors/index.ts';
import { watchConnections } from './connections.ts';
import { createApp } from './create-app.ts';
import { IdempotencyStore } from './idempotency.ts';
import { inferenceHandlers } from './inference/inference-handlers.ts';
import { LastingWork } from './lasting-work.ts';
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from './limits.ts';
import type { ServerDeps } from './ports.ts';
import { RequestsUnderWay } from './requests-under-way.ts';
import { SlowBodies } from './slow-bodies.ts';
import { streamHandlers } from './stream-handlers.ts';
import { type OldestTls, type TlsMaterial, tlsContext } from './tls-context.ts';
import { UploadSessions } from './upload-sessions.ts';

/** What a server is opened with. */
export interface ServerOptionsInput extends ServerDeps {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly tls: TlsMaterial;
  /** By default 1.3. */
  readonly oldestTls?: OldestTls;
  /** Whether clients without a certificate are turned away at the handshake. */
  readonly requiresClientCertificate?: boolean;
  readonly limits?: Partial<ServerLimits>;
  /** `mailto:` or `https:` addresses for /.well-known/security.txt. */
  readonly securityContacts?: readonly string[];
  readonly trustedProxies?: readonly string[];
}

/** A server that listens. */
export interface OpenServer {
  readonly address: { readonly host: string; readonly port: number };
  /** From now on new connections get this certificate. Throws `TLS_INVALID`, and goes on with the old one. */
  replaceCertificate(tls: TlsMaterial): void;
  /** Takes no more, waits for what runs for at most the grace of its limits, then cuts it. */
  close(): Promise<void>;
}

/** Opens a server over a strongroom. Throws `TLS_INVALID`, `SERVER_ADDRESS`. */
export async function openServer(options: ServerOptionsInput): Promise<OpenServer> {
  const limits = { ...DEFAULT_SERVER_LIMITS, ...options.limits };
  const oldest = options.oldestTls ?? '1.3';
  const slowBodies = new SlowBodies(limits);
  const uploads = new UploadSessions(limits);
  const underWay = new RequestsUnderWay();
  const app = await createApp({
    served: options.served,
    powers: options.powers,
    log: options.log,
    ...(options.guard && { guard: options.guard }),
    ...(options.metrics && { metrics: options.metrics }),
    ...(options.tracer && { tracer: options.tracer }),
    limits,
    slowBodies,
    underWay,
    contact: { contacts: options.securityContacts ?? [] },
    trustedProxies: options.trustedProxies ?? [],
    tls: tlsOptions(options, oldest),
    idempotency: new IdempotencyStore(() => Date.now()),
    lasting: new LastingWork((text) => options.powers.digest(text)),
    streams: new Map([
      ...streamHandlers({ ...options, uploads }),
      ...inferenceHandlers({ served: options.served, limits }),
    ]),
  });
  watchConnections(app.server, limits, options.log);
  await listen(app, options);
  const { port } = app.server.address() as AddressInfo;
  return {
    address: { host: options.host, port },
    replaceCertificate: (tls) => app.server.setSecureContext(tlsContext(tls, oldest)),
    close: async () => {
      slowBodies.close();
      await uploads.close();
      await closeGracefully(app, limits.shutdownGraceMs);
      await underWay.settle();
    },
  };
}

function tlsOptions(options: ServerOptionsInput, oldest: OldestTls): ServerOptions {
  const asksClients = options.tls.clientAuthorityPem !== undefined;
  return {
    ...tlsContext(options.tls, oldest),
    requestCert: asksClients,
    rejectUnauthorized: asksClients && options.requiresClientCertificate === true,
    handshakeTimeout: 10_000,
  };
}

async function listen(app: FastifyInstance<HttpsServer>, { host, port }: ServerOptionsInput): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    throw new StrongroomError('SERVER_ADDRESS', `cannot listen on ${host}, port ${port}`, { cause });
  }
}

/** Idle connections end at once, busy ones after their answer, and all of them after the grace. */
async function closeGracefully(app: FastifyInstance<HttpsServer>, graceMs: number): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
  try {
    await app.close();
  } finally {
    clearTimeout(cut);
  }
}
