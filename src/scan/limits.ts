/** What one scan may spend. Reaching any of them makes it inconclusive, never clean. */
export interface ScanLimits {
  /** Time, in milliseconds. */
  readonly maxMs: number;
  /** Containers inside containers. */
  readonly maxDepth: number;
  /** Members of all containers together. */
  readonly maxMembers: number;
  /** Bytes read of the file and bytes that come out of decompressors, together. */
  readonly maxBytes: number;
  /** Operations; one is about what a pickle opcode costs. */
  readonly maxOperations: number;
  /** Findings that a report lists; more are counted. */
  readonly maxFindings: number;
  /** Decompressed content that is held in memory per nesting, in bytes; longer content is decompressed again. */
  readonly maxHeldBytes: number;
}

/** Enough for the largest checkpoints, too little for a bomb to hurt. */
export const DEFAULT_SCAN_LIMITS: ScanLimits = {
  maxMs: 300_000,
  maxDepth: 8,
  maxMembers: 200_000,
  maxBytes: 2 ** 36,
  maxOperations: 200_000_000,
  maxFindings: 1000,
  maxHeldBytes: 1 << 24,
};
