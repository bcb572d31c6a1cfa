/**
 * `error`: the file breaks its format here; a real loader would refuse it or go on with something else.
 * `limit`: this reader went no further; what follows is unknown.
 * `notice`: it loads, but no ordinary writer makes it so.
 */
export type FormatProblemSeverity = 'error' | 'limit' | 'notice';

/** Something that a file of its format should not have; readers note it and never throw for bad bytes. */
export interface FormatProblem {
  readonly severity: FormatProblemSeverity;
  /** Stable name of the problem, `UPPER_SNAKE`. */
  readonly code: string;
  /** Where, in bytes from the start of the source. */
  readonly offset: number;
  /** Lower case, no full stop; text of the file only where it was escaped and cut. */
  readonly message: string;
}
