import { StrongroomError } from '../errors/index.ts';
import { type IpAddress, parseIpAddress } from './ip-address.ts';

/** The port of an https address that names none. */
export const HTTPS_PORT = 443;
const HTTP_PORT = 80;
/** Longest address that is looked at; browsers and servers stop between 2,000 and 8,000. */
const MAX_URL_CHARS = 8192;
/** Longest name of a host (RFC 1035 §2.3.4). */
const MAX_HOST_CHARS = 253;

/** What a host is called, and its address when the name is one. */
export interface Host {
  /** Lower-case ASCII, without a final dot and without the brackets of IPv6. */
  readonly name: string;
  readonly address?: IpAddress;
}

/** Where a request goes, read once and strictly. */
export interface Target {
  readonly isTls: boolean;
  readonly host: string;
  readonly port: number;
  /** Set when the host is written as an address. */
  readonly address?: IpAddress;
  /** Path and query, as sent; may hold secrets, so it is never shown. */
  readonly path: string;
  /** The address of the file without query and fragment, which may hold secrets. */
  readonly shown: string;
}

/**
 * Reads an absolute address. Throws `NETWORK_URL_REFUSED` for another scheme than https and http, user names and
 * passwords, and every host whose written form is not its plain one: octal, hexadecimal, short or percent-encoded
 * addresses, zone identifiers, control characters and backslashes, which readers of addresses disagree about.
 */
export function parseTarget(text: string): Target {
  return targetOf(text, undefined);
}

/** Reads what a `Location` header says, seen from where it was said. Throws as `parseTarget`. */
export function parseRedirect(location: string, from: Target): Target {
  return targetOf(location, from);
}

function targetOf(text: string, base: Target | undefined): Target {
  if (text.length > MAX_URL_CHARS) throw refused(`the address is longer than ${MAX_URL_CHARS} characters`);
  if (/[\p{Cc}\s\\]/u.test(text))
    throw refused('the address holds blanks, control characters or backslashes');
  const url = URL.parse(text, base?.shown);
  if (url === null) throw refused('that is not an address');
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refused('only https addresses are followed');
  if (url.username !== '' || url.password !== '') throw refused('the address holds a user name or password');
  const host = parseHost(url.hostname);
  if (host === undefined) throw refused('the host of the address is not a name');
  assertPlainHost(text, host, base !== undefined);
  const isTls = url.protocol === 'https:';
  const usual = isTls ? HTTPS_PORT : HTTP_PORT;
  return {
    isTls,
    host: host.name,
    port: url.port === '' ? usual : Number(url.port),
    ...(host.address && { address: host.address }),
    path: `${url.pathname}${url.search}`,
    shown: `${url.origin}${url.pathname}`,
  };
}

/** What was written must be what is meant: a reader that sees 127.0.0.1 in `0x7f.1` is not the only kind there is. */
function assertPlainHost(text: string, host: Host, mayBeRelative: boolean): void {
  const authority = /^(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#]*)/i.exec(text)?.[1];
  if (authority === undefined && mayBeRelative) return;
  if (authority === undefined || authority === '') throw refused('the address has no host');
  if (authority.includes('@')) throw refused('the address holds a user name or password');
  const written = authority.replace(/:\d*$/, '').toLowerCase();
  if (written.includes('%')) throw refused('the host of the address is encoded');
  if (host.address?.length === 4 && written !== host.name) {
    throw refused('the host of the address is a number in an odd spelling');
  }
}

/** Reads a host by itself, as an address or an allow-list has it. `undefined` when it is none. */
export function parseHost(text: string): Host | undefined {
  const hostname = URL.parse(`https://${text}/`)?.hostname;
  if (hostname === undefined) return undefined;
  const name = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  if (name === '' || name.length > MAX_HOST_CHARS || name.startsWith('.') || name.includes('..'))
    return undefined;
  const address = parseIpAddress(name);
  return { name, ...(address && { address }) };
}

/** Host and port as a request names them: IPv6 in brackets, the usual port left out. */
export function hostHeader(target: Target): string {
  const usual = target.isTls ? HTTPS_PORT : HTTP_PORT;
  return target.port === usual ? bracketed(target.host) : `${bracketed(target.host)}:${target.port}`;
}

/** An IPv6 address in the brackets that keep its colons apart from a port; any other host as it is. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function refused(message: string): StrongroomError {
  return new StrongroomError('NETWORK_URL_REFUSED', message);
}
