import { formatCertificatePem, SigningKey } from '../../src/crypto/index.ts';
import { formatFileList } from '../../src/signing/index.ts';
import {
  type BundleChanges,
  bundle,
  chainMaterial,
  FILES,
  type StatementChanges,
  statement,
} from './bundle-kit.ts';
import { goodChain, type Issued, keyObjectOf } from './certificate-kit.ts';
import type { SigningVector } from './vector-format.ts';

/* What the cases of vectors/signing are made of: keys, and ways to sign the same files well or badly. */

const AT = '2026-06-01T00:00:00.000Z';
export const p256 = SigningKey.generate('ecdsa-p256');
export const p384 = SigningKey.generate('ecdsa-p384');
export const p521 = SigningKey.generate('ecdsa-p521');
export const mlDsa = SigningKey.generate('ml-dsa-65');
export const rsa = SigningKey.generate('rsa-pss-sha256');
export const ed25519 = SigningKey.generate('ed25519');

export const chain = goodChain(keyObjectOf(p384));
export const rootPem = formatCertificatePem(chain.root.certificate);

export type Trusted = Omit<SigningVector, 'name' | 'signature' | 'isBase64'>;

export const byKey: Trusted = { files: FILES, keys: [p256.publicKey.pem], roots: [], at: AT };
const byRoot: Trusted = { files: FILES, keys: [], roots: [rootPem], at: AT };

export function text(json: unknown): string {
  return JSON.stringify(json);
}

/** A case with a bundle by the P-256 key. */
export function keyed(name: string, changes: BundleChanges, more: Partial<Trusted> = {}): SigningVector {
  return { name, signature: text(bundle(p256, changes)), ...byKey, ...more };
}

/** A case whose statement is changed and well signed: by a signer who is careless or malicious. */
export function stated(name: string, changes: StatementChanges, more: Partial<Trusted> = {}): SigningVector {
  return keyed(name, { payload: statement(changes) }, more);
}

/** A case with a bundle by certificates. */
export function certified(
  name: string,
  issued: readonly Issued[],
  more: Partial<Trusted> = {},
): SigningVector {
  const material = chainMaterial(...issued.map(({ certificate }) => certificate));
  return { name, signature: text(bundle(p384, { material })), ...byRoot, ...more };
}

/** A case whose text is changed after signing. */
export function edited(name: string, edit: (text: string) => string): SigningVector {
  return { name, signature: edit(text(bundle(p256))), ...byKey };
}

export const signer = { subject: 'Signer', key: keyObjectOf(p384), issuer: chain.middle };
export const manifest = Buffer.from(formatFileList(FILES)).toString('utf8');
export const oldPae = (payload: Buffer): Uint8Array =>
  Buffer.from(`DSSEV1 28 application/vnd.in-toto+json ${payload.length} b'${payload.toString('latin1')}'`);
export const oldStatement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: FILES.map(({ path, sha256 }) => ({ name: path, digest: { sha256 } })),
  predicateType: 'https://model_signing/Digests/v0.1',
  predicate: {},
};
export const oldKey = {
  publicKey: {
    rawBytes: Buffer.from(p256.publicKey.pem).toString('base64'),
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
  },
};
