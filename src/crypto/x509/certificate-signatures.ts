import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { bufferView, toHex } from '../../bytes/index.ts';

/** How an authority signed: what node:crypto is told, and the type of key it takes. */
interface CertificateSignature {
  readonly keyType: 'rsa' | 'ec' | 'ed25519' | 'ml-dsa-65';
  readonly digest: 'sha256' | 'sha384' | 'sha512' | null;
  readonly options: { readonly padding?: number; readonly saltLength?: number };
}

/** Below 2048 bits an RSA key of an authority is refused, as everywhere since 2014. */
const MIN_AUTHORITY_RSA_BITS = 2048;
const MAX_AUTHORITY_RSA_BITS = 8192;
const CURVES: readonly (string | undefined)[] = ['prime256v1', 'secp384r1', 'secp521r1'];

const pss = (saltLength: number): CertificateSignature['options'] => ({
  padding: constants.RSA_PKCS1_PSS_PADDING,
  saltLength,
});

/**
 * The `AlgorithmIdentifier`s that we accept, whole, as the hex of their DER (RFC 4055, 5758, 8410, 9881): with exactly
 * these parameters, so that there is nothing in them to be read in another way. MD5 and SHA-1 are not among them.
 */
const SIGNATURES: Readonly<Record<string, CertificateSignature>> = {
  '300d06092a864886f70d01010b0500': { keyType: 'rsa', digest: 'sha256', options: {} },
  '300d06092a864886f70d01010c0500': { keyType: 'rsa', digest: 'sha384', options: {} },
  '300d06092a864886f70d01010d0500': { keyType: 'rsa', digest: 'sha512', options: {} },
  '304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120':
    { keyType: 'rsa', digest: 'sha256', options: pss(32) },
  '304106092a864886f70d01010a3034a00f300d06096086480165030402020500a11c301a06092a864886f70d010108300d06096086480165030402020500a203020130':
    { keyType: 'rsa', digest: 'sha384', options: pss(48) },
  '304106092a864886f70d01010a3034a00f300d06096086480165030402030500a11c301a06092a864886f70d010108300d06096086480165030402030500a203020140':
    { keyType: 'rsa', digest: 'sha512', options: pss(64) },
  '300a06082a8648ce3d040302': { keyType: 'ec', digest: 'sha256', options: {} },
  '300a06082a8648ce3d040303': { keyType: 'ec', digest: 'sha384', options: {} },
  '300a06082a8648ce3d040304': { keyType: 'ec', digest: 'sha512', options: {} },
  '300506032b6570': { keyType: 'ed25519', digest: null, options: {} },
  '300b0609608648016503040312': { keyType: 'ml-dsa-65', digest: null, options: {} },
};

/** A certificate's signed part, what it was signed with, and the key that is said to have done it. */
export interface SignedPart {
  readonly signed: Uint8Array;
  /** `AlgorithmIdentifier` as DER. */
  readonly algorithm: Uint8Array;
  readonly signature: Uint8Array;
  /** SubjectPublicKeyInfo of the issuer as DER. */
  readonly issuerKey: Uint8Array;
}

/** Whether the issuer's key made this signature; in words why not, where it is not for the signature itself. */
export function checkCertificateSignature({
  signed,
  algorithm,
  signature,
  issuerKey,
}: SignedPart): true | string {
  const id = toHex(algorithm);
  const row = Object.hasOwn(SIGNATURES, id) ? SIGNATURES[id] : undefined;
  if (row === undefined) return 'is signed with an algorithm that is weak or unknown';
  const key = importAuthorityKey(issuerKey);
  if (key?.asymmetricKeyType !== row.keyType) return 'is signed with another kind of key than its issuer has';
  if (isWeak(key)) return 'has an issuer whose key is weak';
  return (
    verify(row.digest, signed, { key, ...row.options }, signature) ||
    'has a signature that its issuer did not make'
  );
}

function importAuthorityKey(spki: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: bufferView(spki), format: 'der', type: 'spki' });
  } catch {
    // A key that OpenSSL cannot read has signed nothing.
    return undefined;
  }
}

function isWeak(key: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'ec') return !CURVES.includes(namedCurve);
  if (key.asymmetricKeyType !== 'rsa') return false;
  const isSized = modulusLength >= MIN_AUTHORITY_RSA_BITS && modulusLength <= MAX_AUTHORITY_RSA_BITS;
  return !isSized || publicExponent < 65537n || publicExponent >= 1n << 32n;
}
