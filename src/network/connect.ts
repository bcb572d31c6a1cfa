import { connect as connectTcp, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls, getCACertificates, type TLSSocket } from 'node:tls';
import { StrongroomError } from '../errors/index.ts';
import { parseIpAddress } from './ip-address.ts';
import { connectError } from './socket-errors.ts';

/** Longest try of one address when there are others. */
const ADDRESS_TIMEOUT_MS = 6_000;

/** Connects to the first address that answers, all of them checked beforehand; never by name, so nothing can change. */
export async function connectToOneOf(
  addresses: readonly string[],
  to: { readonly host: string; readonly port: number; readonly signal: AbortSignal },
): Promise<Socket> {
  let failure: unknown;
  for (const [at, address] of addresses.entries()) {
    const isLast = at === addresses.length - 1;
    try {
      const patience = isLast
        ? to.signal
        : AbortSignal.any([to.signal, AbortSignal.timeout(ADDRESS_TIMEOUT_MS)]);
      return await connectTo(address, { ...to, signal: patience });
    } catch (error) {
      to.signal.throwIfAborted();
      failure = error;
    }
  }
  throw connectError(failure, to.host);
}

async function connectTo(
  address: string,
  to: { readonly port: number; readonly signal: AbortSignal },
): Promise<Socket> {
  const socket = connectTcp({ host: address, port: to.port, noDelay: true });
  await opened(socket, 'connect', to.signal);
  if (!isSameAddress(socket.remoteAddress, address)) {
    socket.destroy();
    throw new StrongroomError('NETWORK_ADDRESS_REFUSED', 'the connection leads elsewhere than was checked');
  }
  return socket;
}

/** Connects by name, for what the operator has named and trusts: the proxy. */
export async function connectByName(
  host: string,
  to: { readonly port: number; readonly signal: AbortSignal },
): Promise<Socket> {
  const socket = connectTcp({ host, port: to.port, noDelay: true });
  await opened(socket, 'connect', to.signal);
  return socket;
}

/**
 * TLS 1.2 or newer over a connection, the certificate always verified: chain, validity, and the name of the host.
 * Throws as `connectError` says.
 */
export async function secure(
  socket: Socket,
  to: { readonly host: string; readonly ca: string | undefined; readonly signal: AbortSignal },
): Promise<TLSSocket> {
  const isAddress = parseIpAddress(to.host) !== undefined;
  const tls = connectTls({
    socket,
    // RFC 6066 §3: an address is no server name.
    ...(!isAddress && { servername: to.host }),
    minVersion: 'TLSv1.2',
    // Said outright, so that no variable of the environment can switch it off.
    rejectUnauthorized: true,
    checkServerIdentity: (_name, certificate) => checkServerIdentity(to.host, certificate),
    ALPNProtocols: ['http/1.1'],
    ...(to.ca !== undefined && { ca: [...getCACertificates(), to.ca] }),
  });
  await opened(tls, 'secureConnect', to.signal);
  return tls;
}

/** Waits for a socket to be usable; destroys it otherwise. */
export function opened(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off(event, onOpen).off('error', onError).off('close', onClose);
      // Whoever uses the socket next hears of its failures by himself; before that nobody listens.
      socket.on('error', () => undefined);
      act();
    };
    const fail = (error: unknown): void =>
      settle(() => {
        socket.destroy();
        reject(error instanceof Error ? error : new Error('stopped', { cause: error }));
      });
    const onOpen = (): void => settle(resolve);
    const onError = (error: Error): void => fail(error);
    const onClose = (): void => fail(new Error('closed'));
    const onAbort = (): void => fail(signal.reason);
    socket.on(event, onOpen).on('error', onError).on('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}

function isSameAddress(found: string | undefined, checked: string): boolean {
  const one = parseIpAddress(found ?? '');
  const other = parseIpAddress(checked);
  return one !== undefined && other !== undefined && Buffer.compare(one, other) === 0;
}
