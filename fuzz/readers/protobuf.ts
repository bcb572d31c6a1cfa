import assert from 'node:assert/strict';
import fc from 'fast-check';
import { protobufKind } from '../../src/formats/index.ts';
import { protoSchema } from '../../src/formats/protobuf/schema.ts';
import { walkProtobuf } from '../../src/formats/protobuf/walk-protobuf.ts';
import { changed } from '../changed.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { nestedMessages, protobufFiles } from '../protobuf-files.ts';
import { assertProblems, watchedSource } from '../watched-source.ts';

const SCHEMA = protoSchema({
  Root: {
    1: 'varint number',
    2: 'string* names',
    3: 'Inner inner',
    4: 'Inner* many',
    5: 'bytes data',
    7: 'Root* more',
  },
  Inner: { 1: 'fixed32 a', 2: 'fixed64 b', 3: 'string name', 4: 'Root root', 6: 'varint* numbers' },
});

export const fuzzer: Fuzzer = {
  files: changed(fc.oneof(protobufFiles(SCHEMA, 'Root'), nestedMessages(7))),
  async read(file) {
    let depth = 0;
    const { problems } = await walkProtobuf(
      watchedSource(file),
      { schema: SCHEMA, type: 'Root' },
      {
        message: () => {
          assert.ok(++depth <= file.length + 1, 'more messages than bytes');
        },
      },
    );
    assertProblems(problems, { size: file.length });
    await protobufKind(watchedSource(file));
  },
};
