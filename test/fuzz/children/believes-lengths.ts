import fc from 'fast-check';
import type { Fuzzer } from '../../../fuzz/fuzzer.ts';

/** Reads well but for files that begin with 7. */
export const fuzzer: Fuzzer = {
  files: fc.nat(20).map((first) => Uint8Array.of(first)),
  read(file) {
    const size = file[0] === 7 ? 2 ** 30 : 10;
    return new Uint8Array(size).length === size ? Promise.resolve() : Promise.reject(new Error('unequal'));
  },
};
