import { quoteForMessage } from '../api/index.ts';
import { type Certificate, checkIssuedBy, equalBytes } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { MAX_CHAIN_LENGTH } from './limits.ts';
import { checkNameConstraints } from './name-constraints.ts';

const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const ANY_PURPOSE = '2.5.29.37.0';

/** A certificate that is no longer believed from some time on, whatever it says itself. */
export interface RevokedCertificate {
  /** SHA-256 over its DER, lower-case hex. */
  readonly fingerprint: string;
  /** ISO 8601 UTC. */
  readonly revokedAt: string;
}

/** What a chain is judged by. */
export interface ChainTrust {
  /** Roots that are trusted to name code signers. Never the web's. */
  readonly roots: readonly Certificate[];
  /** A time at which the signature is known to have existed. */
  readonly at: Date;
  readonly revoked?: readonly RevokedCertificate[];
}

/** A chain that holds: the signer's certificate, and the trusted root that it leads to. */
export interface TrustedChain {
  readonly leaf: Certificate;
  readonly root: Certificate;
}

/**
 * Follows a chain as it stands, the signer's certificate first, each issued by the one after it, the last by a trusted
 * root or being one (RFC 5280 §6, narrowed: docs/spec/signing.md §5). Throws `SIGNATURE_UNTRUSTED` when it leads to no
 * trusted root, `CERTIFICATE_EXPIRED` for one that is not valid at the time, `CERTIFICATE_REFUSED` for all else.
 */
export function verifyChain(chain: readonly Certificate[], trust: ChainTrust): TrustedChain {
  const path = completePath(chain, trust.roots);
  const [leaf, root] = [path[0], path.at(-1)];
  if (leaf === undefined || root === undefined) throw refused('the chain', 'is empty');
  path.slice(1).forEach((issuer, index) => {
    const certificate = path[index] ?? issuer;
    insist(certificate, checkIssuedBy(certificate, issuer));
    insist(issuer, checkAuthority(issuer, path.slice(1, index + 1)));
    const { nameConstraints } = issuer.extensions;
    for (const below of nameConstraints === undefined ? [] : path.slice(0, index + 1)) {
      const names = { subjectParts: below.subjectParts, alternativeNames: below.extensions.alternativeNames };
      insist(below, nameConstraints === undefined || checkNameConstraints(names, nameConstraints));
    }
  });
  for (const certificate of path) assertInForce(certificate, trust);
  insist(leaf, checkSigner(leaf));
  return { leaf, root };
}

/** The chain with the root at its end, which the bundle may leave out. */
function completePath(chain: readonly Certificate[], roots: readonly Certificate[]): readonly Certificate[] {
  const last = chain.at(-1);
  if (last === undefined || chain.length > MAX_CHAIN_LENGTH)
    throw refused('the chain', 'is empty or too long');
  const fingerprints = new Set(chain.map(({ fingerprint }) => fingerprint));
  if (fingerprints.size < chain.length) throw refused('the chain', 'holds a certificate twice');
  if (roots.some(({ fingerprint }) => fingerprint === last.fingerprint)) return chain;
  const root = roots.find((candidate) => checkIssuedBy(last, candidate) === true);
  if (root !== undefined) return [...chain, root];
  throw new StrongroomError(
    'SIGNATURE_UNTRUSTED',
    `the certificates lead to ${quoteForMessage(last.issuer)}, which is no trusted root`,
  );
}

/** Whether it may have issued what is below it; `between` are the authorities from the signer's up to it. */
function checkAuthority({ extensions }: Certificate, between: readonly Certificate[]): true | string {
  const { basicConstraints, keyUsage, extendedKeyUsage } = extensions;
  if (basicConstraints?.isCa !== true) return 'is not an authority';
  if (keyUsage?.certSign === false) return 'may not issue certificates';
  // Authorities that merely renewed themselves do not count (RFC 5280 §6.1.4 l).
  const below = between.filter(({ subjectDer, issuerDer }) => !equalBytes(subjectDer, issuerDer)).length;
  if (basicConstraints.pathLength !== undefined && below > basicConstraints.pathLength) {
    return 'has more authorities below it than it may';
  }
  const isForCode =
    extendedKeyUsage?.some((purpose) => purpose === CODE_SIGNING || purpose === ANY_PURPOSE) ?? true;
  return isForCode || 'may not issue certificates for code signing';
}

/** Whether it is the certificate of somebody who signs, and of nobody who issues. */
function checkSigner({ extensions }: Certificate): true | string {
  const { basicConstraints, keyUsage, extendedKeyUsage } = extensions;
  if (keyUsage?.digitalSignature !== true) return 'is not for digital signatures';
  if (extendedKeyUsage?.includes(CODE_SIGNING) !== true) return 'is not for code signing';
  // Some issuers mark signers as authorities by mistake; without the right to issue they are none.
  return !(basicConstraints?.isCa === true && keyUsage.certSign) || 'is an authority, not a signer';
}

function assertInForce(certificate: Certificate, { at, revoked = [] }: ChainTrust): void {
  const { notBefore, notAfter, extensions, subject, fingerprint } = certificate;
  const time = at.getTime();
  if (Number.isNaN(time)) throw new StrongroomError('INPUT_INVALID', 'not a time');
  // Certificates count whole seconds, the last one included (RFC 5280 §4.1.2.5).
  if (time < notBefore || time >= notAfter + 1000) {
    const range = `${new Date(notBefore).toISOString()} to ${new Date(notAfter).toISOString()}`;
    throw new StrongroomError(
      'CERTIFICATE_EXPIRED',
      `the certificate of ${quoteForMessage(subject)} is valid from ${range}, not at ${at.toISOString()}`,
    );
  }
  const revocation = revoked.find((each) => each.fingerprint === fingerprint);
  if (revocation !== undefined && time >= Date.parse(revocation.revokedAt)) insist(certificate, 'is revoked');
  if (extensions.unknownCritical.length > 0)
    insist(certificate, 'has critical extensions that are not known');
}

function insist(certificate: Certificate, outcome: true | string): void {
  if (outcome !== true) throw refused(`the certificate of ${quoteForMessage(certificate.subject)}`, outcome);
}

function refused(what: string, why: string): StrongroomError {
  return new StrongroomError('CERTIFICATE_REFUSED', `${what} ${why}`);
}
