// Writes vectors/container/: what a reader of the format must accept, and what it must refuse, each with its code.
// Run it by hand when the format gains something: `node test/container/make-vectors.ts`. Ids, data keys and nonces
// are random, so every run makes other vectors; those that are committed stay as they are.
import { mkdirSync, writeFileSync } from 'node:fs';
import { toBase64Url, utf8Text } from '../../src/bytes/index.ts';
import {
  accessCodeKey,
  type ContainerHeader,
  type EncryptedHeader,
  formatHeader,
  hybridRecipient,
  passphraseRecipient,
  rewrapHeader,
  type SealRequest,
} from '../../src/container/index.ts';
import { generateHybridKey } from '../../src/crypto/index.ts';
import type { ErrorCode } from '../../src/errors/index.ts';
import {
  altered,
  type InMemory,
  KEK,
  kekOf,
  noise,
  passphrase,
  QUICK_KDF,
  QUICK_KDF_2,
  SEGMENT_BYTES,
  sealed,
  text,
} from './seal-kit.ts';
import type { AcceptVector, RejectVector, RejectVectors, VectorKeys } from './vector-format.ts';

const FOLDER = new URL('../../vectors/container/', import.meta.url);
const KEK_KEYS: VectorKeys = { kek: '07'.repeat(32) };
const SMALL = text(600);
const pair = generateHybridKey();

interface Plan {
  readonly name: string;
  readonly content: Uint8Array;
  readonly keys: VectorKeys;
  readonly options?: Partial<SealRequest>;
}

const PLANS: readonly Plan[] = [
  { name: 'nothing at all', content: new Uint8Array(0), keys: KEK_KEYS },
  { name: 'one byte', content: noise(1), keys: KEK_KEYS },
  { name: 'one segment, full', content: noise(4064), keys: KEK_KEYS },
  { name: 'two segments, the last of one byte', content: noise(4065), keys: KEK_KEYS },
  { name: 'with SHA-512', content: SMALL, keys: KEK_KEYS, options: { withSha512: true } },
  {
    name: 'compressed, three frames',
    content: text(2 * 4096 + 100),
    keys: KEK_KEYS,
    options: { compression: { algorithm: 'zstd' }, frameBytes: 4096 },
  },
  {
    name: 'compressed, nothing at all',
    content: new Uint8Array(0),
    keys: KEK_KEYS,
    options: { compression: { algorithm: 'zstd' } },
  },
  {
    name: 'a passphrase',
    content: SMALL,
    keys: { passphrase: 'correct horse battery staple' },
    options: {
      recipients: [passphraseRecipient(passphrase('correct horse battery staple'), { phc: QUICK_KDF })],
    },
  },
  {
    name: 'a passphrase beyond ASCII, decomposed where it was typed',
    content: SMALL,
    keys: { passphrase: 'Schlu\u0308ssel' },
    options: { recipients: [passphraseRecipient(passphrase('Schl\u00fcssel'), { phc: QUICK_KDF_2 })] },
  },
  {
    name: 'a hybrid recipient',
    content: SMALL,
    keys: { identity: utf8Text(pair.identity.expose()) ?? '' },
    options: { recipients: [hybridRecipient(pair.recipient)] },
  },
  {
    name: 'an access code besides the key',
    content: SMALL,
    keys: { ...KEK_KEYS, accessCode: 'opensesame' },
    options: { accessCode: await accessCodeKey(passphrase('opensesame'), QUICK_KDF) },
  },
  { name: 'not encrypted', content: SMALL, keys: {}, options: { encryption: 'off' } },
];

function vectorOf(blob: InMemory): { header: string; payload: string } {
  return { header: headerText(blob.header), payload: toBase64Url(blob.payload) };
}

function headerText(header: ContainerHeader): string {
  return utf8Text(formatHeader(header)) ?? '';
}

async function acceptVectors(): Promise<AcceptVector[]> {
  const vectors: AcceptVector[] = [];
  for (const { name, content, keys, options } of PLANS) {
    const blob = await sealed(content, options);
    vectors.push({ name, keys, ...vectorOf(blob), fileName: 'weights.bin', content: toBase64Url(content) });
  }
  const blob = await sealed(SMALL);
  const request = { identities: [KEK.identity], recipients: [KEK.recipient] };
  const rewrapped = { ...blob, header: await rewrapHeader(blob.header, request) };
  const content = toBase64Url(SMALL);
  vectors.push({
    name: 'rewrapped',
    keys: KEK_KEYS,
    ...vectorOf(rewrapped),
    fileName: 'weights.bin',
    content,
  });
  return vectors;
}

async function rejectVectors(): Promise<RejectVectors> {
  const blob = await sealed(noise(2 * 4064 + 10));
  const other = await sealed(noise(2 * 4064 + 10, 2));
  const header = blob.header as EncryptedHeader;
  const otherHeader = other.header as EncryptedHeader;
  const [slot] = header.slots;
  const { payload } = blob;
  const cases: RejectVector[] = [];
  const add = (name: string, code: ErrorCode, change: Partial<RejectVector>): void => {
    cases.push({ name, code, ...change });
  };
  const addHeader = (name: string, code: ErrorCode, change: object): void =>
    add(name, code, { header: headerText({ ...header, ...change }) });
  const addPayload = (name: string, code: ErrorCode, changed: Uint8Array): void =>
    add(name, code, { payload: toBase64Url(changed) });
  const swapped = altered(payload, (copy) => copy.copyWithin(0, SEGMENT_BYTES, 2 * SEGMENT_BYTES));

  add('a wrong key', 'KEY_REFUSED', { keys: { kek: '08'.repeat(32) } });
  add('no key', 'KEY_REFUSED', { keys: {} });
  addPayload('cut by one byte', 'CONTAINER_TRUNCATED', payload.subarray(0, -1));
  addPayload('cut at a segment border', 'CONTAINER_TRUNCATED', payload.subarray(0, 2 * SEGMENT_BYTES));
  addPayload('one byte appended', 'CONTAINER_TRUNCATED', new Uint8Array([...payload, 0]));
  addPayload(
    'a bit of the first tag',
    'CONTAINER_TAMPERED',
    altered(payload, (copy) => (copy[4095]! ^= 1)),
  );
  addPayload(
    'a bit of the first length word',
    'CONTAINER_TAMPERED',
    altered(payload, (copy) => (copy[0]! ^= 1)),
  );
  addPayload(
    'a bit of the last nonce',
    'CONTAINER_TAMPERED',
    altered(payload, (copy) => (copy[8196]! ^= 1)),
  );
  addPayload('the second segment in the first place', 'CONTAINER_TAMPERED', swapped);
  addPayload('the payload of another blob', 'CONTAINER_TAMPERED', other.payload);
  addHeader('the FLOE header of another blob', 'CONTAINER_TAMPERED', { floe: otherHeader.floe });
  addHeader('the metadata of another blob', 'CONTAINER_TAMPERED', { metadata: otherHeader.metadata });
  addHeader('another time of creation', 'CONTAINER_TAMPERED', { createdAt: '2027-01-01T00:00:00.000Z' });
  addHeader('the slots of another blob', 'KEY_REFUSED', { slots: otherHeader.slots });
  addHeader('a slot under another version', 'KEY_REFUSED', { slots: [{ ...slot, version: 2 }] });
  addHeader('an access code added to a slot', 'ACCESS_CODE_REQUIRED', {
    slots: [{ ...slot, code: QUICK_KDF }],
  });
  addHeader('no slots', 'CONTAINER_MALFORMED', { slots: [] });
  addHeader('sizes that disagree', 'CONTAINER_MALFORMED', { size: header.size + 1 });
  addHeader('an unknown member', 'CONTAINER_MALFORMED', { extra: 1 });
  addHeader('an unknown suite', 'CONTAINER_UNSUPPORTED', { suite: 9 });
  addHeader('a later format', 'CONTAINER_UNSUPPORTED', { format: 'strongroom/2' });
  addHeader('memory without end', 'CONTAINER_LIMIT', {
    slots: [{ ...slot, code: QUICK_KDF.replace('m=64', 'm=1048577') }],
  });
  const canonical = headerText(header);
  add('white space', 'CONTAINER_MALFORMED', { header: canonical.replace(':', ': ') });
  add('no line feed', 'CONTAINER_MALFORMED', { header: canonical.trimEnd() });
  add('a member twice', 'CONTAINER_MALFORMED', {
    header: canonical.replace('"generation":1', '"generation":1,"generation":1'),
  });

  const coded = await sealed(SMALL, { accessCode: await accessCodeKey(passphrase('right'), QUICK_KDF) });
  add('a wrong access code', 'KEY_REFUSED', {
    ...vectorOf(coded),
    keys: { ...KEK_KEYS, accessCode: 'wrong' },
  });
  add('no access code', 'ACCESS_CODE_REQUIRED', vectorOf(coded));
  const short = await kekOf(7).recipient.wrap(noise(16), header);
  addHeader('a data key of 16 bytes', 'CONTAINER_TAMPERED', { slots: [short] });
  const plain = await sealed(SMALL, { encryption: 'off' });
  const spoilt = altered(plain.payload, (copy) => (copy[0]! ^= 1));
  add('not encrypted, and changed', 'CONTAINER_TAMPERED', {
    ...vectorOf({ ...plain, payload: spoilt }),
    keys: {},
  });
  return { base: { keys: KEK_KEYS, ...vectorOf(blob) }, cases };
}

function write(name: string, vectors: unknown): void {
  writeFileSync(new URL(name, FOLDER), `${JSON.stringify(vectors, null, 1)}\n`);
}

mkdirSync(FOLDER, { recursive: true });
write('accept.json', await acceptVectors());
write('reject.json', await rejectVectors());
