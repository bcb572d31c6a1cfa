/** An address of the Internet as its bytes: 4 of IPv4, 16 of IPv6. */
export type IpAddress = Uint8Array;

const DECIMAL_BYTE = /^(?:0|[1-9]\d{0,2})$/;
const HEX_GROUP = /^[0-9a-f]{1,4}$/i;

/**
 * Reads an address in the one spelling that nobody misreads: four decimal numbers without leading zeros, or IPv6 as
 * RFC 4291 §2.2 has it. `undefined` for everything else: octal, hexadecimal and short IPv4, and zone identifiers
 * (`fe80::1%eth0`), which name an interface of this machine.
 */
export function parseIpAddress(text: string): IpAddress | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): IpAddress | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => DECIMAL_BYTE.test(part))) return undefined;
  const numbers = parts.map(Number);
  return numbers.every((number) => number <= 255) ? Uint8Array.from(numbers) : undefined;
}

function parseIpv6(text: string): IpAddress | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half, at) => parseGroups(half, { isEnd: at === halves.length - 1 }));
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  if (tail === undefined) return head.length === 16 ? Uint8Array.from(head) : undefined;
  const missing = 16 - head.length - tail.length;
  // `::` stands for at least one group of zeros (RFC 5952 §4.2.2 would even want two).
  if (missing < 2) return undefined;
  return Uint8Array.from([...head, ...new Array<number>(missing).fill(0), ...tail]);
}

/** The bytes of `a:b:c`; at the end of an address the last group may be IPv4. */
function parseGroups(text: string, options: { readonly isEnd: boolean }): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [at, group] of groups.entries()) {
    if (group.includes('.') && options.isEnd && at === groups.length - 1) {
      const embedded = parseIpv4(group);
      if (embedded === undefined) return undefined;
      bytes.push(...embedded);
    } else {
      if (!HEX_GROUP.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    }
  }
  return bytes;
}

/** A range of addresses: those that agree with `base` in the first `bits` bits. */
export interface IpNetwork {
  readonly base: IpAddress;
  readonly bits: number;
}

/** Reads `10.20.0.0/16` or `fd00:1234::/32`; a bare address is a network of one. `undefined` for anything else. */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  const [address = '', length, ...rest] = text.split('/');
  const base = parseIpAddress(address);
  if (base === undefined || rest.length > 0) return undefined;
  if (length === undefined) return { base, bits: base.length * 8 };
  if (!/^(?:0|[1-9]\d{0,2})$/.test(length) || Number(length) > base.length * 8) return undefined;
  const network = { base, bits: Number(length) };
  // A base with bits beyond the prefix is a slip whose author meant something else.
  return base.every((byte, at) => (byte & ~maskAt(at, network.bits)) === 0) ? network : undefined;
}

/** Whether an address lies in a network. IPv4 and IPv6 never match each other. */
export function isInNetwork(address: IpAddress, network: IpNetwork): boolean {
  if (address.length !== network.base.length) return false;
  return address.every((byte, at) => ((byte ^ (network.base[at] ?? 0)) & maskAt(at, network.bits)) === 0);
}

/** The bits of byte `at` that belong to a prefix of `bits` bits. */
function maskAt(at: number, bits: number): number {
  const within = Math.max(0, Math.min(8, bits - at * 8));
  return (0xff << (8 - within)) & 0xff;
}
