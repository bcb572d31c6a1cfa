import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { memorySource, utf8Bytes } from '../../../src/bytes/index.ts';
import { isTar, readTar, type TarDocument } from '../../../src/formats/index.ts';
import { buildTar, paxEntry, type TarEntry } from '../../kit/tar-builder.ts';

const FILE: TarEntry = { name: 'weights.bin', content: 'numbers' };

const read = (bytes: Uint8Array): Promise<TarDocument> => readTar(memorySource(bytes));
const codes = (document: TarDocument): string[] => document.problems.map(({ code }) => code);

test('reads members and their content, and knows a tar by its check sum', async () => {
  const bytes = buildTar([
    FILE,
    { name: 'folder/', type: '5' },
    { name: 'folder/b', content: 'x'.repeat(1000) },
  ]);
  assert.ok(isTar(bytes));
  const document = await read(bytes);
  assert.deepEqual(codes(document), []);
  assert.deepEqual(
    document.members.map(({ name, kind }) => [name, kind]),
    [
      ['weights.bin', 'file'],
      ['folder/', 'folder'],
      ['folder/b', 'file'],
    ],
  );
  const [first] = document.members;
  assert.equal(Buffer.from(bytes.subarray(first!.data.start, first!.data.end)).toString(), 'numbers');
});

test('takes names from GNU and pax headers, for the next member only', async () => {
  const long = 'a/'.repeat(80) + 'weights';
  const document = await read(
    buildTar([
      { name: '././@LongLink', type: 'L', content: `${long}\0` },
      FILE,
      paxEntry({ path: '../evil', linkpath: '/etc' }),
      { ...FILE, type: '2', content: '' },
      FILE,
    ]),
  );
  assert.deepEqual(
    document.members.map(({ name }) => name),
    [long, '../evil', 'weights.bin'],
  );
  assert.equal(document.members[1]?.linkName, '/etc');
});

test('takes sizes from pax headers', async () => {
  const document = await read(buildTar([paxEntry({ size: '7' }), { ...FILE, size: 0 }, FILE]));
  assert.deepEqual(
    document.members.map(({ data }) => data.end - data.start),
    [7, 7],
  );
});

const TRICKS: Readonly<Record<string, readonly [code: string, bytes: Uint8Array]>> = {
  'a header whose check sum is wrong': ['TAR_BROKEN', buildTar([FILE, { ...FILE, breakChecksum: true }])],
  'a member that reaches beyond the end': ['TAR_TRUNCATED', buildTar([{ ...FILE, size: 1 << 20 }])],
  'a global header that renames every member': [
    'TAR_PAX_PATH',
    buildTar([paxEntry({ path: 'evil' }, 'g'), FILE]),
  ],
  'a pax header that is not well-formed': [
    'TAR_PAX',
    buildTar([{ name: 'p', type: 'x', content: '99 path=x\n' }, FILE]),
  ],
  'a link with content': ['TAR_SIZE', buildTar([{ name: 'l', type: '2', linkName: 'x', content: 'y' }])],
  'data behind the end': ['TAR_TRAILING', buildTar([FILE], utf8Bytes('hidden'))],
};

for (const [what, [code, bytes]] of Object.entries(TRICKS)) {
  test(`notes ${what}`, async () => {
    assert.ok(codes(await read(bytes)).includes(code), codes(await read(bytes)).join(' '));
  });
}

test('finds members behind the end of the archive', async () => {
  const document = await read(buildTar([FILE], buildTar([{ name: 'hidden', content: 'x' }])));
  assert.deepEqual(
    document.members.map(({ name, isHidden }) => [name, isHidden]),
    [
      ['weights.bin', false],
      ['hidden', true],
    ],
  );
});

test('marks sparse files and devices', async () => {
  const document = await read(
    buildTar([
      { ...FILE, type: 'S' },
      paxEntry({ 'GNU.sparse.major': '1' }),
      FILE,
      { name: 'tty', type: '3' },
    ]),
  );
  assert.deepEqual(
    document.members.map(({ isSparse, kind }) => [isSparse, kind]),
    [
      [true, 'file'],
      [true, 'file'],
      [false, 'device'],
    ],
  );
});

test('ends at the limit on members and says so', async () => {
  const bytes = buildTar(Array.from({ length: 20 }, () => FILE));
  const { problems } = await readTar(memorySource(bytes), { maxMembers: 5 });
  assert.ok(problems.some(({ severity }) => severity === 'limit'));
});

test('mutated archives never throw', async () => {
  const bytes = buildTar([
    FILE,
    paxEntry({ path: 'a', size: '7' }),
    FILE,
    { name: 'l', type: '1', linkName: 'x' },
  ]);
  await fc.assert(
    fc.asyncProperty(
      fc.nat(bytes.length - 1),
      fc.uint8Array({ minLength: 1, maxLength: 12 }),
      async (at, change) => {
        const mutated = new Uint8Array(bytes);
        mutated.set(change.subarray(0, mutated.length - at), at);
        const { members } = await read(mutated);
        for (const { data } of members) assert.ok(data.start <= data.end && data.end <= mutated.length);
      },
    ),
    { numRuns: 300 },
  );
});
