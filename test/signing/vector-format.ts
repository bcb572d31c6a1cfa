import type { FileDigest } from '../../src/signing/index.ts';

/** One case of vectors/signing: what is verified against what, and what must come of it. */
export interface SigningVector {
  readonly name: string;
  /** The signature file as text, or as base64 where it is no text. */
  readonly signature: string;
  readonly isBase64?: boolean;
  readonly files: readonly FileDigest[];
  /** Public keys that are trusted, PEM. */
  readonly keys: readonly string[];
  /** Roots that are trusted, PEM. */
  readonly roots: readonly string[];
  readonly at: string;
  readonly options?: {
    readonly shape?: 'file' | 'folder';
    readonly ignorePaths?: readonly string[];
    readonly ignoreGitPaths?: boolean;
    readonly unsignedFiles?: 'refuse' | 'report';
    readonly allowOldFormats?: boolean;
  };
  /** The canonical text that a detached signature is over, instead of a bundle over files. */
  readonly manifest?: string;
  /** The code of the refusal; absent in accept vectors. */
  readonly error?: string;
}
