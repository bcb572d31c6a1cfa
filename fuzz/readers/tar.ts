import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isTar, readTar, unsafeNameReason } from '../../src/formats/index.ts';
import { buildTar, paxEntry, type TarEntry } from '../../test/kit/tar-builder.ts';
import { changed, hostileName } from '../changed.ts';
import type { Fuzzer } from '../fuzzer.ts';
import { assertProblems, watchedSource } from '../watched-source.ts';

const entry: fc.Arbitrary<TarEntry> = fc.oneof(
  fc
    .record({
      name: hostileName,
      content: fc.uint8Array({ maxLength: 700 }),
      type: fc.constantFrom('0', '', '1', '2', '3', '5', '7', 'L', 'K', 'x', 'g', 'S', 'Z'),
      linkName: hostileName,
      size: fc.option(fc.nat(0o77777777), { freq: 4, nil: undefined }),
      breakChecksum: fc.constantFrom(false, false, false, true),
    })
    .map(({ size, ...rest }) => ({ ...rest, ...(size !== undefined && { size }) })),
  fc
    .tuple(
      fc.constantFrom('path', 'size', 'linkpath', 'GNU.sparse.name', 'hdrcharset', 'x'),
      fc.oneof(hostileName, fc.nat().map(String), fc.constant('9'.repeat(400))),
      fc.constantFrom<'x' | 'g'>('x', 'g'),
    )
    .map(([key, value, type]) => paxEntry({ [key]: value }, type)),
);

export const fuzzer: Fuzzer = {
  files: changed(
    fc
      .tuple(fc.array(entry, { maxLength: 6 }), fc.uint8Array({ maxLength: 600 }))
      .map(([entries, trailing]) => buildTar(entries, trailing)),
  ),
  async read(file) {
    isTar(file);
    const { members, problems } = await readTar(watchedSource(file));
    assertProblems(problems, { size: file.length });
    for (const { name, data } of members) {
      assert.ok(data.start >= 0 && data.start <= data.end, `${data.start} to ${data.end}`);
      unsafeNameReason(name);
    }
  },
};
