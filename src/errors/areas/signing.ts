import type { ErrorEntry } from '../kinds.ts';

export const SIGNING_ERRORS = {
  SIGNATURE_MALFORMED: {
    kind: 'damaged',
    hint: 'this is not a signature that strongroom or model_signing wrote; fetch it again from the signer',
  },
  SIGNATURE_UNSUPPORTED: {
    kind: 'invalid',
    hint: 'ask the signer for a bundle with files and sha256, made with a key or a certificate',
  },
  SIGNATURE_OUTDATED: {
    kind: 'invalid',
    hint: 'ask for a new signature; to read the old format all the same use --allow-old-formats',
  },
  SIGNATURE_INVALID: {
    kind: 'damaged',
    hint: 'the signature does not belong to this content or key; do not use the model',
  },
  SIGNATURE_MISMATCH: {
    kind: 'damaged',
    hint: 'the files are not the ones that were signed; do not use the model',
  },
  SIGNATURE_UNTRUSTED: {
    kind: 'forbidden',
    hint: 'name the key or certificate that may sign, after you made sure whose it is',
  },
  SIGNING_KEY_INVALID: {
    kind: 'invalid',
    hint: 'use an EC key on P-256, P-384 or P-521, Ed25519, ML-DSA-65, or RSA of 3072 bits and more',
  },
  SIGNING_KEY_EXPIRED: {
    kind: 'forbidden',
    hint: 'the key was not valid at that time; ask for a signature by the key in force',
  },
  SIGNING_KEY_REVOKED: {
    kind: 'forbidden',
    hint: 'the signer withdrew this key; ask for a signature by another one',
  },
  CERTIFICATE_MALFORMED: { kind: 'damaged', hint: 'fetch the certificate again from its authority' },
  CERTIFICATE_REFUSED: {
    kind: 'forbidden',
    hint: 'ask the signer for a code-signing certificate whose chain leads to a root that you trust',
  },
  CERTIFICATE_EXPIRED: {
    kind: 'forbidden',
    hint: 'name the time when the signature is known to have existed, or ask for a new one',
  },
  TRUST_POLICY_INVALID: { kind: 'invalid', hint: 'docs/spec/signing.md describes the policy' },
} as const satisfies Record<string, ErrorEntry>;
