/** How much of a hostile template is followed. */
export interface JinjaLimits {
  /** Length of the template, in UTF-16 units; the longest of our corpus has thirty thousand. */
  readonly maxChars: number;
  /** Tokens, and with them nodes of the tree. */
  readonly maxTokens: number;
  /** How deep statements and expressions nest, and how long one chain of operators is. */
  readonly maxDepth: number;
}

/** Ten times what real chat templates need. */
export const DEFAULT_JINJA_LIMITS: JinjaLimits = { maxChars: 1 << 20, maxTokens: 200_000, maxDepth: 120 };
