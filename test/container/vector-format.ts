// The shape of vectors/container/*.json, for whoever writes or reads them. See docs/spec/container.md, "Vectors".

/** What opens a vector. */
export interface VectorKeys {
  /** Version 1 of the key `acme/churn`, 32 bytes as hex. */
  readonly kek?: string;
  readonly passphrase?: string;
  /** `AGE-SECRET-KEY-PQ-1…` */
  readonly identity?: string;
  readonly accessCode?: string;
}

/** A container and what is tried on it. */
export interface VectorParts {
  readonly keys: VectorKeys;
  /** The text of the header. */
  readonly header: string;
  /** base64url */
  readonly payload: string;
}

/** A container that opens. */
export interface AcceptVector extends VectorParts {
  readonly name: string;
  readonly fileName: string;
  /** base64url */
  readonly content: string;
}

/** What differs from the base, so that the container is refused when it is parsed, opened or read. */
export interface RejectVector extends Partial<VectorParts> {
  readonly name: string;
  readonly code: string;
}

/** A container that opens, and what must not be done to it. */
export interface RejectVectors {
  readonly base: VectorParts;
  readonly cases: readonly RejectVector[];
}
