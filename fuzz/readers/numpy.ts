import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readNpy } from '../../src/formats/index.ts';
import { changed, hostileNumber } from '../changed.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { assertProblems, watchedSource } from '../watched-source.ts';

/** A literal of Python as `numpy.lib.format` reads it: types, records in records, and what is none. */
const { literal } = fc.letrec<{ literal: string }>((tie) => ({
  literal: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom(
      "'<f8'",
      "'|O'",
      "'<U7'",
      "'|V16'",
      "'<M8[ns]'",
      "''",
      'None',
      'True',
      '1L',
      "b'x'",
      "'\\x00",
    ),
    hostileNumber.map(String),
    fc.array(tie('literal'), { maxLength: 4 }).map((parts) => `(${parts.join(', ')},)`),
    fc.array(tie('literal'), { maxLength: 4 }).map((parts) => `[${parts.join(', ')}]`),
    fc
      .tuple(fc.constantFrom("'a'", "('t', 'a')"), tie('literal'))
      .map(([name, type]) => `[(${name}, ${type})]`),
    fc.tuple(tie('literal'), tie('literal')).map(([key, value]) => `{${key}: ${value}}`),
  ),
}));

const files = fc
  .record({
    version: fc.constantFrom(1, 1, 2, 3, 4),
    descr: fc.oneof(fc.constantFrom("'<f4'", "'|O'"), literal),
    order: fc.constantFrom('False', 'True', '0', "'x'"),
    shape: fc.oneof(
      fc
        .array(hostileNumber, { maxLength: 5 })
        .map((sizes) => `(${sizes.join(', ')}${sizes.length > 0 ? ',' : ''})`),
      literal,
    ),
    length: fc.option(fc.nat(0xffff), { freq: 5 }),
    data: fc.uint8Array({ maxLength: 64 }),
  })
  .map(({ version, descr, order, shape, length, data }) => {
    const text = Buffer.from(
      `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`,
      'latin1',
    );
    const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
    const size = Buffer.alloc(version === 1 ? 2 : 4);
    size.writeUIntLE(Math.min(length ?? text.length, 0xffff), 0, size.length);
    return new Uint8Array(Buffer.concat([head, size, text, data]));
  });

export const fuzzer: Fuzzer = {
  files: changed(files),
  async read(file) {
    const { data, problems } = await readNpy(watchedSource(file));
    assert.ok(data.start >= 0 && data.start <= data.end && data.end <= file.length);
    assertProblems(problems, { size: file.length });
  },
};
