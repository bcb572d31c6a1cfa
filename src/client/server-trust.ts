import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { StrongroomError } from '../errors/index.ts';
import { connectError } from './network-error.ts';
import type { ServerAddress } from './server-address.ts';

/**
 * How the server proves that it is the right one. Without a word: by a certificate that the system trusts. `authorities`:
 * by one that these (PEM) certify. `certificateSha256`: by showing exactly this certificate, whatever its name and dates;
 * lower-case hex. Verification cannot be switched off.
 */
export interface ServerTrust {
  readonly authorities?: string;
  readonly certificateSha256?: string;
}

/** Longest wait for a connection and its handshake. */
const HANDSHAKE_TIMEOUT_MS = 15_000;

/** What a server shows who is not known yet. */
export interface ShownCertificate {
  /** SHA-256 over the certificate (DER), lower-case hex. */
  readonly sha256: string;
  readonly names: readonly string[];
  /** As the certificate has it. */
  readonly validUntil: string;
  /** Whether the system trusts it for this address already. */
  readonly isTrusted: boolean;
}

/** A connection on which the server has proved itself; nothing was sent yet. Throws the `NETWORK_…` errors. */
export async function connectTrusted(
  address: ServerAddress,
  trust: ServerTrust,
  signal?: AbortSignal,
): Promise<TLSSocket> {
  const { certificateSha256: pin, authorities } = trust;
  const isPinned = pin !== undefined;
  const socket = await openTls(address, {
    ...(authorities !== undefined && { ca: authorities }),
    // With a pin the certificate itself is compared below, before a byte is sent.
    rejectUnauthorized: !isPinned,
    ...(signal && { signal }),
  });
  if (!isPinned) return socket;
  const shown = fingerprintOf(socket);
  if (shown === pin) return socket;
  socket.destroy();
  throw new StrongroomError(
    'NETWORK_TLS_UNTRUSTED',
    `${address.origin} shows another certificate than the one that is known (SHA-256 ${shown})`,
    {
      hint: 'ask whoever runs the server whether it was replaced; if so, log in again and trust the new one',
    },
  );
}

/** Looks at the certificate of a server without believing it, so that a person can. Throws the `NETWORK_…` errors. */
export async function lookAtCertificate(
  address: ServerAddress,
  signal?: AbortSignal,
): Promise<ShownCertificate> {
  const socket = await openTls(address, { rejectUnauthorized: false, ...(signal && { signal }) });
  try {
    const { subjectaltname, valid_to: validUntil }: PeerCertificate = socket.getPeerCertificate();
    return {
      sha256: fingerprintOf(socket),
      names: (subjectaltname ?? '').split(', ').filter((name) => name !== ''),
      validUntil,
      isTrusted: socket.authorized,
    };
  } finally {
    socket.destroy();
  }
}

function fingerprintOf(socket: TLSSocket): string {
  return (socket.getPeerX509Certificate()?.fingerprint256 ?? '').replaceAll(':', '').toLowerCase();
}

interface TlsOptions {
  readonly ca?: string;
  readonly rejectUnauthorized: boolean;
  readonly signal?: AbortSignal;
}

function openTls(address: ServerAddress, { ca, rejectUnauthorized, signal }: TlsOptions): Promise<TLSSocket> {
  const { host, port } = address;
  const isNumeric = /^[\d.]+$|:/.test(host);
  const socket = connect({
    host,
    port,
    // RFC 6066 §3: an address is no server name.
    ...(!isNumeric && { servername: host }),
    minVersion: 'TLSv1.2',
    rejectUnauthorized,
    ALPNProtocols: ['http/1.1'],
    ...(ca !== undefined && { ca }),
  });
  socket.setNoDelay(true);
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off('error', onError).off('close', onClose).off('secureConnect', onOpen);
      act();
    };
    const fail = (error: unknown): void =>
      settle(() => {
        // Nobody listens any more; a late failure must not end the process.
        socket.on('error', () => undefined);
        socket.destroy();
        reject(connectError(error, address));
      });
    const onOpen = (): void => settle(() => resolve(socket));
    const onError = (error: Error): void => fail(error);
    const onClose = (): void => fail(undefined);
    const onAbort = (): void =>
      fail(new StrongroomError('ABORTED', 'stopped on request', { cause: signal?.reason }));
    const timer = setTimeout(
      () => fail(new StrongroomError('NETWORK_TIMEOUT', `${address.origin} does not answer`, SLOW)),
      HANDSHAKE_TIMEOUT_MS,
    );
    socket.on('secureConnect', onOpen).on('error', onError).on('close', onClose);
    signal?.addEventListener('abort', onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
  });
}

const SLOW = { hint: 'check that the server runs there, and that nothing on the way blocks the port' };
