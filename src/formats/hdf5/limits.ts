/** How much of a hostile HDF5 file is followed. */
export interface Hdf5Limits {
  /** Groups and datasets together. */
  readonly maxObjects: number;
  /** Header messages, tree nodes, heap objects, links: every step of the walk. */
  readonly maxSteps: number;
  /** Longest attribute text that is kept, in bytes; configurations have a few megabytes. */
  readonly maxTextBytes: number;
}

/** A model of a thousand layers has about ten thousand objects. */
export const DEFAULT_HDF5_LIMITS: Hdf5Limits = {
  maxObjects: 1_000_000,
  maxSteps: 20_000_000,
  maxTextBytes: 1 << 26,
};
