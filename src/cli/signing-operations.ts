import type { LongRunning } from '../api/index.ts';
import type { Passphrase, SecretBytes } from '../bytes/index.ts';
import type { Signer } from '../signing/index.ts';

/** Which files of a path are signed: all, but those that are ignored. */
export interface SignedFiles {
  /** A file, or a folder with all that is in it. */
  readonly path: string;
  /** Relative to the folder. */
  readonly ignorePaths: readonly string[];
  /** Leaves out git's own files at the top of a folder, as model_signing does. */
  readonly ignoreGitPaths: boolean;
}

/** What `sign` signs, with what, and where to. */
export interface SignPathInput extends LongRunning, SignedFiles {
  /** The private key, as its file holds it. */
  readonly key: SecretBytes;
  readonly passphrase?: Passphrase;
  /** PEM files, the signer's certificate first. */
  readonly certificateFiles: readonly string[];
  /** `force` replaces what is there. */
  readonly output: { readonly path: string; readonly force: boolean };
}

/** A signature that was written. */
export interface WrittenSignature {
  readonly kind: 'bundle' | 'detached';
  readonly keyId: string;
  readonly algorithm: string;
  readonly files: number;
  readonly bytes: number;
  readonly ignoredPaths: readonly string[];
}

/** What `verify-signature` checks, and whom it trusts. */
export interface VerifyPathInput extends LongRunning, SignedFiles {
  readonly signatureFile: string;
  /** Files with one public key each. */
  readonly publicKeyFiles: readonly string[];
  /** PEM files with roots. */
  readonly rootFiles: readonly string[];
  /** Of a certificate's identities one must be among these, where there are any. */
  readonly identities: readonly string[];
  /** A time at which the signature is known to have existed. */
  readonly at: Date;
  readonly allowUnsignedFiles: boolean;
  readonly allowOldFormats: boolean;
}

/** A signature that holds. */
export interface CheckedSignature {
  readonly kind: 'bundle' | 'detached';
  readonly signer: Signer;
  readonly signedFiles: number;
  readonly ignoredFiles: readonly string[];
  readonly unsignedFiles: readonly string[];
  /** Absent with a detached signature. Lower-case hex. */
  readonly root?: string;
}

/** A certificate as a trust policy names it. */
export interface NamedCertificate {
  /** SHA-256 of its DER, lower-case hex. */
  readonly fingerprint: string;
  /** Base64 of its DER. */
  readonly der: string;
}

/** Signatures over files, without a home. */
export interface SigningOperations {
  /** Throws `SIGNING_KEY_INVALID`, `KEY_REFUSED`, `CERTIFICATE_…`, and what reading and writing throws. */
  signPath(input: SignPathInput): Promise<WrittenSignature>;
  /** The certificates in PEM files. Throws `CERTIFICATE_…`, and what reading throws. */
  readCertificates(paths: readonly string[]): Promise<readonly NamedCertificate[]>;
  /** Throws `SIGNATURE_…`, `CERTIFICATE_…`, and what reading throws. */
  verifyPath(input: VerifyPathInput): Promise<CheckedSignature>;
}
