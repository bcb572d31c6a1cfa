import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openZipMember, readZip, readZipNames, unsafeNameReason } from '../../src/formats/index.ts';
import { buildZip, type HeaderFields, type MemberSpec, record } from '../../test/kit/zip-builder.ts';
import { changed, hostileName } from '../changed.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { assertProblems, watchedSource } from '../watched-source.ts';

const MAX_CONTENT_BYTES = 1 << 20;
const u32 = fc.oneof(fc.nat(400), fc.constantFrom(0, 0xffffffff, 0x7fffffff), fc.nat(0xffffffff));
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 5, nil: undefined });
const zip64 = fc
  .tuple(fc.array(u32, { maxLength: 8 }), maybe(fc.nat(40)))
  .map(([words, length]) =>
    record(undefined, [
      [2, 1],
      [2, length ?? 4 * words.length],
      ...words.map((word): [number, number] => [4, word]),
    ]),
  );

/** Objects without the members that are `undefined`. */
function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

const header: fc.Arbitrary<HeaderFields> = fc
  .record({
    name: maybe(hostileName),
    flags: maybe(fc.nat(0xffff)),
    method: maybe(fc.constantFrom(0, 8, 9, 12, 14, 93, 99)),
    crc: maybe(u32),
    compressedSize: maybe(u32),
    size: maybe(u32),
    extra: maybe(fc.oneof(zip64, fc.uint8Array({ maxLength: 30 }))),
  })
  .map(given);
const member: fc.Arbitrary<MemberSpec> = fc
  .record({
    name: hostileName,
    content: fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.nat(3000).map((size) => new Uint8Array(size)),
    ),
    deflate: fc.boolean(),
    stored: maybe(fc.uint8Array({ maxLength: 60 })),
    local: maybe(header),
    central: maybe(
      fc.tuple(header, u32, maybe(u32)).map(([fields, externalAttributes, localOffset]) => ({
        ...fields,
        externalAttributes,
        ...(localOffset !== undefined && { localOffset }),
      })),
    ),
    onlyIn: maybe(fc.constantFrom<'local' | 'central'>('local', 'central')),
    before: maybe(fc.uint8Array({ maxLength: 40 })),
    descriptor: maybe(fc.constantFrom<'signed' | 'plain' | 'wide'>('signed', 'plain', 'wide')),
  })
  .map(given);
const files = fc
  .record({
    members: fc.array(member, { maxLength: 5 }),
    prefix: maybe(fc.uint8Array({ maxLength: 40 })),
    suffix: maybe(fc.uint8Array({ maxLength: 40 })),
    comment: maybe(fc.uint8Array({ maxLength: 40 })),
    end: maybe(fc.record({ entries: fc.nat(0xffff), directorySize: u32, directoryOffset: u32 })),
    relativeOffsets: fc.boolean(),
  })
  .map((spec) => buildZip(given(spec)));

export const fuzzer: Fuzzer = {
  files: changed(files),
  async read(file) {
    const source = watchedSource(file);
    const { members, gaps, problems } = await readZip(source);
    assertProblems(problems, { size: file.length });
    for (const { start, end } of gaps) assert.ok(start >= 0 && start <= end && end <= file.length);
    for (const each of members) {
      unsafeNameReason(each.name);
      const content = openZipMember(watchedSource(file), each);
      if (content.kind !== 'deflated') continue;
      let size = 0;
      for await (const chunk of content.open(() => undefined)) {
        if ((size += chunk.length) > MAX_CONTENT_BYTES) break;
      }
    }
    await readZipNames(watchedSource(file));
  },
};
