import { StrongroomError } from '../errors/index.ts';
import { type IpNetwork, parseIpNetwork } from '../network/index.ts';
import { plainAddress } from './source-network.ts';

const IPV6_SOURCE_BITS = 64;

/** What is blocked when an address misbehaves: itself, or of IPv6 its /64. `undefined` for what is no address. */
export function sourceOf(address: string): string | undefined {
  const bytes = plainAddress(address);
  if (bytes === undefined) return undefined;
  const bits = bytes.length === 4 ? 32 : IPV6_SOURCE_BITS;
  return networkText({ base: cut(bytes, bits), bits });
}

/** Reads what somebody wants blocked or allowed: an address or a network. Throws `BLOCK_INVALID`. */
export function parseSource(text: string): IpNetwork {
  const network = parseIpNetwork(text.trim());
  if (network === undefined) {
    throw new StrongroomError('BLOCK_INVALID', 'that is neither an address nor a network');
  }
  return network;
}

/** The one spelling of a network, RFC 5952 for IPv6; without a length where it is one address. */
export function networkText({ base, bits }: IpNetwork): string {
  const address = base.length === 4 ? base.join('.') : ipv6Text(base);
  return bits === base.length * 8 ? address : `${address}/${bits}`;
}

function ipv6Text(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
  );
  // The one in the platform knows how to shorten it.
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

function cut(bytes: Uint8Array, bits: number): Uint8Array {
  return bytes.map((byte, at) => {
    const within = Math.max(0, Math.min(8, bits - at * 8));
    return byte & (0xff << (8 - within));
  });
}
