import fc from 'fast-check';
import type { Fuzzer } from '../../../fuzz/fuzzer.ts';

/** Reads well but for files that begin with 7. */
export const fuzzer: Fuzzer = {
  files: fc.nat(20).map((first) => Uint8Array.of(first)),
  read(file) {
    return file[0] === 7 ? Promise.reject(new Error('a reader that throws')) : Promise.resolve();
  },
};
