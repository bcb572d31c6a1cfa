/** How much of a hostile JSON text is followed (CWE-400, CWE-674). */
export interface JsonLimits {
  /** Size of the whole text, in bytes. */
  readonly maxBytes: number;
  /** How deep arrays and objects nest; no model file of ours goes beyond 40. */
  readonly maxDepth: number;
  /** Values of all kinds but numbers, together; a tokenizer with merges has about a million. */
  readonly maxValues: number;
  /** Numbers, together; the trees of a model have many. */
  readonly maxNumbers: number;
  /** Longest string or number, in bytes of the text. */
  readonly maxTokenBytes: number;
  /** Keys of all objects that are open at once, kept to find duplicates. */
  readonly maxOpenKeys: number;
}

/** Wide enough for the largest tokenizers. */
export const DEFAULT_JSON_LIMITS: JsonLimits = {
  maxBytes: 1 << 30,
  maxDepth: 200,
  maxValues: 4_000_000,
  maxNumbers: 4_000_000,
  maxTokenBytes: 1 << 24,
  maxOpenKeys: 1_000_000,
};
