import { connect as connectTls, getCACertificates, type SecureVersion, type TLSSocket } from 'node:tls';
import { StrongroomError } from '../errors/index.ts';
import { connectByName, opened } from './connect.ts';
import { parseIpAddress } from './ip-address.ts';
import { connectError } from './socket-errors.ts';

/** Where a server is that is to be looked at. */
export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
  /** Certificates (PEM) of authorities to trust besides those of the machine. */
  readonly ca?: string;
  readonly signal: AbortSignal;
}

/** What a server agrees to. */
export interface TlsProbe {
  /** `TLSv1.3`. */
  readonly protocol: string;
  readonly cipher: string;
  /** What it also speaks, oldest first. */
  readonly protocols: readonly string[];
  /** Groups of the key exchange that it takes, of those that were tried. */
  readonly groups: readonly string[];
  /** The certificate that it shows, DER. */
  readonly certificate: Uint8Array;
  /** Whether a chain leads to an authority that is trusted here. Names and validity are judged apart. */
  readonly isTrusted: boolean;
}

const PROTOCOLS: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
const GROUPS = ['X25519MLKEM768', 'X25519', 'P-256', 'P-384', 'P-521', 'secp224r1', 'secp192k1', 'sect163k1'];
const HANDSHAKE_TIMEOUT_MS = 5_000;
/** Errors that say what is wrong with a certificate, and nothing about who signed it. */
const NOT_ABOUT_TRUST = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID'];

/**
 * Looks at a server by shaking hands with it in every way that matters; sends nothing, and so takes any certificate.
 * Throws `NETWORK_UNREACHABLE`, `NETWORK_NAME_UNKNOWN`, `NETWORK_TLS_FAILED`, `NETWORK_TIMEOUT`.
 */
export async function probeTls(target: ProbeTarget): Promise<TlsProbe> {
  const socket = await shakeHands(target, {});
  const { authorized, authorizationError } = socket;
  const certificate = socket.getPeerX509Certificate();
  const [protocol, cipher] = [socket.getProtocol() ?? '', socket.getCipher().standardName];
  socket.destroy();
  if (certificate === undefined)
    throw new StrongroomError('NETWORK_TLS_FAILED', 'the server showed no certificate');
  const old = { ciphers: 'DEFAULT@SECLEVEL=0' };
  const protocols = await filterAsync(PROTOCOLS, (version) =>
    agrees(target, { minVersion: version, maxVersion: version, ...(version < 'TLSv1.2' && old) }),
  );
  const groups = await filterAsync(GROUPS, (group) => agrees(target, { ecdhCurve: group }));
  // Typed as an error, and a code in truth; `null` where nothing is wrong.
  const code = String(authorizationError);
  const isTrusted = authorized || NOT_ABOUT_TRUST.includes(code);
  return { protocol, cipher, protocols, groups, certificate: certificate.raw, isTrusted };
}

interface Offer {
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
  readonly ecdhCurve?: string;
  readonly ciphers?: string;
}

/** A connection with TLS to whoever is there, verified by nobody: nothing secret goes over it. */
export async function shakeHands(target: ProbeTarget, offer: Offer): Promise<TLSSocket> {
  const signal = AbortSignal.any([target.signal, AbortSignal.timeout(HANDSHAKE_TIMEOUT_MS)]);
  try {
    const socket = await connectByName(target.host, { port: target.port, signal });
    const isAddress = parseIpAddress(target.host) !== undefined;
    const tls = connectTls({
      socket,
      ...(!isAddress && { servername: target.host }),
      ...(target.ca !== undefined && { ca: [...getCACertificates(), target.ca] }),
      ...offer,
      rejectUnauthorized: false,
    });
    await opened(tls, 'secureConnect', signal);
    return tls;
  } catch (error) {
    target.signal.throwIfAborted();
    throw connectError(error, target.host);
  }
}

async function agrees(target: ProbeTarget, offer: Offer): Promise<boolean> {
  try {
    (await shakeHands(target, offer)).destroy();
    return true;
  } catch {
    target.signal.throwIfAborted();
    return false;
  }
}

/** One after the other: a server that is to be looked at is not to be loaded. */
async function filterAsync<T>(all: readonly T[], holds: (one: T) => Promise<boolean>): Promise<readonly T[]> {
  const kept: T[] = [];
  for (const one of all) if (await holds(one)) kept.push(one);
  return kept;
}
