import assert from 'node:assert/strict';
import test from 'node:test';
import {
  collectBytes,
  concatBytes,
  memorySource,
  streamSource,
  utf8Bytes,
} from '../../../src/bytes/index.ts';
import { openZipMember, readZip } from '../../../src/formats/index.ts';
import { buildZip, type MemberSpec, record, type ZipSpec } from '../../kit/zip-builder.ts';

const HELLO: MemberSpec = { name: 'hello.txt', content: 'hello world, hello world' };
const OTHER: MemberSpec = { name: 'other.txt', content: 'something else' };

async function codesOf(spec: ZipSpec): Promise<string[]> {
  const { problems } = await readZip(memorySource(buildZip(spec)));
  return [...new Set(problems.map(({ code }) => code))].sort();
}

async function contentOf(bytes: Uint8Array, index: number): Promise<string> {
  const source = memorySource(bytes);
  const member = (await readZip(source)).members[index]!;
  const content = openZipMember(source, member);
  assert.notEqual(content.kind, 'unreadable');
  const stream =
    content.kind === 'stored'
      ? streamSource(content.source)
      : content.kind === 'deflated'
        ? content.open(() => assert.fail())
        : [];
  return Buffer.from(await collectBytes(stream as AsyncIterable<Uint8Array>, 1 << 20)).toString();
}

const WELL_FORMED: Readonly<Record<string, ZipSpec>> = {
  'stored members': { members: [HELLO, OTHER] },
  'deflated members': { members: [{ ...HELLO, deflate: true }, OTHER] },
  'data descriptors with a signature': { members: [{ ...HELLO, descriptor: 'signed' }, OTHER] },
  'data descriptors without one': { members: [{ ...HELLO, descriptor: 'plain', deflate: true }, OTHER] },
  'data descriptors of 64 bits': { members: [{ ...HELLO, descriptor: 'wide' }, OTHER] },
  'padding in the extra field, as PyTorch aligns': {
    members: [
      {
        ...HELLO,
        local: {
          extra: concatBytes(
            record(undefined, [
              [2, 0x4246],
              [2, 40],
            ]),
            new Uint8Array(40),
          ),
        },
      },
      OTHER,
    ],
  },
  'a folder': {
    members: [
      { name: 'a/', content: '', central: { externalAttributes: (0o40755 << 16) >>> 0 } },
      { ...HELLO, name: 'a/b' },
    ],
  },
  'no member': { members: [] },
  'a zip inside, stored last': {
    members: [OTHER, { name: 'inner.zip', content: buildZip({ members: [HELLO] }) }],
  },
  'UTF-8 names': {
    members: [{ ...HELLO, name: 'größe/文.txt', local: { flags: 0x800 }, central: { flags: 0x800 } }],
  },
};

for (const [what, spec] of Object.entries(WELL_FORMED)) {
  test(`finds nothing wrong with ${what}`, async () => {
    assert.deepEqual(await codesOf(spec), []);
  });
}

test('reads stored and deflated content', async () => {
  const bytes = buildZip({
    members: [
      { ...HELLO, deflate: true },
      { ...OTHER, descriptor: 'signed' },
    ],
  });
  assert.equal(await contentOf(bytes, 0), HELLO.content);
  assert.equal(await contentOf(bytes, 1), OTHER.content);
});

test('follows offsets that count from behind a prefix, as Python does', async () => {
  const bytes = buildZip({ members: [HELLO], prefix: utf8Bytes('#!/bin/sh\n'), relativeOffsets: true });
  assert.equal(await contentOf(bytes, 0), HELLO.content);
});

const link = (0o120777 << 16) >>> 0;
const fifo = (0o010644 << 16) >>> 0;
const TRICKS: Readonly<Record<string, readonly [code: string, spec: ZipSpec]>> = {
  'a name that differs between the headers (CVE-2025-1944)': [
    'ZIP_NAME_MISMATCH',
    { members: [{ ...HELLO, local: { name: 'hello.pkl' } }] },
  ],
  'a unicode path that differs from the name': [
    'ZIP_NAME_MISMATCH',
    {
      members: [
        {
          ...HELLO,
          central: {
            extra: concatBytes(
              record(undefined, [
                [2, 0x7075],
                [2, 9],
                [1, 1],
                [4, 0],
              ]),
              utf8Bytes('evil'),
            ),
          },
        },
      ],
    },
  ],
  'a method that differs': ['ZIP_METHOD_MISMATCH', { members: [{ ...HELLO, local: { method: 8 } }] }],
  'a size that differs': [
    'ZIP_SIZE_MISMATCH',
    { members: [{ ...HELLO, local: { size: 3, compressedSize: 3 } }] },
  ],
  'a check sum that differs (CVE-2025-10156)': [
    'ZIP_CRC_MISMATCH',
    { members: [{ ...HELLO, local: { crc: 1 } }] },
  ],
  'the encryption flag (CVE-2025-1945)': [
    'ZIP_ENCRYPTED',
    { members: [{ ...HELLO, local: { flags: 1 }, central: { flags: 1 } }] },
  ],
  'the patch flag (CVE-2025-1945)': [
    'ZIP_FLAG',
    { members: [{ ...HELLO, local: { flags: 0x20 }, central: { flags: 0x20 } }] },
  ],
  'the strong encryption flag (CVE-2025-1945)': [
    'ZIP_ENCRYPTED',
    { members: [{ ...HELLO, central: { flags: 0x40 } }] },
  ],
  'the flag of masked headers': ['ZIP_ENCRYPTED', { members: [{ ...HELLO, central: { flags: 0x2000 } }] }],
  'flags in one header only': ['ZIP_FLAG_MISMATCH', { members: [{ ...HELLO, central: { flags: 0x20 } }] }],
  'a member that only a local header names': [
    'ZIP_HIDDEN_MEMBER',
    { members: [HELLO, { ...OTHER, onlyIn: 'local' }] },
  ],
  'a hidden member with a data descriptor': [
    'ZIP_HIDDEN_MEMBER',
    { members: [HELLO, { ...OTHER, onlyIn: 'local', descriptor: 'signed' }] },
  ],
  'a member that only the directory names': [
    'ZIP_LOCAL_MISSING',
    { members: [HELLO, { ...OTHER, onlyIn: 'central' }] },
  ],
  'two members of one name': ['ZIP_DUPLICATE', { members: [HELLO, { ...OTHER, name: HELLO.name }] }],
  'two names that differ in case': [
    'ZIP_CASE_DUPLICATE',
    { members: [HELLO, { ...OTHER, name: 'HELLO.txt' }] },
  ],
  'bytes before': ['ZIP_PREFIX', { members: [HELLO], prefix: utf8Bytes('GIF89a') }],
  'bytes before, offsets unchanged': [
    'ZIP_PREFIX',
    { members: [HELLO], prefix: utf8Bytes('GIF89a'), relativeOffsets: true },
  ],
  'bytes behind': ['ZIP_SUFFIX', { members: [HELLO], suffix: utf8Bytes('more') }],
  'bytes between': ['ZIP_GAP', { members: [HELLO, { ...OTHER, before: utf8Bytes('hidden') }] }],
  'zeros between': ['ZIP_PADDING', { members: [HELLO, { ...OTHER, before: new Uint8Array(32) }] }],
  'a comment': ['ZIP_COMMENT', { members: [HELLO], comment: utf8Bytes('a comment') }],
  'a comment that is cut': [
    'ZIP_TRUNCATED',
    { members: [HELLO], comment: utf8Bytes('a comment'), suffix: new Uint8Array(0) },
  ],
  'a second directory behind the first': [
    'ZIP_SEVERAL_DIRECTORIES',
    { members: [HELLO], suffix: buildZip({ members: [OTHER] }) },
  ],
  'a directory in the comment': [
    'ZIP_SEVERAL_DIRECTORIES',
    { members: [HELLO], comment: buildZip({ members: [OTHER] }) },
  ],
  'members that share their bytes': [
    'ZIP_OVERLAP',
    { members: [HELLO, { ...OTHER, onlyIn: 'central', central: { localOffset: 0, name: HELLO.name } }] },
  ],
  'a count that is too small': ['ZIP_DIRECTORY_COUNT', { members: [HELLO, OTHER], end: { entries: 1 } }],
  'a directory size that is too small': [
    'ZIP_DIRECTORY_SIZE',
    { members: [HELLO], end: { directorySize: 10 } },
  ],
  'zip64 values without a zip64 record': ['ZIP_ZIP64', { members: [HELLO], end: { entries: 0xffff } }],
  'another disk': ['ZIP_DISKS', { members: [{ ...HELLO, central: { diskStart: 3 } }] }],
  'another method': [
    'ZIP_METHOD',
    { members: [{ ...HELLO, local: { method: 12 }, central: { method: 12 } }] },
  ],
  'a symbolic link': ['ZIP_LINK', { members: [{ ...HELLO, central: { externalAttributes: link } }] }],
  'a pipe': ['ZIP_DEVICE', { members: [{ ...HELLO, central: { externalAttributes: fifo } }] }],
  'a path upward': ['ZIP_NAME_UNSAFE', { members: [{ ...HELLO, name: '../../etc/passwd' }] }],
  'an absolute path': ['ZIP_NAME_UNSAFE', { members: [{ ...HELLO, name: '/etc/passwd' }] }],
  'a drive': ['ZIP_NAME_UNSAFE', { members: [{ ...HELLO, name: 'C:evil.exe' }] }],
  backslashes: ['ZIP_NAME_UNSAFE', { members: [{ ...HELLO, name: 'a\\..\\b' }] }],
  'a NUL in a name': ['ZIP_NAME_UNSAFE', { members: [{ ...HELLO, name: 'weights.txt\0.pkl' }] }],
  'letters that turn the direction of reading': [
    'ZIP_NAME_UNSAFE',
    { members: [{ ...HELLO, name: 'weights\u202elkp.txt' }] },
  ],
  'a descriptor that is not there': [
    'ZIP_DESCRIPTOR',
    { members: [{ ...HELLO, local: { flags: 8 }, central: { flags: 8 } }, OTHER] },
  ],
  'a member that reaches beyond the end': [
    'ZIP_TRUNCATED',
    {
      members: [
        {
          ...HELLO,
          local: { compressedSize: 5000, size: 5000 },
          central: { compressedSize: 5000, size: 5000 },
        },
      ],
    },
  ],
  'an extreme ratio': [
    'ZIP_RATIO',
    { members: [{ name: 'zeros', content: new Uint8Array(1 << 26), deflate: true }] },
  ],
};

for (const [what, [code, spec]] of Object.entries(TRICKS)) {
  test(`notes ${what}`, async () => {
    const bytes = buildZip(spec);
    // The one lie that is told by leaving out.
    const used = what === 'a comment that is cut' ? bytes.subarray(0, -3) : bytes;
    const { problems } = await readZip(memorySource(used));
    assert.ok(
      problems.some((problem) => problem.code === code),
      problems.map((problem) => problem.code).join(' '),
    );
  });
}

test('gives both readings of a member whose headers disagree on its bytes', async () => {
  const bytes = buildZip({ members: [{ ...HELLO, local: { method: 8 } }] });
  const { members } = await readZip(memorySource(bytes));
  assert.deepEqual(
    members.map(({ seen, method }) => [seen, method]),
    [
      ['both', 0],
      ['local', 8],
    ],
  );
});

test('finds the members of every directory', async () => {
  const bytes = buildZip({ members: [HELLO], suffix: buildZip({ members: [OTHER] }) });
  const { members } = await readZip(memorySource(bytes));
  assert.deepEqual(members.map(({ name }) => name).sort(), [HELLO.name, OTHER.name]);
});

test('finds members where the directory is cut off', async () => {
  const bytes = buildZip({ members: [HELLO, { ...OTHER, deflate: true }] });
  const cut = bytes.subarray(0, bytes.length - 60);
  const { members, hasDirectory } = await readZip(memorySource(cut));
  assert.equal(hasDirectory, false);
  assert.deepEqual(
    members.map(({ name }) => name),
    [HELLO.name, OTHER.name],
  );
});

test('ends at the limit on members and says so', async () => {
  const members = Array.from({ length: 20 }, (_, at) => ({ name: `m${at}`, content: 'x' }));
  const { problems } = await readZip(memorySource(buildZip({ members })), { maxMembers: 10 });
  assert.ok(problems.some(({ code, severity }) => code === 'ZIP_LIMIT' && severity === 'limit'));
});

test('notes content that is shorter than its header says', async () => {
  const bytes = buildZip({
    members: [{ ...HELLO, deflate: true, local: { size: 999 }, central: { size: 999 } }],
  });
  const source = memorySource(bytes);
  const content = openZipMember(source, (await readZip(source)).members[0]!);
  assert.ok(content.kind === 'deflated');
  const codes: string[] = [];
  const stream = content.open(({ code }) => codes.push(code));
  await collectBytes(stream, 1 << 20);
  assert.deepEqual(codes, ['ZIP_SIZE']);
});
