import { z } from 'zod';
import {
  formatCanonicalJson,
  fromBase64,
  fromBase64Url,
  SecretBytes,
  toBase64,
  toBase64Url,
  utf8Bytes,
} from '../bytes/index.ts';
import {
  type Certificate,
  isSignatureAlgorithm,
  MAX_CERTIFICATE_BYTES,
  PublicKey,
  parseCertificate,
  publicKeyOf,
  type SignatureAlgorithm,
  SigningKey,
} from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { MAX_CHAIN_LENGTH } from './limits.ts';

const MAX_REASON_CHARS = 200;
const instant = z.iso.datetime({ precision: 3 });

/** ISO 8601 UTC with milliseconds. */
export const signingInstant = instant;

const schema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{64}$/),
  algorithm: z.string().refine(isSignatureAlgorithm),
  publicKey: z.string().max(16 * 1024),
  validFrom: instant,
  validUntil: instant,
  revokedAt: instant.optional(),
  reason: z.string().min(1).max(MAX_REASON_CHARS).optional(),
  certificateChain: z
    .array(z.string().max(MAX_CERTIFICATE_BYTES * 2))
    .min(1)
    .max(MAX_CHAIN_LENGTH)
    .optional(),
});

/** What is known of a signing key, its own or somebody else's: no secret is in it. */
export interface SigningKeyRecord {
  /** SHA-256 over the PEM text, lower-case hex. */
  readonly id: string;
  readonly algorithm: SignatureAlgorithm;
  /** SubjectPublicKeyInfo as PEM. */
  readonly publicKey: string;
  /** The key is in force from here on, and until just before `validUntil`. ISO 8601 UTC with milliseconds. */
  readonly validFrom: string;
  readonly validUntil: string;
  /** What was signed at this time or later does not count. Set it back to when the key may first have been abused. */
  readonly revokedAt?: string;
  readonly reason?: string;
  /** Certificates of the key as base64 DER, its own first. */
  readonly certificateChain?: readonly string[];
}

/** When a key is in force, and by which certificates it is named. */
export interface KeyTerms {
  readonly validFrom: Date;
  readonly validUntil: Date;
  readonly certificates?: readonly Certificate[];
}

/** The record of a key that comes into use. Throws `INPUT_INVALID` for an empty span and for another key's certificate. */
export function createKeyRecord(publicKey: PublicKey, terms: KeyTerms): SigningKeyRecord {
  const { certificates } = terms;
  const chain = certificates?.map(({ der }) => toBase64(der));
  return parseKeyRecord({
    id: publicKey.id,
    algorithm: publicKey.algorithm,
    publicKey: publicKey.pem,
    validFrom: terms.validFrom.toISOString(),
    validUntil: terms.validUntil.toISOString(),
    ...(chain && { certificateChain: chain }),
  });
}

/** Narrows to a record whose parts agree with each other. Throws `INPUT_INVALID`, `SIGNING_KEY_INVALID`, `CERTIFICATE_MALFORMED`. */
export function parseKeyRecord(value: unknown): SigningKeyRecord {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid('not the record of a signing key');
  const { id, algorithm, publicKey, validFrom, validUntil, revokedAt, reason, certificateChain } =
    parsed.data;
  const key = PublicKey.parse(utf8Bytes(publicKey));
  if (key.id !== id || key.algorithm !== algorithm || key.pem !== publicKey) {
    throw invalid('the record of a signing key names another key than it holds');
  }
  if (validUntil <= validFrom) throw invalid('a signing key must be valid for some time');
  if ((revokedAt === undefined) !== (reason === undefined))
    throw invalid('a key is revoked at a time and for a reason');
  const record: SigningKeyRecord = {
    id,
    algorithm: key.algorithm,
    publicKey,
    validFrom,
    validUntil,
    ...(revokedAt !== undefined && { revokedAt }),
    ...(reason !== undefined && { reason }),
    ...(certificateChain && { certificateChain }),
  };
  const [leaf] = certificatesOf(record) ?? [];
  if (leaf !== undefined && !publicKeyOf(leaf).equals(key))
    throw invalid('the certificate is of another key');
  return record;
}

/** The certificates of a record, its own first; `undefined` when it has none. Throws `CERTIFICATE_MALFORMED`. */
export function certificatesOf(record: SigningKeyRecord): readonly Certificate[] | undefined {
  return record.certificateChain?.map((text) => parseCertificate(fromBase64(text) ?? new Uint8Array()));
}

/** The public key of a record. */
export function publicKeyOfRecord(record: SigningKeyRecord): PublicKey {
  return PublicKey.parse(utf8Bytes(record.publicKey));
}

/** The record of a key from which on nothing signed counts any more. An earlier revocation stays. */
export function revokeKey(record: SigningKeyRecord, revokedAt: Date, reason: string): SigningKeyRecord {
  const at = revokedAt.toISOString();
  if (record.revokedAt !== undefined && record.revokedAt <= at) return record;
  return parseKeyRecord({ ...record, revokedAt: at, reason });
}

/** Throws `SIGNING_KEY_EXPIRED` or `SIGNING_KEY_REVOKED` unless the key is in force at this time. */
export function assertKeyInForce(record: SigningKeyRecord, at: Date): void {
  const { id, validFrom, validUntil, revokedAt, reason } = record;
  const time = at.toISOString();
  if (time < validFrom || time >= validUntil) {
    const told = `the key ${id} is valid from ${validFrom} to ${validUntil}, not at ${time}`;
    throw new StrongroomError('SIGNING_KEY_EXPIRED', told);
  }
  if (revokedAt !== undefined && time >= revokedAt) {
    const told = `the key ${id} is revoked from ${revokedAt} on: ${JSON.stringify(reason)}`;
    throw new StrongroomError('SIGNING_KEY_REVOKED', told);
  }
}

/** What seals a signing key: a keyring, behind the two acts that are needed. */
export interface SecretBox {
  seal(secret: Uint8Array, aad: Uint8Array): Uint8Array;
  /** `undefined` for another key, another `aad`, or changed bytes. */
  open(sealed: Uint8Array, aad: Uint8Array): Uint8Array | undefined;
}

/** Seals a private key for keeping beside its record; base64url. */
export function sealSigningKey(box: SecretBox, key: SigningKey): string {
  const secret = key.exportSecret();
  try {
    return toBase64Url(box.seal(secret.expose(), sealedFor(key.publicKey)));
  } finally {
    secret.wipe();
  }
}

/** The private key of a record. Throws `KEY_REFUSED` when it was sealed by another keyring, for another key, or changed. */
export function openSigningKey(box: SecretBox, record: SigningKeyRecord, sealed: string): SigningKey {
  const publicKey = publicKeyOfRecord(record);
  const bytes = fromBase64Url(sealed);
  const opened = bytes && box.open(bytes, sealedFor(publicKey));
  if (opened === undefined) throw refused();
  using secret = SecretBytes.take(opened);
  const key = SigningKey.parse(secret.expose());
  if (!key.publicKey.equals(publicKey)) throw refused();
  return key;
}

/** Binds what is sealed to the key that it is, so that no sealed key can be put in the place of another. */
function sealedFor({ id, algorithm }: PublicKey): Uint8Array {
  return utf8Bytes(`strongroom/1\0signing key\0${formatCanonicalJson({ algorithm, id })}`);
}

function refused(): StrongroomError {
  return new StrongroomError('KEY_REFUSED', 'the signing key does not open');
}

function invalid(message: string): StrongroomError {
  return new StrongroomError('INPUT_INVALID', message);
}
