import fc from 'fast-check';
import type { Fuzzer } from '../../../fuzz/fuzzer.ts';

/** Reads well but for files that begin with 7. */
export const fuzzer: Fuzzer = {
  files: fc.nat(20).map((first) => Uint8Array.of(first)),
  read(file) {
    const held: number[][] = [];
    while (file[0] === 7) held.push(new Array<number>(1000).fill(held.length));
    return Promise.resolve();
  },
};
