import { StrongroomError } from '../../errors/index.ts';
import { parseCertificateNames } from './certificate-names.ts';
import { issueCertificate, type KeyedCertificate, loadX509, type X509 } from './issue-certificate.ts';

/** What a server certificate is to say. */
export interface ServerCertificateInput {
  /** DNS names and IP addresses; the first is the subject's. */
  readonly names: readonly string[];
  /** How long it is valid from now on, 1 to 366; 90 where nothing is said. */
  readonly days?: number;
  /** Who signs it; absent: its own key. */
  readonly issuer?: KeyedCertificate;
}

/** Longest life of a certificate in days: what lives longer is forgotten, and browsers refuse it. */
const MAX_DAYS = 366;
const DEFAULT_DAYS = 90;
const MAX_AUTHORITY_DAYS = 3660;
const DEFAULT_AUTHORITY_DAYS = 1826;
/** Upper bound of a common name (RFC 5280, appendix A.1). */
const MAX_SUBJECT_LENGTH = 64;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/**
 * A certificate for a TLS server (RFC 5280; ECDSA P-256, for server authentication only), signed by its own new key or
 * by an authority. Throws `INPUT_INVALID` for names, days or an issuer that cannot be.
 */
export async function makeServerCertificate(input: ServerCertificateInput): Promise<KeyedCertificate> {
  const names = parseCertificateNames(input.names);
  const days = checkDays(input.days ?? DEFAULT_DAYS, MAX_DAYS);
  const x509 = await loadX509();
  const alternatives = names.map(({ kind, value }) => ({ type: kind, value }));
  return await issueCertificate(x509, {
    subject: (names[0]?.value ?? '').slice(0, MAX_SUBJECT_LENGTH),
    days,
    issuer: input.issuer,
    extensions: [
      ...leafExtensions(x509, SERVER_AUTH),
      new x509.SubjectAlternativeNameExtension(alternatives),
    ],
  });
}

/** A certificate that a client shows to a server (mutual TLS). `name` is what people read. Throws as above. */
export async function makeClientCertificate(input: {
  readonly name: string;
  readonly days?: number;
  readonly issuer: KeyedCertificate;
}): Promise<KeyedCertificate> {
  const subject = checkSubject(input.name);
  const days = checkDays(input.days ?? DEFAULT_DAYS, MAX_DAYS);
  const x509 = await loadX509();
  const extensions = leafExtensions(x509, CLIENT_AUTH);
  return await issueCertificate(x509, { subject, days, issuer: input.issuer, extensions });
}

/** An authority of one's own: it signs server and client certificates, and no further authorities. Throws as above. */
export async function makeAuthority(input: {
  readonly name: string;
  /** 1 to 3660; five years where nothing is said. */
  readonly days?: number;
}): Promise<KeyedCertificate> {
  const subject = checkSubject(input.name);
  const days = checkDays(input.days ?? DEFAULT_AUTHORITY_DAYS, MAX_AUTHORITY_DAYS);
  const x509 = await loadX509();
  const extensions = [
    new x509.BasicConstraintsExtension(true, 0, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
  ];
  return await issueCertificate(x509, { subject, days, issuer: undefined, extensions });
}

function leafExtensions(x509: X509, purpose: string) {
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([purpose]),
  ];
}

function checkDays(days: number, most: number): number {
  if (Number.isInteger(days) && days >= 1 && days <= most) return days;
  throw new StrongroomError('INPUT_INVALID', `expected 1 to ${most} days, got ${days}`);
}

function checkSubject(name: string): string {
  if (name.length > 0 && name.length <= MAX_SUBJECT_LENGTH && !/\p{C}/u.test(name)) return name;
  throw new StrongroomError(
    'INPUT_INVALID',
    `a name on a certificate has 1 to ${MAX_SUBJECT_LENGTH} characters`,
  );
}
