import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import {
  Decrypter,
  Encrypter,
  generateHybridIdentity,
  generateX25519Identity,
  identityToRecipient,
} from 'age-encryption';
import fc from 'fast-check';
import {
  type ByteSource,
  collectBytes,
  memorySource,
  Passphrase,
  SecretBytes,
  streamOf,
  utf8Bytes,
} from '../../../src/bytes/index.ts';
import { type AgeKeys, MAX_AGE_HEADER_BYTES, openAge, sealAge } from '../../../src/container/index.ts';
import { generateHybridKey } from '../../../src/crypto/index.ts';
import { isStrongroomError } from '../../../src/errors/index.ts';

const CHUNK = 64 * 1024;
const SEALED_CHUNK = CHUNK + 16;
const SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17];
const LIMIT = 1 << 24;

const identity = await generateX25519Identity();
const recipient = await identityToRecipient(identity);
const keys: AgeKeys = { identities: [secretOf(identity)] };

function secretOf(text: string): SecretBytes {
  return SecretBytes.copyOf(utf8Bytes(text));
}

async function seal(plain: Uint8Array, to: Parameters<typeof sealAge>[1] = { recipients: [recipient] }) {
  return Buffer.from(await collectBytes(sealAge(streamOf(plain), to), LIMIT));
}

async function open(file: Uint8Array | ByteSource | AsyncIterable<Uint8Array>, given: AgeKeys = keys) {
  const input = file instanceof Uint8Array ? memorySource(file) : file;
  return Buffer.from(await collectBytes(openAge(input, given), LIMIT));
}

async function* pieces(bytes: Uint8Array, size: number) {
  // One buffer for all pieces: whoever keeps a view of it notices.
  const memory = new Uint8Array(size);
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    memory.set(piece);
    yield Promise.resolve(memory.subarray(0, piece.length));
  }
}

async function libraryOpen(file: Uint8Array, given: string): Promise<Buffer> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(given);
  return Buffer.from(await decrypter.decrypt(file));
}

async function librarySeal(plain: Uint8Array, to: string): Promise<Buffer> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(to);
  return Buffer.from(await encrypter.encrypt(plain));
}

for (const size of SIZES) {
  test(`exchanges ${size} bytes with the age library, both ways`, async () => {
    const plain = randomBytes(size);
    assert.ok(plain.equals(await libraryOpen(await seal(plain), identity)));
    const foreign = await librarySeal(plain, recipient);
    assert.ok(plain.equals(await open(foreign)), 'from a source');
    assert.ok(plain.equals(await open(streamOf(foreign))), 'from a stream');
    assert.ok(plain.equals(await open(pieces(foreign, 1000))), 'from small pieces of reused memory');
  });
}

test('gives the same bytes however the input is cut', async () => {
  const plain = randomBytes(2 * CHUNK + 5);
  const file = await librarySeal(plain, recipient);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 17, max: 2 * SEALED_CHUNK }), async (size) => {
      assert.ok(plain.equals(await open(pieces(file, size))));
      const sealed = await collectBytes(sealAge(pieces(plain, size), { recipients: [recipient] }), LIMIT);
      assert.ok(plain.equals(await libraryOpen(sealed, identity)));
    }),
    { numRuns: 8 },
  );
});

test('exchanges post-quantum files with the age library', async () => {
  const plain = randomBytes(1000);
  const theirs = await generateHybridIdentity();
  const file = await seal(plain, { recipients: [await identityToRecipient(theirs)] });
  assert.ok(plain.equals(await libraryOpen(file, theirs)));
  const ours = generateHybridKey();
  assert.ok(
    plain.equals(await open(await librarySeal(plain, ours.recipient), { identities: [ours.identity] })),
  );
});

test('exchanges passphrase files with the age library', async () => {
  const plain = randomBytes(1000);
  const passphrase = Passphrase.fromText('correct horse');
  const file = await seal(plain, { passphrase, workFactor: 17 });
  const decrypter = new Decrypter();
  decrypter.addPassphrase('correct horse');
  assert.ok(plain.equals(Buffer.from(await decrypter.decrypt(file))));
  const encrypter = new Encrypter();
  encrypter.setPassphrase('correct horse');
  encrypter.setScryptWorkFactor(10);
  const foreign = await encrypter.encrypt(plain);
  assert.ok(plain.equals(await open(foreign, { passphrase })));
  const wrong = { passphrase: Passphrase.fromText('wrong') };
  await assert.rejects(open(foreign, wrong), { code: 'KEY_REFUSED' });
});

test('opens for each of several recipients', async () => {
  const other = await generateX25519Identity();
  const file = await seal(utf8Bytes('both'), { recipients: [recipient, await identityToRecipient(other)] });
  for (const one of [identity, other])
    assert.equal(String(await open(file, { identities: [secretOf(one)] })), 'both');
});

test('answers every wrong key alike', async () => {
  const file = await seal(utf8Bytes('x'));
  const stranger = generateHybridKey().identity;
  const wrong = [await generateX25519Identity()].map(secretOf);
  for (const given of [
    { identities: wrong },
    { identities: [stranger] },
    { passphrase: Passphrase.fromText('p') },
  ])
    await assert.rejects(open(file, given), {
      code: 'KEY_REFUSED',
      message: 'no key given here opens this age file',
    });
});

test('refuses keys and recipients that are none', async () => {
  const file = await seal(utf8Bytes('x'));
  for (const given of [
    {},
    { identities: [secretOf('AGE-SECRET-KEY-1NOPE')] },
    { identities: [secretOf('hello')] },
  ])
    await assert.rejects(open(file, given), { code: 'INPUT_INVALID' });
  const hybrid = generateHybridKey().recipient;
  for (const recipients of [[], ['age1nope'], ['hello'], ['age1pq1nope'], [recipient, hybrid]])
    await assert.rejects(seal(utf8Bytes('x'), { recipients }), { code: 'INPUT_INVALID' });
  for (const workFactor of [1, 16, 21, 17.5])
    await assert.rejects(seal(utf8Bytes('x'), { passphrase: Passphrase.fromText('p'), workFactor }), {
      code: 'INPUT_INVALID',
    });
});

const PLAIN = randomBytes(2 * CHUNK + 100);
const FILE = await seal(PLAIN);
const PAYLOAD_AT = FILE.length - (2 * SEALED_CHUNK + 116);

/** Both doors must refuse; a source must not give out a single byte of a file that is cut or extended. */
async function refused(file: Uint8Array, codes: readonly string[]): Promise<void> {
  const isExpected = (error: unknown) => isStrongroomError(error) && codes.includes(error.code);
  await assert.rejects(open(streamOf(file)), isExpected);
  await assert.rejects(open(file), isExpected);
}

test('refuses any flipped byte', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(FILE.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const changed = Buffer.from(FILE);
      changed[at]! ^= change;
      await assert.rejects(open(streamOf(changed)), isStrongroomError);
    }),
    { numRuns: 60 },
  );
  const inChunk = Buffer.from(FILE);
  inChunk[PAYLOAD_AT + SEALED_CHUNK + 7]! ^= 1;
  await refused(inChunk, ['CONTAINER_TAMPERED']);
  const inMac = Buffer.from(FILE);
  const macAt = inMac.indexOf('\n--- ') + 5;
  inMac[macAt] = inMac[macAt] === 0x41 ? 0x42 : 0x41;
  await refused(inMac, ['CONTAINER_TAMPERED']);
});

test('refuses every cut and every extension', async () => {
  const ends = [0, 10, 30, 100, PAYLOAD_AT - 1, PAYLOAD_AT, PAYLOAD_AT + 15, PAYLOAD_AT + SEALED_CHUNK];
  ends.push(PAYLOAD_AT + 2 * SEALED_CHUNK, FILE.length - 1);
  const codes = ['CONTAINER_TRUNCATED', 'CONTAINER_TAMPERED', 'CONTAINER_MALFORMED'];
  for (const end of ends) await refused(FILE.subarray(0, end), codes);
  await refused(FILE.subarray(0, PAYLOAD_AT + SEALED_CHUNK), ['CONTAINER_TRUNCATED']);
  const last = FILE.subarray(PAYLOAD_AT + 2 * SEALED_CHUNK);
  for (const more of [Buffer.alloc(1), Buffer.alloc(16), last, Buffer.alloc(SEALED_CHUNK)])
    await refused(Buffer.concat([FILE, more]), codes);
});

test('refuses chunks in another order, left out or doubled', async () => {
  const head = FILE.subarray(0, PAYLOAD_AT);
  const chunks = [0, 1, 2].map((n) => FILE.subarray(PAYLOAD_AT + n * SEALED_CHUNK).subarray(0, SEALED_CHUNK));
  for (const order of [
    [1, 0, 2],
    [0, 2],
    [1, 2],
    [0, 0, 1, 2],
    [0, 1, 1, 2],
    [0, 1, 2, 2],
  ])
    await refused(Buffer.concat([head, ...order.map((n) => chunks[n]!)]), [
      'CONTAINER_TAMPERED',
      'CONTAINER_TRUNCATED',
    ]);
});

test('a source that is cut gives out nothing at all', async () => {
  const cut = memorySource(FILE.subarray(0, PAYLOAD_AT + 2 * SEALED_CHUNK));
  await assert.rejects(openAge(cut, keys).next(), { code: 'CONTAINER_TRUNCATED' });
});

test('refuses headers that are too long, armored, or of another kind', async () => {
  const intro = 'age-encryption.org/v1\n';
  const long = Buffer.from(intro + '-> x\n\n'.repeat(MAX_AGE_HEADER_BYTES / 4));
  await refused(long, ['CONTAINER_LIMIT']);
  await refused(Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----\n'), ['CONTAINER_UNSUPPORTED']);
  await refused(Buffer.from('PK\x03\x04 something else entirely'), ['CONTAINER_MALFORMED']);
  await refused(Buffer.from(`${intro}-> X25519\n\n--- ${'A'.repeat(43)}\n${'x'.repeat(40)}`), [
    'CONTAINER_MALFORMED',
  ]);
});

test('refuses a work factor beyond the cap before deriving anything', async () => {
  const stanza = `-> scrypt ${'A'.repeat(22)} 30\n${'A'.repeat(43)}\n--- ${'A'.repeat(43)}\n`;
  const file = Buffer.from(`age-encryption.org/v1\n${stanza}${'x'.repeat(40)}`);
  await assert.rejects(open(file, { passphrase: Passphrase.fromText('p') }), { code: 'CONTAINER_LIMIT' });
});

test('tells the input that nobody reads on', async () => {
  let isClosed = false;
  async function* input() {
    try {
      yield* pieces(FILE, 5000);
    } finally {
      isClosed = true;
    }
  }
  for await (const piece of openAge(input(), keys)) {
    assert.ok(piece.length > 0);
    break;
  }
  assert.ok(isClosed);
});
