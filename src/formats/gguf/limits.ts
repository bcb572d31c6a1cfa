/** How much of a hostile GGUF header is followed. */
export interface GgufLimits {
  /** Metadata entries and tensors; the largest models have a few thousand tensors. */
  readonly maxEntries: number;
  /** Strings that are kept, each, in bytes; longer ones are known by place and length. */
  readonly maxHeldBytes: number;
  /** All strings that are kept, together, in bytes. */
  readonly maxHeldBytesTotal: number;
  /** Elements of arrays of strings, which must be walked one by one. */
  readonly maxStrings: number;
}

/** Vocabularies have up to half a million strings. */
export const DEFAULT_GGUF_LIMITS: GgufLimits = {
  maxEntries: 200_000,
  maxHeldBytes: 1 << 22,
  maxHeldBytesTotal: 1 << 25,
  maxStrings: 8_000_000,
};
