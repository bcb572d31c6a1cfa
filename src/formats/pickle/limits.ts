/**
 * How much of a hostile pickle is followed (CWE-400, CWE-789). Reaching one ends the reading with a finding of
 * severity `limit`; it never throws.
 */
export interface PickleLimits {
  /** Operations of one stream; a million take less than half a second. */
  readonly maxOperations: number;
  /** Values on the stack at once; CPython pickles containers in batches of a thousand, tuples in one go. */
  readonly maxStack: number;
  /** Marks open at once: how deep containers under construction nest. */
  readonly maxMarks: number;
  /** Memo entries of one stream. */
  readonly maxMemo: number;
  /** Imports, calls and changes noted for one stream. */
  readonly maxEffects: number;
  /** Length of one text line of protocols 0 and 1, in bytes. */
  readonly maxLineBytes: number;
  /** Longest counted string or bytes copied out of a file, in bytes; longer ones are known by place and length. */
  readonly maxHeldBytes: number;
  /** All that is copied out of a file for one stream, together, in bytes. */
  readonly maxHeldBytesTotal: number;
  /** Longest integer that is evaluated, in bytes of its representation; quadratic work hides behind long ones. */
  readonly maxIntegerBytes: number;
  /** Operations with shorter strings or bytes than this are not told to a sink of constants. */
  readonly minConstantBytes: number;
  /** Streams read one after another out of one source. */
  readonly maxStreams: number;
  /** Findings noted per stream; the rest are dropped, and the first says enough. */
  readonly maxFindings: number;
}

/** Wide enough for every model file of our tests, small enough for a machine with 512 MiB. */
export const DEFAULT_PICKLE_LIMITS: PickleLimits = {
  maxOperations: 4_000_000,
  maxStack: 1_000_000,
  maxMarks: 10_000,
  maxMemo: 1_000_000,
  maxEffects: 1_000_000,
  maxLineBytes: 1 << 24,
  maxHeldBytes: 1 << 24,
  maxHeldBytesTotal: 1 << 26,
  maxIntegerBytes: 8192,
  minConstantBytes: 20,
  maxStreams: 1000,
  maxFindings: 200,
};
