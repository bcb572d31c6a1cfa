import { StrongroomError } from '../../errors/index.ts';

/** A name that a server can be reached under, as it stands in its certificate. */
export interface CertificateName {
  readonly kind: 'dns' | 'ip';
  readonly value: string;
}

const MAX_NAMES = 100;
const MAX_DNS_LENGTH = 253;
/** Letters, digits and hyphens (RFC 5890 §2.3.1); one `*` may stand for the first label (RFC 9525 §6.3). */
const DNS = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const DOTTED = /^[\d.]+$/;

/** Tells DNS names from addresses, in the order given. Throws `INPUT_INVALID` for none, too many, or what is neither. */
export function parseCertificateNames(names: readonly string[]): readonly CertificateName[] {
  if (names.length === 0 || names.length > MAX_NAMES) {
    throw new StrongroomError('INPUT_INVALID', `expected 1 to ${MAX_NAMES} names, got ${names.length}`);
  }
  return [...new Set(names)].map(parseName);
}

function parseName(text: string): CertificateName {
  const name = text.toLowerCase();
  const address = canonicalAddress(name);
  if (address !== undefined) return { kind: 'ip', value: address };
  if (DNS.test(name) && name.length <= MAX_DNS_LENGTH && !DOTTED.test(name))
    return { kind: 'dns', value: name };
  throw new StrongroomError(
    'INPUT_INVALID',
    `not a host name or address: ${JSON.stringify(text.slice(0, 80))}`,
    {
      hint: 'write names in their ASCII form (xn--…), addresses without port and brackets',
    },
  );
}

/** Whether a host is written as an address. */
export function isAddress(host: string): boolean {
  return canonicalAddress(host.toLowerCase()) !== undefined;
}

/** An address in its one spelling. The parser of URLs knows them, and the door to node:net is elsewhere. */
function canonicalAddress(name: string): string | undefined {
  const isV6 = name.includes(':');
  if (!isV6 && !/^(?:\d{1,3}\.){3}\d{1,3}$/.test(name)) return undefined;
  const url = isV6 ? `http://[${name}]/` : `http://${name}/`;
  if (!URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  if (isV6) return hostname.slice(1, -1);
  // 010.0.0.1 is octal to some and decimal to others.
  return hostname === name ? name : undefined;
}
