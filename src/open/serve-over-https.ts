import { guardedIdentity } from '../abuse/index.ts';
import { type SecretBytes, toBase64Url, uintBytes } from '../bytes/index.ts';
import { hmac, randomId, randomSecret, sha256Name } from '../crypto/index.ts';
import { StrongroomError, toStrongroomError } from '../errors/index.ts';
import type { OpenServer, ServerLimits, ServerPowers } from '../http/index.ts';
import type { ServerSettings } from '../settings/index.ts';
import { createMetrics, type Log } from '../telemetry/index.ts';
import { predictionReadings } from './measured-version.ts';
import { announceDefence } from './open-defence.ts';
import { openGuard } from './open-guard.ts';
import { openLog } from './open-log.ts';
import { type OpenStrongroomOptions, openStrongroom } from './open-strongroom.ts';
import { openTraces } from './open-traces.ts';
import { readServerCertificate, type ServerCertificate } from './server-certificate.ts';
import { wordsOf } from './words-of.ts';

/** How often the files of the certificate are looked at. */
const CERTIFICATE_CHECK_MS = 60_000;

export interface ServeOptions extends Omit<OpenStrongroomOptions, 'caller' | 'rescan'> {
  /** Of this software, for traces. */
  readonly version?: string;
  /** Instead of `server.listen`. */
  readonly listen?: string;
  /** Takes the lines of the log. */
  readonly logTo: { write(line: string): void };
  /** For tests: limits that the configuration does not name. */
  readonly limits?: Partial<ServerLimits>;
}

/** A home that is served. */
export interface Serving {
  /** Where clients reach it: `https://localhost:8443`. */
  readonly url: string;
  readonly certificate: Pick<ServerCertificate, 'fingerprint' | 'validUntil' | 'isOwn'>;
  /** Makes the first administrator; absent when there is one. */
  readonly bootstrapToken?: SecretBytes;
  readonly warnings: readonly string[];
  /** Takes up the certificate as its files are now; `false` when nothing changed. Throws `TLS_INVALID`. */
  reloadCertificate(): Promise<boolean>;
  /** Ends in good order: no new calls, then those that run, then the home. */
  close(): Promise<void>;
}

/** Opens a home and serves it over HTTPS. Throws what `openStrongroom` throws, `TLS_INVALID`, `SERVER_ADDRESS`. */
export async function serveOverHttps(options: ServeOptions): Promise<Serving> {
  await using opened = new AsyncDisposableStack();
  const strongroom = opened.use(await openStrongroom({ ...options, rescan: 'background' }));
  const settings = strongroom.config.server;
  const metrics = createMetrics();
  const { log, close: closeLog } = await openLog({
    home: options.home,
    config: strongroom.config.log,
    stdout: options.logTo,
    onLost: (lines) => metrics.lostLogLines(lines),
  });
  opened.defer(closeLog);
  const { version = 'unknown' } = options;
  const traces = await openTraces({ config: strongroom.config.traces, version, log, metrics });
  opened.defer(() => traces?.close());
  const certificate = await readServerCertificate(options.home, settings);
  const { host, port } = parseListen(options.listen ?? settings.listen);
  const served = strongroom.serve();
  metrics.predictions(predictionReadings(served));
  const { guard, close: closeGuard } = await openGuard({
    ...served.guarding,
    config: strongroom.config,
    log,
    metrics,
  });
  opened.defer(closeGuard);
  announceDefence(served.defence, { guard, metrics, log });
  // Only who serves waits for what serving takes.
  const { openServer } = await import('../http/index.ts');
  const server = await openServer({
    served: { ...served, identity: guardedIdentity(served.identity, guard) },
    guard,
    metrics: { metrics, assertMayRead: served.assertMayMeasure },
    ...(traces && { tracer: traces.tracer }),
    powers: serverPowers(),
    log,
    host: host === 'localhost' ? '127.0.0.1' : host,
    port,
    tls: certificate.tls,
    oldestTls: settings.tls_min_version,
    requiresClientCertificate: settings.client_certificates === 'required',
    limits: { ...limitsOf(settings), ...options.limits },
    securityContacts: wordsOf(settings.security_contacts),
    trustedProxies: wordsOf(settings.trusted_proxies),
  });
  opened.defer(() => server.close());
  const watch = watchCertificate({ home: options.home, settings, server, log }, certificate);
  opened.defer(() => watch.stop());
  const bootstrapToken = await served.bootstrapToken();
  const resources = opened.move();
  return {
    url: `https://${host.includes(':') ? `[${host}]` : host}:${server.address.port}`,
    certificate,
    ...(bootstrapToken && { bootstrapToken }),
    warnings: (await strongroom.api.system.status()).warnings,
    reloadCertificate: watch.reload,
    close: () => resources.disposeAsync(),
  };
}

function serverPowers(): ServerPowers {
  const key = randomSecret(32);
  return {
    randomId,
    digest: sha256Name,
    fingerprint: (...parts) =>
      toBase64Url(hmac('sha256', key, ...parts.flatMap((part) => [uintBytes(part.length, 8), part]))),
  };
}

function parseListen(text: string): { readonly host: string; readonly port: number } {
  const [, address = '', name = '', port = ''] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535) {
    throw new StrongroomError('CONFIG_INVALID', `server.listen is not an address with a port: ${text}`, {
      hint: 'write localhost:8443, 0.0.0.0:8443 or [::1]:8443',
    });
  }
  return { host: address === '' ? name : address, port: Number(port) };
}

function limitsOf(settings: ServerSettings): Partial<ServerLimits> {
  return {
    maxConnections: settings.max_connections,
    maxConnectionsPerAddress: settings.max_connections_per_address,
    maxUploads: settings.max_uploads,
    maxUploadsPerPrincipal: settings.max_uploads_per_principal,
    uploadIdleMs: settings.upload_idle_seconds * 1000,
    shutdownGraceMs: settings.shutdown_seconds * 1000,
  };
}

interface Watch {
  readonly home: string;
  readonly settings: ServerSettings;
  readonly server: OpenServer;
  readonly log: Log;
}

/** Takes up a new certificate when its files change, and makes our own anew before it ends. */
function watchCertificate(
  { home, settings, server, log }: Watch,
  first: ServerCertificate,
): { readonly reload: () => Promise<boolean>; stop(): void } {
  let { state } = first;
  const reload = async (): Promise<boolean> => {
    const next = await readServerCertificate(home, settings);
    if (next.state === state) return false;
    server.replaceCertificate(next.tls);
    state = next.state;
    log.write('system', {
      level: 'info',
      message: 'a new certificate is in use',
      fields: { fingerprint: next.fingerprint, validUntil: next.validUntil },
    });
    return true;
  };
  const look = () => {
    reload().catch((error: unknown) => {
      const { code, message } = toStrongroomError(error);
      log.write('system', {
        level: 'error',
        message: `the new certificate is not used: ${message}`,
        fields: { code },
      });
    });
  };
  const timer = setInterval(look, CERTIFICATE_CHECK_MS);
  timer.unref();
  return { reload, stop: () => clearInterval(timer) };
}
