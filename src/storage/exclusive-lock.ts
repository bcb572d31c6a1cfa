/** A lock between processes that the system takes back when its holder dies. */
export interface ExclusiveLock {
  /** Runs work under the lock; answers `undefined` at once, without running it, while another holds it. */
  tryWith<T>(work: () => Promise<T>): Promise<{ readonly result: T } | undefined>;
  close(): void;
}
