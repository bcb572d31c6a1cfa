import type { Socket } from 'node:net';
import { StrongroomError } from '../errors/index.ts';
import { connectByName, connectToOneOf, secure } from './connect.ts';
import { exchange } from './exchange.ts';
import type { NetworkPolicy, Proxy, Resolve } from './policy.ts';
import { connectError } from './socket-errors.ts';
import { bracketed, type Target } from './target.ts';
import { assertLiteralWelcome, vettedAddresses } from './vetted-addresses.ts';

/** What a connection is opened by. */
export interface ConnectionDeps {
  readonly resolve?: Resolve;
}

/**
 * A connection on which a request to the target may be sent: to an address that was checked, or through the proxy;
 * with TLS unless the target is this machine. Throws `NETWORK_ADDRESS_REFUSED` and as `connectError` says.
 */
export async function openConnection(
  target: Target,
  by: ConnectionDeps & { readonly policy: NetworkPolicy; readonly signal: AbortSignal },
): Promise<Socket> {
  const { policy, signal } = by;
  try {
    const socket = await openRoute(target, by);
    return target.isTls ? await secure(socket, { host: target.host, ca: policy.ca, signal }) : socket;
  } catch (error) {
    throw connectError(error, target.host);
  }
}

async function openRoute(
  target: Target,
  by: ConnectionDeps & { readonly policy: NetworkPolicy; readonly signal: AbortSignal },
): Promise<Socket> {
  const { policy, resolve, signal } = by;
  if (policy.proxy !== undefined) {
    assertLiteralWelcome(target, policy);
    return await openTunnel(target, policy.proxy, { ca: policy.ca, signal });
  }
  const addresses = await vettedAddresses(target, policy, resolve);
  return await connectToOneOf(addresses, { host: target.host, port: target.port, signal });
}

/** A tunnel through the proxy (RFC 9110 §9.3.6). Only TLS goes through it, so the proxy sees names and sizes, no more. */
async function openTunnel(
  target: Target,
  proxy: Proxy,
  by: { readonly ca: string | undefined; readonly signal: AbortSignal },
): Promise<Socket> {
  if (!target.isTls) throw new StrongroomError('NETWORK_URL_REFUSED', 'only https goes through a proxy');
  const place = `${bracketed(target.host)}:${target.port}`;
  try {
    const open = await connectByName(proxy.host, { port: proxy.port, signal: by.signal });
    const socket = proxy.isTls ? await secure(open, { ...by, host: proxy.host }) : open;
    const { status } = await exchange(socket, {
      method: 'CONNECT',
      path: place,
      host: proxy.host,
      headers: { host: place },
      signal: by.signal,
    });
    if (status >= 200 && status < 300) return socket;
    socket.destroy();
    throw new StrongroomError('NETWORK_PROXY_REFUSED', `the proxy answered ${status} for ${target.host}`);
  } catch (error) {
    throw connectError(error, `the proxy ${proxy.host}`);
  }
}
