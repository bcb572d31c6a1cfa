import fc from 'fast-check';
import { type FlatValue, flatBuffer } from '../test/formats/build/flatbuffer.ts';
import { tfliteFile } from '../test/formats/build/tflite.ts';
import { hostileName, hostileNumber } from './changed.ts';

const { value } = fc.letrec<{ value: FlatValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.nat(255).map((u8): FlatValue => ({ u8 })),
    fc.nat().map((u32): FlatValue => ({ u32 })),
    hostileNumber.map((u64): FlatValue => ({ u64 })),
    hostileName.map((text): FlatValue => ({ text })),
    fc.uint8Array({ maxLength: 20 }).map((bytes): FlatValue => ({ bytes })),
    fc
      .array(fc.option(tie('value'), { nil: undefined }), { maxLength: 9 })
      .map((table): FlatValue => ({ table })),
    fc
      .array(fc.array(fc.option(tie('value'), { nil: undefined }), { maxLength: 6 }), { maxLength: 4 })
      .map((rows): FlatValue => ({ tables: rows.map((table) => ({ table })) })),
  ),
}));

/** FlatBuffers of any shape: tables in tables, vectors, texts, numbers where pointers belong. */
export const flatBuffers = (identifier: string): fc.Arbitrary<Uint8Array> =>
  fc
    .array(fc.option(value, { nil: undefined }), { minLength: 1, maxLength: 10 })
    .map((table): Uint8Array => flatBuffer({ table }, identifier));

/** TFLite models whose numbers lie. */
export const tfliteFiles: fc.Arbitrary<Uint8Array> = fc
  .record({
    customNames: fc.array(hostileName, { maxLength: 3 }),
    bufferOffset: hostileNumber,
    bufferSize: hostileNumber,
    externalFile: hostileName,
    tensorBuffer: fc.nat(5),
    codeIndex: fc.nat(5),
    version: fc.constantFrom(3, 3, 3, 2),
  })
  .map(tfliteFile);
