import fc from 'fast-check';
import { protobufKind, readOnnx } from '../../src/formats/index.ts';
import { ONNX_SCHEMA } from '../../src/formats/onnx/onnx-schema.ts';
import { changed } from '../changed.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { nestedMessages, protobufFiles } from '../protobuf-files.ts';
import { assertProblems, watchedSource } from '../watched-source.ts';

export const fuzzer: Fuzzer = {
  files: changed(fc.oneof(protobufFiles(ONNX_SCHEMA, 'ModelProto'), nestedMessages(7))),
  async read(file) {
    const { problems } = await readOnnx(watchedSource(file));
    assertProblems(problems, { size: file.length });
    await protobufKind(watchedSource(file));
  },
};
