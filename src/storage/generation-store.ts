/** A small file as one of its generations. */
export interface Generation {
  readonly generation: number;
  readonly bytes: Uint8Array;
}

/**
 * Small files (keyring, root seals, configuration) that change by whole generations: the newest wins, older ones
 * stay as the backup before overwriting. Untrusted like every storage port. Throws `STORAGE_DENIED`,
 * `STORAGE_FULL`, `STORAGE_PATH_UNSAFE`.
 */
export interface GenerationStore {
  /** The newest generation; `undefined` when there is none. Throws `STORAGE_TOO_LARGE` over the driver's limit. */
  latest(name: string): Promise<Generation | undefined>;
  /** Durable compare-and-swap: publishes `expected + 1` (expected 0 = first). Throws `STORAGE_CONFLICT`. */
  publish(name: string, bytes: Uint8Array, expected: number): Promise<void>;
  /** Removes all generations but the newest `keep`. */
  prune(name: string, keep: number): Promise<void>;
}
