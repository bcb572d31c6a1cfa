import type { Certificate, PublicKey, SignatureAlgorithm } from '../crypto/index.ts';
import type { TrustedChain } from './certificate-chain.ts';

/** Who has signed, after the signature was verified. */
export type Signer =
  | {
      readonly kind: 'key';
      /** SHA-256 over the key's PEM text, lower-case hex. */
      readonly keyId: string;
      readonly algorithm: SignatureAlgorithm;
    }
  | {
      readonly kind: 'certificate';
      readonly keyId: string;
      readonly algorithm: SignatureAlgorithm;
      /** `email:…`, `uri:…`, `dns:…` and `subject:…`: what a policy may name. Hostile text. */
      readonly identities: readonly string[];
      readonly subject: string;
      readonly issuer: string;
      readonly serial: string;
      /** SHA-256 of the certificate, and of the root that it leads to. */
      readonly fingerprint: string;
      readonly rootFingerprint: string;
      /** ISO 8601 UTC. */
      readonly notBefore: string;
      readonly notAfter: string;
    };

/** The signer behind a key. */
export function signerOfKey({ id, algorithm }: PublicKey): Signer {
  return { kind: 'key', keyId: id, algorithm };
}

/** The signer behind a chain that holds. */
export function signerOfChain({ leaf, root }: TrustedChain, { id, algorithm }: PublicKey): Signer {
  return {
    kind: 'certificate',
    keyId: id,
    algorithm,
    identities: identitiesOf(leaf),
    subject: leaf.subject,
    issuer: leaf.issuer,
    serial: leaf.serial,
    fingerprint: leaf.fingerprint,
    rootFingerprint: root.fingerprint,
    notBefore: new Date(leaf.notBefore).toISOString(),
    notAfter: new Date(leaf.notAfter).toISOString(),
  };
}

function identitiesOf({ subject, extensions }: Certificate): readonly string[] {
  const names = extensions.alternativeNames.flatMap((name) =>
    name.kind === 'directory' || name.kind === 'other' ? [] : [`${name.kind}:${name.value}`],
  );
  return subject === '' ? names : [...names, `subject:${subject}`];
}
