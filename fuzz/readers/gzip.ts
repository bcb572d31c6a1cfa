import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { isGzip, isZlib } from '../../src/formats/index.ts';
import { changed } from '../changed.ts';
import { contents } from '../compressed-files.ts';
import { decodeAll } from '../decode-all.ts';
import type { Fuzzer } from '../fuzzer.ts';

/** A member with any flags and the fields that they ask for, so or otherwise. */
const member = fc
  .record({
    method: fc.constantFrom(8, 8, 8, 0, 9),
    flags: fc.nat(255),
    fields: fc.uint8Array({ maxLength: 40 }),
    content: contents,
    isNoise: fc.boolean(),
    trailer: fc.uint8Array({ minLength: 8, maxLength: 8 }),
  })
  .map(({ method, flags, fields, content, isNoise, trailer }) => {
    const head = [0x1f, 0x8b, method, flags, 0, 0, 0, 0, 0, 3];
    const data = isNoise ? content : new Uint8Array(deflateRawSync(content));
    return Uint8Array.from([...head, ...fields, ...data, ...trailer]);
  });

const files = fc.oneof(
  contents.map((content) => new Uint8Array(gzipSync(content))),
  contents.map((content) => new Uint8Array(deflateSync(content))),
  fc.array(member, { minLength: 1, maxLength: 3 }).map((parts) => new Uint8Array(Buffer.concat(parts))),
);

export const fuzzer: Fuzzer = {
  files: changed(files),
  async read(file) {
    isGzip(file);
    isZlib(file);
    await decodeAll('gzip', file);
    await decodeAll('zlib', file);
  },
};
