import fc from 'fast-check';
import { readTensorflow, type TensorflowRoot } from '../../src/formats/index.ts';
import { TENSORFLOW_SCHEMA } from '../../src/formats/tensorflow/tensorflow-schema.ts';
import { changed } from '../changed.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { protobufFiles } from '../protobuf-files.ts';
import { assertProblems, watchedSource } from '../watched-source.ts';

const ROOTS: readonly TensorflowRoot[] = ['SavedModel', 'MetaGraphDef', 'GraphDef', 'SavedMetadata'];

export const fuzzer: Fuzzer = {
  files: changed(fc.oneof(...ROOTS.map((root) => protobufFiles(TENSORFLOW_SCHEMA, root)))),
  async read(file) {
    for (const root of ROOTS) {
      const { problems } = await readTensorflow(watchedSource(file), root);
      assertProblems(problems, { size: file.length });
    }
  },
};
