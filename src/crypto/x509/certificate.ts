import { bufferView, fromBase64, toHex, utf8Text } from '../../bytes/index.ts';
import { equalBytes } from '../equal.ts';
import { sha256 } from '../hash.ts';
import { PublicKey } from '../sign/public-key.ts';
import { checkCertificateSignature } from './certificate-signatures.ts';
import { DER, DerReader, MAX_CERTIFICATE_BYTES, malformedDer } from './der-reader.ts';
import { readBitStringBytes, readSmallNumber, readTime, readUnsigned } from './der-values.ts';
import { formatName, namePartsOf } from './distinguished-name.ts';
import { type Extensions, readExtensions } from './extensions.ts';

/** Certificates that one PEM file may hold. */
const MAX_PEM_CERTIFICATES = 64;
const MAX_SERIAL_BYTES = 20;

/** What a certificate says (RFC 5280 §4.1). Nothing of it is believed before a chain leads to a trusted root. */
export interface Certificate {
  /** All of it as DER. */
  readonly der: Uint8Array;
  /** SHA-256 over the DER, lower-case hex. */
  readonly fingerprint: string;
  /** Lower-case hex without leading zeros. */
  readonly serial: string;
  /** As text (RFC 4514), hostile; compare `subjectDer`. */
  readonly subject: string;
  readonly issuer: string;
  readonly subjectDer: Uint8Array;
  readonly issuerDer: Uint8Array;
  readonly subjectParts: readonly Uint8Array[];
  /** Milliseconds since 1970. Both instants are still inside. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly extensions: Extensions;
  /** SubjectPublicKeyInfo as DER. */
  readonly spki: Uint8Array;
  readonly signed: Uint8Array;
  readonly algorithm: Uint8Array;
  readonly signature: Uint8Array;
}

/** Reads one certificate. Throws `CERTIFICATE_MALFORMED` for everything that is not X.509 version 3 in strict DER. */
export function parseCertificate(bytes: Uint8Array): Certificate {
  if (bytes.length > MAX_CERTIFICATE_BYTES) throw malformedDer(`more than ${MAX_CERTIFICATE_BYTES} bytes`);
  const der = new Uint8Array(bytes);
  const outer = new DerReader(der);
  const reader = DerReader.inside(outer.read(DER.sequence));
  outer.end();
  const tbs = reader.read(DER.sequence);
  const algorithm = reader.read(DER.sequence).whole;
  const signature = readBitStringBytes(reader.read(DER.bitString));
  reader.end();
  const body = DerReader.inside(tbs);
  const version = readSmallNumber(DerReader.inside(body.read(0xa0)).read(DER.integer));
  if (version !== 2) throw malformedDer('not of version 3');
  const serial = readUnsigned(body.read(DER.integer));
  if (serial.length > MAX_SERIAL_BYTES) throw malformedDer('the serial number is too long');
  if (!equalBytes(body.read(DER.sequence).whole, algorithm))
    throw malformedDer('it names two algorithms of its signature');
  const issuer = body.read(DER.sequence);
  const validity = DerReader.inside(body.read(DER.sequence));
  const [notBefore, notAfter] = [readTime(validity.read()), readTime(validity.read())];
  validity.end();
  const subject = body.read(DER.sequence);
  const spki = body.read(DER.sequence).whole;
  const extensions = readExtensions(DerReader.inside(body.read(0xa3)).read(DER.sequence));
  body.end();
  return {
    der,
    fingerprint: toHex(sha256(der)),
    serial: toHex(serial),
    subject: formatName(subject),
    issuer: formatName(issuer),
    subjectDer: subject.whole,
    issuerDer: issuer.whole,
    subjectParts: namePartsOf(subject),
    notBefore,
    notAfter,
    extensions,
    spki,
    signed: tbs.whole,
    algorithm,
    signature,
  };
}

/** Every certificate of a PEM text (RFC 7468); text around the blocks is passed over. Throws `CERTIFICATE_MALFORMED` also for none. */
export function parseCertificatesPem(bytes: Uint8Array): readonly Certificate[] {
  const text = utf8Text(bytes) ?? '';
  const blocks = [
    ...text.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----/g),
  ];
  const begun = text.split('-----BEGIN CERTIFICATE-----').length - 1;
  if (blocks.length === 0 || blocks.length !== begun || begun > MAX_PEM_CERTIFICATES) {
    throw malformedDer('no PEM block, a broken one, or too many of them');
  }
  return blocks.map(([, base64 = '']) => {
    const der = fromBase64(base64.replace(/\s/g, ''));
    if (der === undefined) throw malformedDer('its base64 is broken');
    return parseCertificate(der);
  });
}

/** A certificate as PEM, with a final line feed. */
export function formatCertificatePem(certificate: Certificate): string {
  const base64 = bufferView(certificate.der).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

/** The key that a certificate is for. Throws `SIGNING_KEY_INVALID` when it is none that signs models. */
export function publicKeyOf(certificate: Certificate): PublicKey {
  return PublicKey.parse(certificate.spki);
}

/** Whether `issuer` issued it, by names, key ids and signature; in words why not. */
export function checkIssuedBy(certificate: Certificate, issuer: Certificate): true | string {
  if (!equalBytes(certificate.issuerDer, issuer.subjectDer))
    return 'is not issued by the certificate after it';
  const { authorityKeyId } = certificate.extensions;
  const { subjectKeyId } = issuer.extensions;
  if (authorityKeyId && subjectKeyId && !equalBytes(authorityKeyId, subjectKeyId))
    return 'names another key of its issuer';
  return checkCertificateSignature({ ...certificate, issuerKey: issuer.spki });
}
