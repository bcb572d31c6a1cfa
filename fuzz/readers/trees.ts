import fc from 'fast-check';
import { readCatboost, readLightgbm } from '../../src/formats/index.ts';
import { catboost, core, LIGHTGBM } from '../../test/formats/build/trees.ts';
import { changed, hostileName } from '../changed.ts';
import { flatBuffers } from '../flatbuffer-files.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { assertProblems, watchedSource } from '../watched-source.ts';

/** Lines of a model in any order, some of them many times, some very long. */
const lightgbm = fc
  .array(
    fc.oneof(
      fc.constantFrom(...LIGHTGBM.split('\n')),
      hostileName.map((name) => `${name}=${name}`),
      fc.nat(70_000).map((length) => 'x'.repeat(length)),
    ),
    { maxLength: 40 },
  )
  .map((lines) => new Uint8Array(Buffer.from(lines.join('\n'), 'latin1')));

const cores = fc.oneof(flatBuffers(''), fc.array(hostileName, { maxLength: 3 }).map(core));
const catboosts = fc
  .tuple(cores, fc.option(fc.nat(0xffff), { freq: 4 }), fc.nat(20))
  .map(([bytes, size, tail]) => catboost(bytes, size ?? bytes.length, tail));

export const fuzzer: Fuzzer = {
  files: changed(fc.oneof(fc.constant(new Uint8Array(Buffer.from(LIGHTGBM))), lightgbm, catboosts)),
  async read(file) {
    assertProblems((await readLightgbm(watchedSource(file))).problems, { size: file.length });
    assertProblems((await readCatboost(watchedSource(file))).problems, { size: file.length });
  },
};
