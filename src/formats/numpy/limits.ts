/** How much of a hostile array file is followed (CWE-400). */
export interface NpyLimits {
  /** Longest header, in bytes; NumPy itself refuses more than 10,000 characters when it trusts the file the least. */
  readonly maxHeaderBytes: number;
  /** Longest header that is read all the same, to say what is in it, in bytes. */
  readonly maxHeldHeaderBytes: number;
  /** How deep types nest in one another. */
  readonly maxTypeDepth: number;
  /** Dimensions of an array; NumPy 2 takes 64. */
  readonly maxDimensions: number;
}

export const DEFAULT_NPY_LIMITS: NpyLimits = {
  maxHeaderBytes: 10_000,
  maxHeldHeaderBytes: 1 << 20,
  maxTypeDepth: 16,
  maxDimensions: 64,
};
