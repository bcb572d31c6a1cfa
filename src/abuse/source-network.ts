import { bufferView, toHex } from '../bytes/index.ts';
import { parseIpAddress } from '../network/index.ts';

/** The networks that an address is counted under. */
export interface SourceNetworks {
  /** One customer as a rule: the address of IPv4, the /64 of IPv6. */
  readonly exact: string;
  /** Its neighbours too: the /24 of IPv4, the /56 of IPv6. */
  readonly near: string;
}

/** What is told apart as a source; anything that is no address is one source, together with its like. */
export function networksOf(address: string): SourceNetworks {
  const bytes = plainAddress(address);
  if (bytes === undefined) return { exact: 'unknown', near: 'unknown' };
  return bytes.length === 4
    ? { exact: toHex(bytes), near: toHex(bytes.subarray(0, 3)) }
    : { exact: toHex(bytes.subarray(0, 8)), near: toHex(bytes.subarray(0, 7)) };
}

/** The bytes of an address; one of IPv4 in the clothes of IPv6 (`::ffff:192.0.2.1`) is the former. */
export function plainAddress(address: string): Uint8Array | undefined {
  const bytes = parseIpAddress(address);
  if (bytes?.length !== 16) return bytes;
  const isMapped = bufferView(bytes).subarray(0, 12).equals(MAPPED_PREFIX);
  return isMapped ? bytes.subarray(12) : bytes;
}

const MAPPED_PREFIX = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
