import type { ByteRange, ByteSource, Passphrase } from '../bytes/index.ts';
import type { AccessCodeUnlocker } from './access-code.ts';
import type { ContainerHeader } from './container-header.ts';
import type { Identity } from './recipient.ts';
import type { SegmentPool } from './segment-pool.ts';

/** Which blob is expected; found out before a key is tried. */
export interface ExpectedBlob {
  readonly vault: string;
  readonly blob: string;
  /** The newest generation of the header that the caller knows of. */
  readonly minGeneration?: number | undefined;
}

export interface OpenRequest {
  readonly header: ContainerHeader;
  /** The payload. It stays the caller's and must stay open until the opened payload is closed. */
  readonly source: ByteSource;
  readonly identities: readonly Identity[];
  readonly accessCode?: Passphrase | AccessCodeUnlocker | undefined;
  readonly expected?: ExpectedBlob | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A payload whose key, header and end were verified. Close it to forget its key. */
export interface OpenedPayload {
  readonly name: string;
  /** Of the plaintext, in bytes. */
  readonly size: number;
  /** SHA-256 of the plaintext as it was sealed, lower-case hex. */
  readonly sha256: string;
  readonly sha512?: string;
  /**
   * The plaintext, or a range of it: every chunk is yielded after it was verified and belongs to the caller.
   * Throws `INPUT_INVALID` for a range outside the file, `CONTAINER_TAMPERED` where the payload was changed,
   * `ABORTED`. A payload that is not encrypted is verified only by reading it whole: its last chunk is held back
   * until its digest fits.
   */
  read(range?: ByteRange): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a payload. When it resolves, header, metadata and the payload's last segment (thus its length) are verified.
 * Throws `CONTAINER_MISPLACED`, `CONTAINER_ROLLED_BACK`, `CONTAINER_TRUNCATED`, `CONTAINER_TAMPERED`,
 * `CONTAINER_LIMIT`, `KEY_REFUSED`, `ACCESS_CODE_REQUIRED`, and what the source throws.
 */
export declare function openPayload(
  request: OpenRequest,
  engine: { readonly pool: SegmentPool },
): Promise<OpenedPayload>;
