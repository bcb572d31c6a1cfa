/** How much of a hostile file is followed. */
export interface SafetensorsLimits {
  /** Size of the header, in bytes; the format itself allows a hundred million. */
  readonly maxHeaderBytes: number;
  /** JSON values in the header; a tensor takes about eight. */
  readonly maxHeaderValues: number;
}

/** The format's own limit on bytes, and enough values for two hundred thousand tensors. */
export const DEFAULT_SAFETENSORS_LIMITS: SafetensorsLimits = {
  maxHeaderBytes: 100_000_000,
  maxHeaderValues: 2_000_000,
};
