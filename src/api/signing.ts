import type { Passphrase } from '../bytes/index.ts';
import type { ModelName, VersionRef } from './names.ts';

/** A key that signs versions, or somebody else's whose signatures may count. */
export interface SigningKey {
  /** SHA-256 over the public key as PEM, lower-case hex. */
  readonly id: string;
  readonly name: string;
  readonly algorithm: string;
  /** SubjectPublicKeyInfo as PEM. */
  readonly publicKey: string;
  readonly validFrom: string;
  readonly validUntil: string;
  readonly revokedAt?: string;
  readonly revokedBecause?: string;
  /** Whether the strongroom can sign with it. */
  readonly hasPrivateKey: boolean;
  /** Certificates that its signatures carry. */
  readonly certificates: number;
  readonly createdAt: string;
}

/** When a key is in force; by default from now on, for a year. */
export interface KeyValidity {
  /** ISO 8601 UTC with milliseconds. */
  readonly validFrom?: string;
  readonly validUntil?: string;
}

export interface SigningKeysApi {
  list(): Promise<readonly SigningKey[]>;
  /** Makes a key, kept sealed. Algorithms: `ecdsa-p256`, `-p384`, `-p521`, `ml-dsa-65`, `ed25519`, `rsa-pss-sha256`. */
  generate(input: KeyValidity & { readonly name: string; readonly algorithm?: string }): Promise<SigningKey>;
  /**
   * Takes over a private key (PEM or PKCS#8, under a passphrase where it is) or a public one, to verify only. Throws
   * `SIGNING_KEY_INVALID`, `SIGNING_KEY_EXISTS`, `KEY_REFUSED`.
   */
  import(
    input: KeyValidity & {
      readonly name: string;
      readonly key: Uint8Array;
      readonly passphrase?: Passphrase;
      /** PEM, its own first. */
      readonly certificates?: Uint8Array;
    },
  ): Promise<SigningKey>;
  /** From `at` on (by default now) nothing that it signed counts. Set it back to when it may first have been abused. */
  revoke(input: { readonly id: string; readonly reason: string; readonly at?: string }): Promise<SigningKey>;
}

/** A signature of a version, as it stands today. */
export interface VersionSignature {
  /** SHA-256 of the signature file, lower-case hex. */
  readonly id: string;
  readonly content: Uint8Array;
  readonly addedAt: string;
  readonly addedBy: string;
  /** Who signed, by the namespace's policy; absent when it does not count. */
  readonly signer?: string;
  /** Why it does not count. */
  readonly reason?: string;
}

export interface SignaturesApi {
  /** Of a version in any state. */
  list(input: VersionRef): Promise<readonly VersionSignature[]>;
  /**
   * Signs a version with a key of the strongroom, from the digests that are stored. A version that waited only for its
   * signatures is available after that. Throws `SIGNING_KEY_MISSING`, `SIGNING_KEY_EXPIRED`, `SIGNING_KEY_REVOKED`.
   */
  sign(input: {
    readonly model: ModelName;
    readonly version: number;
    readonly keyId: string;
  }): Promise<VersionSignature>;
  /** Adds a signature that was made elsewhere. Throws the `SIGNATURE_…` errors when it does not count. */
  add(input: {
    readonly model: ModelName;
    readonly version: number;
    readonly content: Uint8Array;
  }): Promise<VersionSignature>;
}
