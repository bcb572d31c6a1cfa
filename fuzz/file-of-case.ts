import fc from 'fast-check';
import type { Fuzzer } from './fuzzer.ts';

/** The file of a case: the same for the same seed and number, whoever asks. */
export function fileOfCase(fuzzer: Fuzzer, { seed, index }: { seed: number; index: number }): Uint8Array {
  // Neighbouring seeds give unrelated files; the multiplier is odd, so that no two numbers of a seed meet.
  const mixed = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)) | 0;
  const [file] = fc.sample(fuzzer.files, { seed: mixed, numRuns: 1 });
  if (file === undefined) throw new Error('no file was made');
  return file;
}
