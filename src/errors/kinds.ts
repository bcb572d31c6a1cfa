/** What sort of failure an error is; HTTP status and exit code are exhaustive maps over this. */
export type ErrorKind =
  /** the request itself is wrong */
  | 'invalid'
  /** nobody, or nobody known, is asking */
  | 'unauthenticated'
  /** known, but not allowed (or the wrong key) */
  | 'forbidden'
  /** not there, or not visible to this caller */
  | 'missing'
  /** somebody else was faster, or the state does not allow it */
  | 'conflict'
  /** stored bytes are not what was stored */
  | 'damaged'
  /** the content is dangerous */
  | 'unsafe'
  /** a limit was reached */
  | 'limited'
  /** the environment cannot serve right now: disk full, no permission, peer away */
  | 'unavailable'
  /** a fault of ours */
  | 'internal';

/** One row of the catalogue. */
export interface ErrorEntry {
  readonly kind: ErrorKind;
  /** What the user can do next: lower case, no full stop. */
  readonly hint: string;
}
