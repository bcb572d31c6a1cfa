/** How much of a hostile zip is followed (CWE-400, CWE-409). Reaching one is a problem of severity `limit`. */
export interface ZipLimits {
  /** Members of one archive, hidden ones included. */
  readonly maxMembers: number;
  /** Bytes of the central directory. */
  readonly maxDirectoryBytes: number;
  /** Bytes between members that are searched for hidden ones, all gaps together. */
  readonly maxGapBytes: number;
  /** Problems noted; the rest are counted by the first. */
  readonly maxProblems: number;
}

/** Wide enough for a checkpoint of a hundred thousand tensors. */
export const DEFAULT_ZIP_LIMITS: ZipLimits = {
  maxMembers: 200_000,
  maxDirectoryBytes: 1 << 26,
  maxGapBytes: 1 << 26,
  maxProblems: 500,
};
