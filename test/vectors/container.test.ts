import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import {
  collectBytes,
  fromBase64Url,
  fromHex,
  memorySource,
  SecretBytes,
  utf8Bytes,
  utf8Text,
} from '../../src/bytes/index.ts';
import {
  formatHeader,
  hybridIdentity,
  type Identity,
  kekIdentity,
  openPayload,
  parseHeader,
  passphraseIdentity,
  readSealedFile,
  verifySealed,
  writeSealedFile,
} from '../../src/container/index.ts';
import type { ErrorCode } from '../../src/errors/index.ts';
import { passphrase, pool, refusal } from '../container/seal-kit.ts';
import type { AcceptVector, RejectVectors, VectorKeys, VectorParts } from '../container/vector-format.ts';

const FOLDER = new URL('../../vectors/container/', import.meta.url);
const ACCEPT = read('accept.json') as AcceptVector[];
const REJECT = read('reject.json') as RejectVectors;

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'));
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64Url(text);
  assert.ok(bytes);
  return bytes;
}

function identitiesOf(keys: VectorKeys): Identity[] {
  const { kek, identity } = keys;
  return [
    ...(kek === undefined ? [] : [kekOf(kek)]),
    ...(keys.passphrase === undefined ? [] : [passphraseIdentity(passphrase(keys.passphrase))]),
    ...(identity === undefined ? [] : [hybridIdentity(SecretBytes.copyOf(utf8Bytes(identity)))]),
  ];
}

function kekOf(hex: string): Identity {
  const material = SecretBytes.copyOf(fromHex(hex) ?? new Uint8Array());
  return kekIdentity((key, version) => (key === 'acme/churn' && version === 1 ? material : undefined));
}

async function openVector(vector: VectorParts, range?: { start: number; end: number }) {
  const { keys } = vector;
  const header = parseHeader(utf8Bytes(vector.header));
  const accessCode = keys.accessCode === undefined ? undefined : passphrase(keys.accessCode);
  const source = memorySource(bytesOf(vector.payload));
  await using opened = await openPayload(
    { header, source, identities: identitiesOf(keys), accessCode },
    { pool },
  );
  return { name: opened.name, bytes: await collectBytes(opened.read(range), 2 ** 20) };
}

for (const vector of ACCEPT) {
  test(`accepts: ${vector.name}`, async () => {
    const content = bytesOf(vector.content);
    const { name, bytes } = await openVector(vector);
    assert.equal(name, vector.fileName);
    assert.deepEqual(bytes, content);
    const half = { start: Math.floor(content.length / 2), end: content.length };
    assert.deepEqual((await openVector(vector, half)).bytes, content.slice(half.start));
  });

  test(`writes as it was read, verifies without a key, and travels as one file: ${vector.name}`, async () => {
    const header = parseHeader(utf8Bytes(vector.header));
    assert.equal(utf8Text(formatHeader(header)), vector.header);
    const payload = memorySource(bytesOf(vector.payload));
    await verifySealed({ header, source: payload });
    const file = new Uint8Array(2 ** 20);
    let end = 0;
    const writeAt = (position: number, bytes: Uint8Array): Promise<void> => {
      file.set(bytes, position);
      end = Math.max(end, position + bytes.length);
      return Promise.resolve();
    };
    await writeSealedFile({ header, payload }, { writeAt });
    const parts = await readSealedFile(memorySource(file.subarray(0, end)));
    assert.deepEqual(parts.header, header);
    assert.deepEqual(await parts.payload.read(0, parts.payload.size), bytesOf(vector.payload));
  });
}

test('accepts what the refused ones are made of', async () => {
  assert.equal((await openVector(REJECT.base)).bytes.length, 2 * 4064 + 10);
});

for (const vector of REJECT.cases) {
  test(`refuses: ${vector.name}`, async () => {
    await refusal(() => openVector({ ...REJECT.base, ...vector }), vector.code as ErrorCode);
  });
}
