import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import test from 'node:test';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { concatBytes, utf8Bytes } from '../../../src/bytes/index.ts';
import { buildTar } from '../../kit/tar-builder.ts';
import { buildZip, type MemberSpec } from '../../kit/zip-builder.ts';
import { HARMLESS, PAYLOAD, rulesOf, scanBytes } from './scan-bytes.ts';

const evil = (name: string, more: Partial<MemberSpec> = {}): MemberSpec => ({
  name,
  content: PAYLOAD,
  ...more,
});
const good = (name: string, more: Partial<MemberSpec> = {}): MemberSpec => ({
  name,
  content: HARMLESS,
  ...more,
});
const zip = (...members: MemberSpec[]): Uint8Array => buildZip({ members });

/** The tricks of the bypass list that hide a payload in a container: each must still be found. */
const HIDDEN: Readonly<Record<string, Uint8Array>> = {
  'C1: a pickle member with another ending (CVE-2025-1889)': zip(good('data.pkl'), evil('weights.txt')),
  'C2: a name that differs between the headers (CVE-2025-1944)': zip(
    evil('data.pkl', { local: { name: 'data.txt' } }),
  ),
  'C3: flag 0x1 (CVE-2025-1945)': zip(evil('data.pkl', { local: { flags: 1 }, central: { flags: 1 } })),
  'C3: flag 0x20': zip(evil('data.pkl', { local: { flags: 0x20 }, central: { flags: 0x20 } })),
  'C3: flag 0x40': zip(evil('data.pkl', { deflate: true, local: { flags: 0x40 }, central: { flags: 0x40 } })),
  'C4: a wrong check sum (CVE-2025-10156)': zip(evil('data.pkl', { local: { crc: 7 }, central: { crc: 7 } })),
  'C9: a bad entry before the payload': zip(
    { name: 'bad', content: 'x', stored: utf8Bytes('not deflate'), deflate: true },
    evil('data.pkl'),
  ),
  'C10: a member that only a local header names': zip(good('data.pkl'), evil('x', { onlyIn: 'local' })),
  'C10: a second directory': buildZip({ members: [good('data.pkl')], suffix: zip(evil('data.pkl')) }),
  'C11: a zip in a zip': zip({ name: 'inner.zip', content: zip(evil('weights.bin')) }),
  'C11: a zip in a deflated zip in a tar': buildTar([
    { name: 'a', content: zip({ name: 'b', content: zip(evil('c')), deflate: true }) },
  ]),
  'C12: a pickle in the place of a storage': zip(good('m/data.pkl'), evil('m/data/0')),
  'C12: a second pickle': zip(good('m/data.pkl'), evil('m/extra/data2.pkl')),
  'C14: bytes before the archive': buildZip({
    members: [evil('data.pkl')],
    prefix: utf8Bytes('GIF89a'),
    relativeOffsets: true,
  }),
  'C14: a pickle before an archive': concatBytes(PAYLOAD, zip(good('data.pkl'))),
  'C14: a pickle between members': zip(good('a'), good('b', { before: PAYLOAD })),
  'C15: gzip': new Uint8Array(gzipSync(PAYLOAD)),
  'C15: a second gzip member': concatBytes(
    new Uint8Array(gzipSync(HARMLESS)),
    new Uint8Array(gzipSync(PAYLOAD)),
  ),
  'C15: zlib': new Uint8Array(deflateSync(PAYLOAD)),
  'C15: zstd': new Uint8Array(zstdCompressSync(PAYLOAD)),
  'C15: gzip that breaks behind the payload': new Uint8Array(
    gzipSync(concatBytes(PAYLOAD, randomBytes(2000))),
  ).subarray(0, -600),
  'C18: a tar': buildTar([
    { name: 'a', content: HARMLESS },
    { name: 'b', content: PAYLOAD },
  ]),
  'C18: behind the end of a tar': buildTar(
    [{ name: 'a', content: HARMLESS }],
    buildTar([{ name: 'b', content: PAYLOAD }]),
  ),
  'a member of two methods': zip(evil('data.pkl', { local: { method: 8 } })),
};

for (const [what, bytes] of Object.entries(HIDDEN)) {
  test(`finds the payload behind ${what}`, async () => {
    const report = await scanBytes(bytes, 'model.dump');
    assert.equal(report.verdict, 'malicious', rulesOf(report).join(' '));
  });
}

test('C5: a plain pickle named .bin is found and its name is held against it (CVE-2025-10155)', async () => {
  for (const name of ['pytorch_model.bin', 'model.pt', 'model.safetensors']) {
    const report = await scanBytes(PAYLOAD, name);
    assert.equal(report.verdict, 'malicious');
    assert.ok(rulesOf(report).includes('FORMAT_EXTENSION_MISMATCH'), name);
  }
});

test('C6: what cannot be looked into is unknown, never clean (nullifAI)', async () => {
  for (const magic of ['7z\xbc\xaf\x27\x1c\0\x04', 'Rar!\x1a\x07\x01\0', 'MSCF\0\0\0\0']) {
    const bytes = concatBytes(
      Uint8Array.from(magic, (char) => char.charCodeAt(0)),
      randomBytes(64),
    );
    const report = await scanBytes(bytes, 'model.dump');
    assert.equal(report.verdict, 'unknown');
    assert.deepEqual(rulesOf(report), ['FORMAT_UNREADABLE']);
  }
});

test('C13: an encrypted member makes the archive suspicious and its content unknown', async () => {
  const content = Uint8Array.from({ length: 100 }, (_, at) => (at * 167 + 13) & 0xff);
  const member = { name: 'model.pkl', content, local: { flags: 1 }, central: { flags: 1 } };
  const report = await scanBytes(zip(member), 'model.zip');
  assert.equal(report.verdict, 'suspicious');
  assert.ok(report.reasons.length > 0);
});

test('C17: small files are scanned like large ones', async () => {
  assert.notEqual((await scanBytes(utf8Bytes('cos\nsystem\n(tR.'), 'a.bin')).verdict, 'clean');
});

test('C19: a deep nest, a bomb and too many members are inconclusive, never clean', async () => {
  let nest: Uint8Array = HARMLESS;
  for (let depth = 0; depth < 12; depth++) nest = new Uint8Array(gzipSync(nest));
  const bomb = zip({ name: 'zeros', content: new Uint8Array(1 << 24), deflate: true });
  const many = zip(...Array.from({ length: 60 }, (_, at) => good(`m${at}`)));
  for (const [bytes, limits] of [
    [nest, {}],
    [bomb, { maxBytes: 1 << 20 }],
    [many, { maxMembers: 50 }],
  ] as const) {
    const report = await scanBytes(bytes, 'x', limits);
    assert.equal(report.status, 'inconclusive');
    assert.notEqual(report.verdict, 'clean');
    assert.ok(rulesOf(report).includes('SCAN_LIMIT'));
  }
});

const CLEAN: Readonly<Record<string, readonly [name: string, bytes: Uint8Array]>> = {
  'a zip of stored and deflated members': [
    'a.zip',
    zip(good('a.pkl'), good('b.pkl', { deflate: true }), { name: 'c.txt', content: 'text' }),
  ],
  'a zip in a zip': ['a.zip', zip({ name: 'b.zip', content: zip(good('c.pkl')) })],
  'a tar of folders and files': [
    'a.tar',
    buildTar([
      { name: './', type: '5' },
      { name: './a.pkl', content: HARMLESS },
    ]),
  ],
  'a gzipped tar': ['a.tgz', new Uint8Array(gzipSync(buildTar([{ name: 'a.pkl', content: HARMLESS }])))],
  'a tar whose last member is a zip': ['a.tar', buildTar([{ name: 'a.zip', content: zip(good('b.pkl')) }])],
  'a compressed pickle': ['model.pkl', new Uint8Array(deflateSync(HARMLESS))],
};

for (const [what, [name, bytes]] of Object.entries(CLEAN)) {
  test(`says clean of ${what}`, async () => {
    const report = await scanBytes(bytes, name);
    assert.deepEqual([report.verdict, report.status, rulesOf(report)], ['clean', 'complete', []]);
  });
}

test('names the place inside containers, and the offset there', async () => {
  const report = await scanBytes(zip({ name: 'inner.zip', content: zip(evil('we\u202eird')) }), 'x.zip');
  const finding = report.findings.find(({ rule }) => rule === 'PICKLE_DANGEROUS_IMPORT');
  assert.deepEqual([finding?.place, finding?.offset], [['inner.zip', 'we\\u{202e}ird'], 0]);
});

test('tar: links to outside are malicious, links, devices, odd names and doubles suspicious', async () => {
  const cases: readonly (readonly [rule: string, verdict: string, bytes: Uint8Array])[] = [
    ['TAR_LINK_OUTSIDE', 'malicious', buildTar([{ name: 'l', type: '2', linkName: '/etc/passwd' }])],
    ['TAR_LINK_OUTSIDE', 'malicious', buildTar([{ name: 'a/l', type: '2', linkName: '../../x' }])],
    ['TAR_LINK_OUTSIDE', 'malicious', buildTar([{ name: 'a/l', type: '1', linkName: '../x' }])],
    ['TAR_LINK', 'suspicious', buildTar([{ name: 'a/l', type: '2', linkName: '../x' }])],
    ['TAR_DEVICE', 'suspicious', buildTar([{ name: 'tty', type: '3' }])],
    ['TAR_NAME_UNSAFE', 'suspicious', buildTar([{ name: '../x', content: 'y' }])],
    [
      'TAR_DUPLICATE',
      'suspicious',
      buildTar([
        { name: 'a', content: 'x' },
        { name: './a', content: 'y' },
      ]),
    ],
  ];
  for (const [rule, verdict, bytes] of cases) {
    const report = await scanBytes(bytes, 'x.tar');
    assert.ok(rulesOf(report).includes(rule), rule);
    assert.equal(report.verdict, verdict, rule);
  }
});

test('what follows compressed data is reported and scanned', async () => {
  const report = await scanBytes(concatBytes(new Uint8Array(gzipSync(HARMLESS)), PAYLOAD), 'a.gz');
  assert.ok(rulesOf(report).includes('COMPRESSED_TRAILING'));
  assert.equal(report.verdict, 'malicious');
});
