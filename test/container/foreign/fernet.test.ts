import assert from 'node:assert/strict';
import { pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { Passphrase, SecretBytes, utf8Bytes, utf8Text } from '../../../src/bytes/index.ts';
import { deriveFernetKey, openFernet, parseFernetKey } from '../../../src/container/index.ts';
import { isStrongroomError } from '../../../src/errors/index.ts';
import { type FernetVector, fernetVectors, makeFernetToken } from '../../vectors/fernet-tokens.ts';

const NO_VECTORS = 'the external vectors are not there';

function keyOf(vector: FernetVector): SecretBytes {
  return parseFernetKey(SecretBytes.copyOf(utf8Bytes(vector.secret)));
}

function open(vector: FernetVector) {
  const freshness =
    vector.ttl_sec === undefined
      ? {}
      : { freshness: { now: new Date(vector.now), ttlSeconds: vector.ttl_sec } };
  return openFernet(utf8Bytes(vector.token), keyOf(vector), freshness);
}

test('makes and opens the token of the generate vector', (t) => {
  const vectors = fernetVectors('generate');
  if (vectors === undefined) {
    t.skip(NO_VECTORS);
    return;
  }
  for (const vector of vectors) {
    const opened = open(vector);
    assert.equal(utf8Text(opened.plaintext), vector.src);
    assert.equal(opened.createdAt.getTime(), new Date(vector.now).getTime());
    const seconds = opened.createdAt.getTime() / 1000;
    const made = makeFernetToken(opened.plaintext, keyOf(vector).expose(), {
      iv: Uint8Array.from(vector.iv!),
      seconds,
    });
    assert.equal(utf8Text(made), vector.token);
  }
});

test('opens the tokens of the verify vectors', (t) => {
  const vectors = fernetVectors('verify');
  if (vectors === undefined) {
    t.skip(NO_VECTORS);
    return;
  }
  for (const vector of vectors) assert.equal(utf8Text(open(vector).plaintext), vector.src);
});

test('refuses every invalid vector, each for its reason', (t) => {
  const vectors = fernetVectors('invalid');
  if (vectors === undefined) {
    t.skip(NO_VECTORS);
    return;
  }
  const codes: Readonly<Record<string, string>> = {
    'incorrect mac': 'KEY_REFUSED',
    'expired TTL': 'FORMAT_EXPIRED',
  };
  for (const vector of vectors) {
    const code = codes[vector.desc ?? ''] ?? 'CONTAINER_MALFORMED';
    assert.throws(() => open(vector), { code }, vector.desc);
  }
});

const KEY = randomBytes(32);
const SECRET = SecretBytes.copyOf(KEY);

test('gives back what was sealed, at any length', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      (plain, iv) => {
        const token = makeFernetToken(plain, KEY, { iv, seconds: 1_750_000_000 });
        assert.deepEqual(Buffer.from(openFernet(token, SECRET).plaintext), Buffer.from(plain));
      },
    ),
  );
});

test('decodes tokens longer than one piece', () => {
  const plain = randomBytes(3_000_001);
  const token = makeFernetToken(plain, KEY, { iv: randomBytes(16), seconds: 1 });
  assert.ok(plain.equals(openFernet(token, SECRET).plaintext));
  assert.throws(() => openFernet(token, SECRET, { maxTokenBytes: 1000 }), { code: 'CONTAINER_LIMIT' });
});

test('refuses a token with any character changed, cut or appended', () => {
  const token = makeFernetToken(utf8Bytes('weights'), KEY, { iv: randomBytes(16), seconds: 1 });
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Uint8Array.from(token);
      changed[at]! ^= change;
      assert.throws(() => openFernet(changed, SECRET), isStrongroomError);
    }),
  );
  for (let length = 0; length < token.length; length++)
    assert.throws(() => openFernet(token.subarray(0, length), SECRET), isStrongroomError);
  for (const more of ['A', '=', '\n', 'AAAA'])
    assert.throws(() => openFernet(Buffer.concat([token, Buffer.from(more)]), SECRET), isStrongroomError);
});

test('answers a wrong key and a changed token alike', () => {
  const token = makeFernetToken(utf8Bytes('weights'), KEY, { iv: randomBytes(16), seconds: 1 });
  const wrong = SecretBytes.copyOf(randomBytes(32));
  assert.throws(() => openFernet(token, wrong), { code: 'KEY_REFUSED' });
});

test('reads a key as Python writes it and nothing else', () => {
  const text = KEY.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
  const parse = (given: string) => parseFernetKey(SecretBytes.copyOf(utf8Bytes(given)));
  assert.deepEqual(Buffer.from(parse(`${text}\n`).expose()), KEY);
  for (const given of ['', text.slice(1), `${text}A`, text.replace('=', ''), '%'.repeat(44)])
    assert.throws(() => parse(given), { code: 'INPUT_INVALID' });
});

test('derives keys as the Python class did', async () => {
  const password = Passphrase.fromText('correct horse');
  const salt = randomBytes(32);
  using scrypt = await deriveFernetKey(password, { algorithm: 'scrypt', salt });
  assert.deepEqual(
    Buffer.from(scrypt.expose()),
    scryptSync('correct horse', salt, 32, { N: 2 ** 14, r: 8, p: 1 }),
  );
  using pbkdf2 = await deriveFernetKey(password, { algorithm: 'pbkdf2-sha512', salt });
  assert.deepEqual(Buffer.from(pbkdf2.expose()), pbkdf2Sync('correct horse', salt, 200_000, 32, 'sha512'));
  const absurd = { algorithm: 'pbkdf2-sha256', salt, iterations: 1e12 } as const;
  await assert.rejects(deriveFernetKey(password, absurd), { code: 'CONTAINER_LIMIT' });
});
