import type { ByteSource } from '../bytes/index.ts';

/** 16 random bytes as unpadded base64url: 22 characters. */
export type BlobId = string & { readonly brand: 'BlobId' };

/** A payload on its way in. Nothing is visible until `commit`. */
export interface BlobWriter {
  /** Appends. The bytes may be reused by the caller once the promise settles. */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Makes payload and header durable and visible together: all or nothing. A blob starts at generation 1; one that
   * is copied from another store keeps its own.
   */
  commit(header: Uint8Array, generation?: number): Promise<void>;
  /** Leaves no trace. Safe to call at any time, also after a failure; a no-op after `commit`. */
  abort(): Promise<void>;
}

/** One stored generation of a blob's header. */
export interface StoredHeader {
  readonly generation: number;
  readonly bytes: Uint8Array;
}

/** An open payload; verify what it gives. */
export interface PayloadSource extends ByteSource {
  close(): Promise<void>;
}

/**
 * Sealed files by id. It is untrusted: whatever it returns is verified by the container before anyone believes
 * it. Payloads are immutable; headers move in generations. Every method throws `STORAGE_DENIED`, `STORAGE_FULL`
 * or `STORAGE_PATH_UNSAFE` when the ground does.
 */
export interface BlobStore {
  /** Throws `STORAGE_CONFLICT` at commit when the id is taken. */
  create(id: BlobId): Promise<BlobWriter>;
  /** Throws `STORAGE_MISSING`. */
  open(id: BlobId): Promise<PayloadSource>;
  /** The newest header; `undefined` when there is no such blob. Throws `CONTAINER_LIMIT` for one over 64 KiB. */
  header(id: BlobId): Promise<StoredHeader | undefined>;
  /** Compare-and-swap: stores generation `expected + 1`; throws `STORAGE_CONFLICT` when `expected` is not the newest. */
  replaceHeader(id: BlobId, header: Uint8Array, expected: number): Promise<void>;
  /** Removes older generations of the header, so that what they wrapped is gone. */
  pruneHeaders(id: BlobId): Promise<void>;
  /** Headers first, then the payload. Not there is fine. */
  remove(id: BlobId): Promise<void>;
  list(): AsyncIterable<BlobId>;
  /** Removes what interrupted writers left behind, older than `olderThanMs`; returns how many. */
  sweep(olderThanMs: number): Promise<number>;
}
