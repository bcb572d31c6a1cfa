import type { ByteSource } from '../../bytes/index.ts';
import type { FormatProblem } from '../problem.ts';

/** What a decompressor reads, and where it notes what is wrong. */
export interface CompressedInput {
  readonly source: ByteSource;
  /** Where the compressed bytes begin in the source. */
  readonly start: number;
  note(problem: FormatProblem): void;
}

/**
 * Gives the content in chunks of its own memory and ends where the compressed data ends or breaks, having noted why;
 * what came before a break is given, as a loader that reads as it goes would see it. Returns the offset behind the
 * last byte that belongs to the format. Memory is bounded whatever the input says; throws only what the source does.
 */
export type Decoder = (input: CompressedInput) => AsyncGenerator<Uint8Array, number>;

/** Ends a decoding from within. Never leaves the readers. */
export class DecodeHalt extends Error {
  readonly severity: 'error' | 'limit';
  readonly code: string;

  constructor(code: string, message: string, severity: 'error' | 'limit' = 'error') {
    super(message);
    this.code = code;
    this.severity = severity;
  }
}

/** Turns the end of a decoding from within into a problem; anything else is rethrown. */
export function noteHalt(error: unknown, input: CompressedInput, offset: number): void {
  if (!(error instanceof DecodeHalt)) throw error;
  input.note({ severity: error.severity, code: error.code, offset, message: error.message });
}

/** Runs a step of a decoding; how it ended it from within, so that what it decoded before can be given first. */
export function haltOf(step: () => void): DecodeHalt | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    if (error instanceof DecodeHalt) return error;
    throw error;
  }
}
