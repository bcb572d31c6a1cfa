import fc from 'fast-check';
import { readTflite } from '../../src/formats/index.ts';
import { changed } from '../changed.ts';
import { flatBuffers, tfliteFiles } from '../flatbuffer-files.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { assertProblems, watchedSource } from '../watched-source.ts';

export const fuzzer: Fuzzer = {
  files: changed(fc.oneof(tfliteFiles, flatBuffers('TFL3'))),
  async read(file) {
    const { problems } = await readTflite(watchedSource(file));
    assertProblems(problems, { size: file.length });
  },
};
