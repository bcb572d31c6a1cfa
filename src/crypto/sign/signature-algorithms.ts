import { constants, type KeyObject } from 'node:crypto';

/** How we sign. The key decides; nothing that a signature says about itself does. */
export type SignatureAlgorithm =
  | 'ecdsa-p256'
  | 'ecdsa-p384'
  | 'ecdsa-p521'
  | 'rsa-pss-sha256'
  | 'ed25519'
  | 'ml-dsa-65';

/** One algorithm: which keys are of it, and what node:crypto is told. */
export interface SignatureRow {
  readonly name: SignatureAlgorithm;
  /** The digest that node:crypto takes first; `null` where the algorithm takes the message itself. */
  readonly digest: 'sha256' | 'sha384' | 'sha512' | null;
  /** Order of the curve, for ECDSA only. */
  readonly order?: bigint;
  /** Options that node:crypto takes beside the key. */
  readonly options: { readonly padding?: number; readonly saltLength?: number };
}

/** Salt of RSA-PSS in bytes: as long as the digest (RFC 8017 §9.1). */
const RSA_PSS_SALT_BYTES = 32;
/** Below this RSA does not reach 128 bits of strength (NIST SP 800-57, table 2). */
export const MIN_RSA_BITS = 3072;
/** Beyond this an RSA key serves to keep the verifier busy. */
const MAX_RSA_BITS = 8192;

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALT_BYTES };

/** Every algorithm, by name. Orders of the curves: FIPS 186-5, SP 800-186 §3.2.1. */
export const SIGNATURE_ROWS: Readonly<Record<SignatureAlgorithm, SignatureRow>> = {
  'ecdsa-p256': {
    name: 'ecdsa-p256',
    digest: 'sha256',
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    options: {},
  },
  'ecdsa-p384': {
    name: 'ecdsa-p384',
    digest: 'sha384',
    order:
      0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    options: {},
  },
  'ecdsa-p521': {
    name: 'ecdsa-p521',
    digest: 'sha512',
    order:
      0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    options: {},
  },
  'rsa-pss-sha256': { name: 'rsa-pss-sha256', digest: 'sha256', options: PSS },
  ed25519: { name: 'ed25519', digest: null, options: {} },
  'ml-dsa-65': { name: 'ml-dsa-65', digest: null, options: {} },
};

const CURVES: Readonly<Record<string, SignatureAlgorithm>> = {
  prime256v1: 'ecdsa-p256',
  secp384r1: 'ecdsa-p384',
  secp521r1: 'ecdsa-p521',
};

/** The algorithm of a key, or in words why there is none for it. */
export function algorithmOfKey(key: KeyObject): SignatureRow | string {
  const type: string = key.asymmetricKeyType ?? 'unknown';
  switch (type) {
    case 'ec': {
      const curve = key.asymmetricKeyDetails?.namedCurve;
      const name = curve !== undefined && Object.hasOwn(CURVES, curve) ? CURVES[curve] : undefined;
      return name === undefined
        ? `the curve ${curve ?? 'without a name'} is not one of P-256, P-384, P-521`
        : SIGNATURE_ROWS[name];
    }
    case 'rsa':
    case 'rsa-pss':
      return rsaWeakness(key) ?? SIGNATURE_ROWS['rsa-pss-sha256'];
    case 'ed25519':
    case 'ml-dsa-65':
      return SIGNATURE_ROWS[type];
    default:
      return `keys of type ${type} are not supported`;
  }
}

function rsaWeakness(key: KeyObject): string | undefined {
  const details = key.asymmetricKeyDetails ?? {};
  const { modulusLength = 0, publicExponent = 0n } = details;
  if (modulusLength < MIN_RSA_BITS) return `an RSA key of ${modulusLength} bits is too short`;
  if (modulusLength > MAX_RSA_BITS) return `an RSA key of ${modulusLength} bits is too long`;
  if (publicExponent < 65537n || publicExponent % 2n === 0n || publicExponent >= 1n << 32n) {
    return 'the public exponent of the RSA key is unusual';
  }
  const { hashAlgorithm, mgf1HashAlgorithm, saltLength } = details;
  // A key of type rsa-pss may be bound to parameters (RFC 4055 §3.1); ours must be allowed by them.
  if (hashAlgorithm === undefined) return undefined;
  const isOurs = hashAlgorithm === 'sha256' && mgf1HashAlgorithm === 'sha256';
  return isOurs && saltLength === RSA_PSS_SALT_BYTES
    ? undefined
    : 'the RSA-PSS key is bound to other parameters than SHA-256 with a salt of 32 bytes';
}
