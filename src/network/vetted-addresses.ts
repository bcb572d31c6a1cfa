import { lookup } from 'node:dns/promises';
import { StrongroomError } from '../errors/index.ts';
import { isInNetwork, parseIpAddress } from './ip-address.ts';
import type { NetworkPolicy, Resolve } from './policy.ts';
import { isLoopback, specialPurposeOf } from './special-ranges.ts';
import type { Target } from './target.ts';

/** Answers of a name server that are looked at; no honest host has more. */
const MAX_ADDRESSES = 32;

/**
 * The addresses that may be connected to for a target: each one checked, as text for the socket. One bad address
 * among good ones refuses them all, since a name that leads into a private network is an attack or a mistake.
 * Throws `NETWORK_ADDRESS_REFUSED`, `NETWORK_NAME_UNKNOWN`, and what the resolver throws.
 */
export async function vettedAddresses(
  target: Target,
  policy: NetworkPolicy,
  resolve: Resolve = resolveBySystem,
): Promise<readonly string[]> {
  const addresses = target.address === undefined ? await resolve(target.host) : [target.host];
  if (addresses.length === 0) {
    throw new StrongroomError('NETWORK_NAME_UNKNOWN', `no address is known for ${target.host}`);
  }
  if (addresses.length > MAX_ADDRESSES) {
    throw new StrongroomError(
      'NETWORK_ADDRESS_REFUSED',
      `${target.host} has more than ${MAX_ADDRESSES} addresses`,
    );
  }
  for (const address of addresses) assertWelcome(address, target, policy);
  return addresses;
}

/** Checks a target that is written as an address; a name passes. Throws `NETWORK_ADDRESS_REFUSED`. */
export function assertLiteralWelcome(target: Target, policy: NetworkPolicy): void {
  if (target.address !== undefined) assertWelcome(target.host, target, policy);
}

function assertWelcome(text: string, target: Target, policy: NetworkPolicy): void {
  const address = parseIpAddress(text);
  const said = target.address === undefined ? `${target.host} leads to` : 'the address is of';
  if (address === undefined) {
    throw new StrongroomError('NETWORK_ADDRESS_REFUSED', `${said} something that is no plain address`);
  }
  const isOwn = isLoopback(address) && policy.allowLoopback === true;
  if (!target.isTls && !isOwn) {
    throw new StrongroomError('NETWORK_URL_REFUSED', 'http is for tests on this very machine only');
  }
  if (isOwn || policy.networks?.some((network) => isInNetwork(address, network)) === true) return;
  const purpose = specialPurposeOf(address);
  if (purpose !== undefined) throw new StrongroomError('NETWORK_ADDRESS_REFUSED', `${said} ${purpose}`);
}

/** As every program of this machine sees the name, its hosts file included. */
async function resolveBySystem(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}
