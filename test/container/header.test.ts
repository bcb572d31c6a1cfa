import assert from 'node:assert/strict';
import test from 'node:test';
import { utf8Bytes, utf8Text } from '../../src/bytes/index.ts';
import {
  type ContainerHeader,
  formatHeader,
  MAX_HEADER_BYTES,
  parseHeader,
} from '../../src/container/index.ts';
import type { ErrorCode } from '../../src/errors/index.ts';
import { KEK, noise, refusal, sealed } from './seal-kit.ts';

const { header } = await sealed(noise(10_000));
const TEXT = utf8Text(formatHeader(header)) ?? '';

async function refuses(text: string | Uint8Array, ...codes: readonly ErrorCode[]): Promise<void> {
  const bytes = typeof text === 'string' ? utf8Bytes(text) : text;
  await refusal(() => Promise.resolve().then(() => parseHeader(bytes)), ...codes);
}

/** The text with the value of one top-level member replaced. */
function withMember(name: string, value: string): string {
  const pattern = new RegExp(`"${name}":("[^"]*"|\\d+)`);
  assert.match(TEXT, pattern);
  return TEXT.replace(pattern, `"${name}":${value}`);
}

test('a header reads back as it was written', async () => {
  assert.deepEqual(parseHeader(utf8Bytes(TEXT)), header);
  const plain = (await sealed(noise(10), { encryption: 'off' })).header;
  assert.deepEqual(parseHeader(formatHeader(plain)), plain);
  const compressed = (await sealed(noise(10), { compression: { algorithm: 'zstd' } })).header;
  assert.deepEqual(parseHeader(formatHeader(compressed)), compressed);
});

test('an enormous header is refused by its length alone', async () => {
  // A view of a length that nobody allocates: reading any of it would fail the test by time and memory.
  const enormous = { length: 2 ** 30, byteLength: 2 ** 30 } as unknown as Uint8Array;
  await refuses(enormous, 'CONTAINER_LIMIT');
  await refuses(new Uint8Array(MAX_HEADER_BYTES + 1), 'CONTAINER_LIMIT');
});

test('deep and otherwise strange JSON is refused', async () => {
  for (const text of [
    '[',
    '['.repeat(60_000),
    `${'['.repeat(30_000)}${']'.repeat(30_000)}\n`,
    `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}\n`,
    '',
    '\n',
    'null\n',
    '[]\n',
    '"strongroom/1"\n',
    '{}\n',
    '{"format":1}\n',
    '{"format":"other/1"}\n',
  ]) {
    await refuses(text, 'CONTAINER_MALFORMED');
  }
  await refuses(new Uint8Array([0xff, 0xfe, 0x0a]), 'CONTAINER_MALFORMED');
});

test('only the one spelling is accepted', async () => {
  for (const text of [
    TEXT.slice(0, -1),
    `${TEXT}\n`,
    ` ${TEXT}`,
    `\ufeff${TEXT}`,
    TEXT.replace(':', ': '),
    TEXT.replace('{', '{"generation":1,'),
    TEXT.replace('"format":"strongroom/1"', '"format":"strongroom\\/1"'),
    TEXT.replace('"generation":1', '"generation":1.0'),
    TEXT.replace('"generation":1', '"generation":1e0'),
    TEXT.replace('"generation":1', '"generation":1,"generation":1'),
    TEXT.replace('{', '{"__proto__":{},'),
  ]) {
    assert.notEqual(text, TEXT);
    await refuses(text, 'CONTAINER_MALFORMED');
  }
});

test('members that are missing, unknown, of another type or out of bounds are refused', async () => {
  const members = Object.keys(header).filter((name) => name !== 'format' && name !== 'suite');
  for (const name of members) {
    const { [name as 'size']: _left, ...rest } = header;
    await refuses(formatHeader(rest as ContainerHeader), 'CONTAINER_MALFORMED');
    await refuses(formatHeader({ ...header, [name]: null }), 'CONTAINER_MALFORMED');
  }
  for (const text of [
    TEXT.replace('{', '{"aaa":1,'),
    withMember('size', '-1'),
    withMember('size', '9007199254740993'),
    withMember('generation', '0'),
    withMember('segment', '4095'),
    withMember('segment', '5000'),
    withMember('segment', '8388608'),
    withMember('vault', '"AAAAAAAAAAAAAAAAAAAA"'),
    withMember('vault', '"AAAAAAAAAAAAAAAAAAAAAB"'),
    withMember('createdAt', '"2026-01-02T03:04:05Z"'),
    withMember('createdAt', '"2026-13-02T03:04:05.678Z"'),
    withMember('payloadCheck', `"${'A'.repeat(64)}"`),
    withMember('floe', '"AAAA"'),
    withMember('mac', '"AAAA"'),
    withMember('metadata', `"${'A'.repeat(20_000)}"`),
    TEXT.replace('"algorithm":"none"', '"algorithm":"none","frame":4096'),
    TEXT.replace('"algorithm":"none"', '"algorithm":"lzma"'),
    TEXT.replace('"type":"kek"', '"type":"kms"'),
    TEXT.replace('"version":1', '"version":4294967296'),
  ]) {
    await refuses(text, 'CONTAINER_MALFORMED');
  }
});

test('sizes that do not follow from one another are refused', async () => {
  for (const change of [
    { size: header.size + 1 },
    { storedSize: header.storedSize + 1, size: header.size + 1 },
    { payloadSize: header.payloadSize - 1 },
    { payloadSize: 0 },
  ]) {
    await refuses(formatHeader({ ...header, ...change }), 'CONTAINER_MALFORMED');
  }
  const compression = { algorithm: 'zstd', frame: 4096 } as const;
  const endless = { ...header, compression, size: 2 ** 50 } as ContainerHeader;
  await refuses(formatHeader(endless), 'CONTAINER_LIMIT');
});

test('too many slots are refused, and none', async () => {
  assert.ok(header.suite === 1);
  const [slot] = header.slots;
  assert.ok(slot);
  const many = Array.from({ length: 65 }, () => slot);
  await refuses(formatHeader({ ...header, slots: many }), 'CONTAINER_MALFORMED');
  await refuses(formatHeader({ ...header, slots: [] }), 'CONTAINER_MALFORMED');
  assert.equal(
    (parseHeader(formatHeader({ ...header, slots: many.slice(1) })) as typeof header).slots.length,
    64,
  );
  await refusal(
    () => sealed(noise(1), { recipients: Array.from({ length: 65 }, () => KEK.recipient) }),
    'INPUT_INVALID',
  );
});

test('a header of a later format, or of an unknown suite, asks for an upgrade', async () => {
  await refuses(TEXT.replace('strongroom/1', 'strongroom/2'), 'CONTAINER_UNSUPPORTED');
  await refuses(withMember('suite', '2'), 'CONTAINER_UNSUPPORTED');
});

test('a message about a header never repeats what is in it', async () => {
  const hostile = withMember('createdAt', '"\u001b[31mlook here"');
  const message = await refusal(
    () => Promise.resolve().then(() => parseHeader(utf8Bytes(hostile))),
    'CONTAINER_MALFORMED',
  );
  assert.ok(!message.includes('look here'));
});
