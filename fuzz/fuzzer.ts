import type fc from 'fast-check';

/** How one reader of src/formats (or the whole scan) is fed and held to what it promises. */
export interface Fuzzer {
  /** Files that the reader gets far into: built by its grammar, with lies where its format allows them. */
  readonly files: fc.Arbitrary<Uint8Array>;
  /** Reads the file in every way there is; rejects when the reader breaks its contract. */
  read(file: Uint8Array): Promise<void>;
  /** Most that may be asked of memory at once while reading; absent: `DEFAULT_MAX_ALLOCATION_BYTES`. */
  readonly maxAllocationBytes?: number;
}

/** Files of the fuzzers have kilobytes; whoever asks for so much at once has believed a length. */
export const DEFAULT_MAX_ALLOCATION_BYTES = 1 << 24;
