import { type IpAddress, type IpNetwork, isInNetwork, parseIpNetwork } from './ip-address.ts';

/** Where a range leads to: the words stand in messages. */
type RangeRow = readonly [range: string, leadsTo: string];

/**
 * IPv4 ranges that are no host on the public Internet: IANA's special-purpose registry (RFC 6890 and its updates),
 * multicast (RFC 5771), the relay and sink anycasts that serve no files, and one public address that every virtual
 * machine of a large cloud reaches its host by.
 */
const IPV4_RANGES: readonly RangeRow[] = [
  ['0.0.0.0/8', 'this network'],
  ['10.0.0.0/8', 'a private network'],
  ['100.64.0.0/10', 'a shared provider network'],
  ['127.0.0.0/8', 'this machine'],
  ['168.63.129.16/32', 'a cloud’s own services'],
  ['169.254.0.0/16', 'the local link (and cloud metadata)'],
  ['172.16.0.0/12', 'a private network'],
  ['192.0.0.0/24', 'protocol assignments'],
  ['192.0.2.0/24', 'documentation'],
  ['192.31.196.0/24', 'a name server sink'],
  ['192.52.193.0/24', 'multicast relays'],
  ['192.88.99.0/24', '6to4 relays'],
  ['192.168.0.0/16', 'a private network'],
  ['192.175.48.0/24', 'a name server sink'],
  ['198.18.0.0/15', 'benchmarks'],
  ['198.51.100.0/24', 'documentation'],
  ['203.0.113.0/24', 'documentation'],
  ['224.0.0.0/4', 'multicast'],
  ['240.0.0.0/4', 'reserved addresses and broadcast'],
];

/** The only part of IPv6 that is given out to hosts (RFC 4291 §2.4, IANA's address space registry). */
const IPV6_UNICAST: IpNetwork = networkOf('2000::/3');

/** Inside it, what is no host on the public Internet: IANA's IPv6 special-purpose registry, and returned ranges. */
const IPV6_RANGES: readonly RangeRow[] = [
  ['2001::/23', 'protocol assignments (Teredo, ORCHID, benchmarks)'],
  ['2001:db8::/32', 'documentation'],
  ['2002::/16', '6to4, which embeds an IPv4 address'],
  ['2620:4f:8000::/48', 'a name server sink'],
  ['3ffe::/16', 'the former 6bone'],
  ['3fff::/20', 'documentation'],
];

/** Outside of it everything is refused; these rows only say why in better words. */
const IPV6_OUTSIDE: readonly RangeRow[] = [
  ['::/128', 'no address'],
  ['::1/128', 'this machine'],
  ['::ffff:0:0/96', 'an IPv4 address in disguise'],
  ['::/96', 'an IPv4 address in disguise'],
  ['64:ff9b::/96', 'NAT64, which embeds an IPv4 address'],
  ['64:ff9b:1::/48', 'NAT64, which embeds an IPv4 address'],
  ['100::/64', 'a discard range'],
  ['5f00::/16', 'segment routing'],
  ['fc00::/7', 'a private network'],
  ['fe80::/10', 'the local link'],
  ['fec0::/10', 'a private network'],
  ['ff00::/8', 'multicast'],
];

const LOOPBACK = [networkOf('127.0.0.0/8'), networkOf('::1/128')];

interface Range {
  readonly network: IpNetwork;
  readonly leadsTo: string;
}

const RANGES: readonly Range[] = [...IPV4_RANGES, ...IPV6_RANGES, ...IPV6_OUTSIDE].map(
  ([range, leadsTo]) => ({
    network: networkOf(range),
    leadsTo,
  }),
);

/**
 * Where an address leads to when it is no ordinary host on the public Internet; `undefined` when it is one.
 * An address that is neither 4 nor 16 bytes leads nowhere good either.
 */
export function specialPurposeOf(address: IpAddress): string | undefined {
  const row = RANGES.find(({ network }) => isInNetwork(address, network));
  if (row !== undefined) return row.leadsTo;
  if (address.length === 4 || isInNetwork(address, IPV6_UNICAST)) return undefined;
  return 'addresses that are not given out';
}

/** Whether an address is this machine's own: 127.0.0.0/8, ::1. */
export function isLoopback(address: IpAddress): boolean {
  return LOOPBACK.some((network) => isInNetwork(address, network));
}

function networkOf(text: string): IpNetwork {
  const network = parseIpNetwork(text);
  if (network === undefined) throw new TypeError(`not a network: ${text}`);
  return network;
}
