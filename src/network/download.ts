import type { ConnectionDeps } from './open-connection.ts';
import type { NetworkRequest } from './policy.ts';

/** A file to fetch, and how to know that it is the right one. */
export interface DownloadRequest extends NetworkRequest {
  /** SHA-256 of the file, lower-case hex, from somebody else than the host. */
  readonly sha256: string;
  /** Size in bytes, where it is known. */
  readonly size?: number;
  readonly onProgress?: (received: number, total: number | undefined) => void;
  /** Told before each try to go on after a cut. */
  readonly onResume?: (event: {
    readonly at: number;
    readonly attempt: number;
    readonly reason: string;
  }) => void;
}

/** A digest taken over bytes that come piece by piece. */
export interface RunningDigest {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

/** What a download is made with. */
export interface DownloadDeps extends ConnectionDeps {
  readonly createHasher: (name: 'sha256') => RunningDigest;
}

/** A file that has begun to arrive. Close it, whether it was read or not. */
export interface Download extends AsyncDisposable {
  /** Size in bytes as the host announced it. */
  readonly size: number | undefined;
  /** Where the file comes from after all redirects, without query. */
  readonly from: string;
  /**
   * The bytes, once. It ends only when size and digest are right: what differs makes it throw
   * `NETWORK_DIGEST_MISMATCH` or `NETWORK_SIZE_MISMATCH` before its end, so whoever stores it stores nothing. A cut
   * connection is resumed where that is safe. Throws too `NETWORK_TOO_LARGE`, `NETWORK_CHANGED`, `NETWORK_CUT` and
   * as `guardedFetch` and `readBody` do.
   */
  read(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
