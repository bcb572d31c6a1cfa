import { createPrivateKey, X509Certificate } from 'node:crypto';
import { bufferView, type SecretBytes } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { isAddress } from './certificate-names.ts';

/** A certificate as TLS sees it: for which hosts it is, and what its key is like. */
export interface TlsCertificate {
  readonly subject: string;
  /** SHA-256 over its DER, lower-case hex. */
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** DNS names and addresses. */
  readonly names: readonly string[];
  readonly key: { readonly kind: string; readonly bits?: number };
  /** Whether a client that asked for this host takes it. */
  readonly covers: (host: string) => boolean;
  /** Whether this private key (PEM) is its own. */
  readonly belongsTo: (key: SecretBytes) => boolean;
}

/** Reads the first certificate of a PEM text, or one as DER. Throws `CERTIFICATE_MALFORMED`. */
export function readTlsCertificate(bytes: Uint8Array): TlsCertificate {
  const x509 = parse(bytes);
  const { asymmetricKeyType: kind = 'unknown', asymmetricKeyDetails: details } = x509.publicKey;
  const bits = details?.modulusLength;
  return {
    subject: x509.subject,
    fingerprint: x509.fingerprint256.replaceAll(':', '').toLowerCase(),
    notBefore: x509.validFromDate.getTime(),
    notAfter: x509.validToDate.getTime(),
    names: namesOf(x509.subjectAltName ?? ''),
    key: { kind: details?.namedCurve ?? kind, ...(bits !== undefined && { bits }) },
    covers: (host) => (isAddress(host) ? x509.checkIP(host) : x509.checkHost(host)) !== undefined,
    belongsTo: (key) => belongs(x509, key),
  };
}

function parse(bytes: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(bufferView(bytes));
  } catch (error) {
    throw new StrongroomError('CERTIFICATE_MALFORMED', 'not a certificate: neither PEM nor DER', {
      cause: error,
    });
  }
}

/** `DNS:a.example, IP Address:10.0.0.1`; names with odd characters come in quotes. */
function namesOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:DNS|IP Address):("[^"]*"|[^,]*)/g)].map((match) => match[1] ?? '');
}

function belongs(x509: X509Certificate, key: SecretBytes): boolean {
  try {
    return x509.checkPrivateKey(createPrivateKey(bufferView(key.expose())));
  } catch {
    // What cannot be read as a key is not the one.
    return false;
  }
}
