import { createPrivateKey, KeyObject, webcrypto } from 'node:crypto';
import type * as X509Library from '@peculiar/x509';
import { bufferView, SecretBytes, toHex, utf8Bytes } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { randomBytes } from '../random.ts';
import { SigningKey } from '../sign/signing-key.ts';
import { parseCertificatesPem, publicKeyOf } from './certificate.ts';

/** A certificate and the key it is for, as TLS servers and clients read them. */
export interface KeyedCertificate {
  /** PEM (RFC 7468) with a final line feed. */
  readonly certificatePem: string;
  /** PKCS#8 as PEM, not encrypted. */
  readonly keyPem: SecretBytes;
}

/** The library that writes certificates. */
export type X509 = typeof X509Library;
type Extension = InstanceType<X509['Extension']>;

/** What a certificate is to say, its extensions beside the identifiers of the keys. */
export interface CertificateContent {
  /** Common name. */
  readonly subject: string;
  readonly days: number;
  /** Absent: its own key signs it. */
  readonly issuer: KeyedCertificate | undefined;
  readonly extensions: readonly Extension[];
}

const DAY_MS = 86_400_000;
/** Clocks of clients are off by minutes. */
const BACKDATED_MS = 10 * 60_000;
const SERIAL_BYTES = 16;
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };

/** Loaded when it is needed: it takes a tenth of a second that no other command should wait for. */
export async function loadX509(): Promise<X509> {
  await import('reflect-metadata');
  return await import('@peculiar/x509');
}

/** Makes a new key (ECDSA P-256) and a certificate for it (RFC 5280, version 3, SHA-256). */
export async function issueCertificate(x509: X509, content: CertificateContent): Promise<KeyedCertificate> {
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const subject = [{ CN: [content.subject] }];
  const signer = content.issuer && readIssuer(x509, content.issuer);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: newSerial(),
      subject,
      issuer: signer?.name ?? subject,
      notBefore: new Date(now - BACKDATED_MS),
      notAfter: new Date(now - BACKDATED_MS + content.days * DAY_MS),
      signingAlgorithm: { ...CURVE, hash: 'SHA-256' },
      publicKey: keys.publicKey,
      signingKey: signer?.key ?? keys.privateKey,
      extensions: [
        ...content.extensions,
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
        await x509.AuthorityKeyIdentifierExtension.create(
          signer?.publicKey ?? keys.publicKey,
          false,
          webcrypto,
        ),
      ],
    },
    webcrypto,
  );
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' });
  return {
    certificatePem: `${certificate.toString('pem').trimEnd()}\n`,
    keyPem: SecretBytes.take(utf8Bytes(key)),
  };
}

/** Whoever signs: its name, and its key once it is known to be the one of its certificate. */
function readIssuer(x509: X509, issuer: KeyedCertificate) {
  const [certificate] = parseCertificatesPem(utf8Bytes(issuer.certificatePem));
  const { algorithm, publicKey } = SigningKey.parse(issuer.keyPem.expose());
  if (
    certificate?.extensions.basicConstraints?.isCa !== true ||
    !publicKeyOf(certificate).equals(publicKey)
  ) {
    throw new StrongroomError('INPUT_INVALID', 'this is no certificate of an authority with its key');
  }
  if (algorithm !== 'ecdsa-p256') {
    throw new StrongroomError('INPUT_INVALID', `expected an authority with a key on P-256, got ${algorithm}`);
  }
  const key = createPrivateKey(bufferView(issuer.keyPem.expose()));
  const parsed = new x509.X509Certificate(issuer.certificatePem);
  return {
    name: parsed.subjectName,
    key: key.toCryptoKey(CURVE, false, ['sign']),
    publicKey: parsed.publicKey,
  };
}

/** 126 random bits under a leading 01: positive, of full length, never twice (RFC 5280 §4.1.2.2). */
function newSerial(): string {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return toHex(bytes);
}
