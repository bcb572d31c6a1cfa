import assert from 'node:assert/strict';
import { createPublicKey, ECDH, generateKeyPairSync, type KeyObject, sign as nodeSign } from 'node:crypto';
import test from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { fromHex, Passphrase, utf8Bytes } from '../../src/bytes/index.ts';
import { PublicKey, SIGNATURE_ROWS, type SignatureAlgorithm, SigningKey } from '../../src/crypto/index.ts';
import { refusal } from '../signing/refusal.ts';

const ALGORITHMS = Object.keys(SIGNATURE_ROWS) as SignatureAlgorithm[];
const KEYS = new Map(ALGORITHMS.map((algorithm) => [algorithm, SigningKey.generate(algorithm)]));
const MESSAGE = utf8Bytes('the digests of a model');

function keyOf(algorithm: SignatureAlgorithm): SigningKey {
  const key = KEYS.get(algorithm);
  assert.ok(key);
  return key;
}

function pkcs8(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ type: 'pkcs8', format: 'der' }));
}

for (const algorithm of ALGORITHMS) {
  const key = keyOf(algorithm);

  test(`${algorithm} verifies what it has signed, and no other message`, () => {
    const signature = key.sign(MESSAGE);
    assert.ok(key.publicKey.verify(MESSAGE, signature));
    assert.ok(!key.publicKey.verify(utf8Bytes('the digests of another model'), signature));
  });

  test(`no flipped bit of a signature by ${algorithm} is taken`, () => {
    const signature = key.sign(MESSAGE);
    fc.assert(
      fc.property(fc.nat({ max: signature.length * 8 - 1 }), (bit) => {
        const changed = new Uint8Array(signature);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        return !key.publicKey.verify(MESSAGE, changed);
      }),
      { numRuns: 60 },
    );
  });

  test(`a signature by ${algorithm} is refused when it is cut, empty or followed by something`, () => {
    const signature = key.sign(MESSAGE);
    for (const bad of [new Uint8Array(), signature.subarray(0, -1), new Uint8Array([...signature, 0])]) {
      assert.ok(!key.publicKey.verify(MESSAGE, bad));
    }
  });

  test(`no other key takes a signature by ${algorithm}`, () => {
    const signature = key.sign(MESSAGE);
    const others = [...ALGORITHMS.filter((other) => other !== algorithm).map(keyOf), otherKey(algorithm)];
    for (const other of others) assert.ok(!other.publicKey.verify(MESSAGE, signature));
  });

  test(`keys of ${algorithm} come back from PKCS#8, from PEM under a passphrase, and from their public half`, () => {
    const passphrase = Passphrase.fromText('correct horse');
    using secret = key.exportSecret();
    const pem = key.exportPem(passphrase);
    for (const again of [SigningKey.parse(secret.expose()), SigningKey.parse(pem, passphrase)]) {
      assert.ok(again.publicKey.equals(key.publicKey));
      assert.ok(key.publicKey.verify(MESSAGE, again.sign(MESSAGE)));
    }
    const { publicKey } = key;
    for (const bytes of [
      publicKey.spki(),
      utf8Bytes(publicKey.pem),
      utf8Bytes(`my key\n\n${publicKey.pem}`),
    ]) {
      assert.equal(PublicKey.parse(bytes).id, publicKey.id);
    }
    assert.throws(() => SigningKey.parse(pem), refusal('INPUT_INVALID', /passphrase/));
    assert.throws(() => SigningKey.parse(pem, Passphrase.fromText('wrong')), refusal('KEY_REFUSED'));
  });
}

function otherKey(algorithm: SignatureAlgorithm): SigningKey {
  return SigningKey.generate(algorithm === 'rsa-pss-sha256' ? 'ed25519' : algorithm);
}

test('the id of a key is the SHA-256 of its PEM text, as model_signing computes its hint', () => {
  const pem = [
    '-----BEGIN PUBLIC KEY-----',
    'MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEsu6rZGBTjxtvRWPMixT+3HyndV0J0Ybt',
    'aHZUcO4DEK+OJHO/4e32bb/fbJKSpRgcBsIpKLcVijUomyFOERbd7u+BTPSUjGZD',
    'Qq6J7lTvp/EAXQGOKxW9RP0MGX3qAkvi',
    '-----END PUBLIC KEY-----',
    '',
  ].join('\n');
  const key = PublicKey.parse(utf8Bytes(pem));
  assert.equal(key.pem, pem);
  assert.equal(key.id, 'e8450dec4eb99dae995da9af1bc2cc9f76ed669ee2e744f57abba763df3e3f8e');
});

/** An RSA-PSS key bound to parameters; their types are stricter than node itself. */
function boundPss(digest: string, saltLength: number): KeyObject {
  const options: unknown = {
    modulusLength: 3072,
    hashAlgorithm: digest,
    mgf1HashAlgorithm: digest,
    saltLength,
  };
  return generateKeyPairSync('rsa-pss', options as { modulusLength: number }).privateKey;
}

const WEAK: readonly (readonly [what: string, make: () => KeyObject])[] = [
  ['RSA of 2048 bits', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  [
    'RSA with the exponent 3',
    () => generateKeyPairSync('rsa', { modulusLength: 3072, publicExponent: 3 }).privateKey,
  ],
  ['RSA-PSS bound to SHA-1', () => boundPss('sha1', 20)],
  ['RSA-PSS bound to another salt', () => boundPss('sha256', 20)],
  ['the curve secp256k1', () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey],
  ['the curve P-224', () => generateKeyPairSync('ec', { namedCurve: 'P-224' }).privateKey],
  ['Ed448', () => generateKeyPairSync('ed448').privateKey],
  ['X25519', () => generateKeyPairSync('x25519').privateKey],
  ['ML-DSA-44', () => generateKeyPairSync('ml-dsa-44').privateKey],
  ['DSA', () => generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).privateKey],
];

for (const [what, make] of WEAK) {
  test(`a key is refused for ${what}`, () => {
    assert.throws(() => SigningKey.parse(pkcs8(make())), refusal('SIGNING_KEY_INVALID'));
  });
}

test('RSA-PSS keys bound to our own parameters are taken', () => {
  const key = SigningKey.parse(pkcs8(boundPss('sha256', 32)));
  assert.ok(key.publicKey.verify(MESSAGE, key.sign(MESSAGE)));
});

test('Ed25519 keys of small order, for which anybody can sign, are refused', () => {
  const points = [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000080',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  ];
  for (const point of points) {
    const spki = fromHex(`302a300506032b6570032100${point}`);
    assert.ok(spki);
    assert.throws(() => PublicKey.parse(spki), refusal('SIGNING_KEY_INVALID'));
  }
});

test('a key has one name however its point is written, and no second spelling as DER', () => {
  const { publicKey } = keyOf('ecdsa-p384');
  const spki = Buffer.from(publicKey.spki());
  const point = ECDH.convertKey(
    spki.subarray(-97),
    'secp384r1',
    undefined,
    undefined,
    'compressed',
  ) as Buffer;
  const compressed = Buffer.concat([
    Buffer.from('3046301006072a8648ce3d020106052b81040022033200', 'hex'),
    point,
  ]);
  assert.equal(PublicKey.parse(compressed).id, publicKey.id);
  const explicit = generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' });
  const jwk = explicit.publicKey.export({ format: 'jwk' });
  const named = createPublicKey({ key: jwk, format: 'jwk' });
  assert.equal(PublicKey.of(explicit.publicKey).id, PublicKey.of(named).id, 'all parameters written out');
  const trailing = Buffer.concat([spki, Buffer.from([0])]);
  assert.throws(() => PublicKey.parse(trailing), refusal('SIGNING_KEY_INVALID'));
});

test('what is no public key is refused: nothing, a private key, a certificate, two keys, a large file', () => {
  const { publicKey } = keyOf('ecdsa-p256');
  const secret = keyOf('ecdsa-p256').exportPem(Passphrase.fromText('x'));
  const cases: readonly Uint8Array[] = [
    new Uint8Array(),
    utf8Bytes('hello'),
    secret,
    utf8Bytes(publicKey.pem + publicKey.pem),
    utf8Bytes(publicKey.pem.replaceAll('PUBLIC KEY', 'CERTIFICATE')),
    new Uint8Array(100_000),
  ];
  for (const bytes of cases) assert.throws(() => PublicKey.parse(bytes), refusal('SIGNING_KEY_INVALID'));
});

test('a private key that is none is refused as such, not as a wrong passphrase', () => {
  assert.throws(() => SigningKey.parse(utf8Bytes('hello')), refusal('SIGNING_KEY_INVALID'));
  assert.throws(
    () => SigningKey.parse(utf8Bytes(keyOf('ed25519').publicKey.pem)),
    refusal('SIGNING_KEY_INVALID'),
  );
  assert.throws(() => SigningKey.parse(new Uint8Array(100_000)), refusal('SIGNING_KEY_INVALID'));
});

test('a signing key prints nothing of itself', () => {
  const key = keyOf('ed25519');
  using secret = key.exportSecret();
  const hex = Buffer.from(secret.expose()).subarray(-32).toString('hex');
  for (const shown of [JSON.stringify(key), inspect(key, { depth: 9, showHidden: true })]) {
    assert.ok(!shown.includes(hex));
  }
});

test('ECDSA takes a signature by the hash of its curve only', () => {
  const key = keyOf('ecdsa-p384');
  const { privateKey } = nodeKeyOf(key);
  assert.ok(key.publicKey.verify(MESSAGE, nodeSign('sha384', MESSAGE, privateKey)));
  for (const digest of ['sha256', 'sha512', 'sha1']) {
    assert.ok(!key.publicKey.verify(MESSAGE, nodeSign(digest, MESSAGE, privateKey)));
  }
});

test('RSA takes PSS with a salt of 32 bytes only', () => {
  const key = keyOf('rsa-pss-sha256');
  const { privateKey } = nodeKeyOf(key);
  const pss = (saltLength: number): Uint8Array =>
    nodeSign('sha256', MESSAGE, { key: privateKey, padding: 6, saltLength });
  assert.ok(key.publicKey.verify(MESSAGE, pss(32)));
  for (const salt of [0, 20, 64]) assert.ok(!key.publicKey.verify(MESSAGE, pss(salt)));
  assert.ok(!key.publicKey.verify(MESSAGE, nodeSign('sha256', MESSAGE, privateKey)));
});

/** ECDSA signatures as other encodings of the same two numbers, or as numbers out of range. */
test('ECDSA takes only the one DER of a signature, with low or high s', () => {
  const key = keyOf('ecdsa-p256');
  const order = SIGNATURE_ROWS['ecdsa-p256'].order ?? 0n;
  const [r, s] = scalarsOf(key.sign(MESSAGE));
  const verify = (bytes: Uint8Array): boolean => key.publicKey.verify(MESSAGE, bytes);
  assert.ok(verify(sequence(integer(r), integer(s))));
  assert.ok(verify(sequence(integer(r), integer(order - s))), 'the other of low and high s');
  const good = sequence(integer(r), integer(s));
  const bad: readonly (readonly [string, Uint8Array])[] = [
    ['r of zero', sequence(integer(0n), integer(s))],
    ['s of zero', sequence(integer(r), integer(0n))],
    ['s beyond the order', sequence(integer(r), integer(s + order))],
    ['r equal to the order', sequence(integer(order), integer(s))],
    ['a leading zero too many', sequence(padded(r), integer(s))],
    ['a third number', sequence(integer(r), integer(s), integer(1n))],
    ['bytes after it', new Uint8Array([...good, 0])],
    ['a length in the long form', new Uint8Array([0x30, 0x81, ...good.subarray(1)])],
    ['an indefinite length', new Uint8Array([0x30, 0x80, ...good.subarray(2), 0, 0])],
    ['r and s as they are (P1363)', Buffer.concat([fixed(r), fixed(s)])],
  ];
  for (const [what, bytes] of bad) assert.ok(!verify(bytes), what);
});

function nodeKeyOf(key: SigningKey): { readonly privateKey: string } {
  const pem = Buffer.from(key.exportSecret().expose()).toString('base64');
  return { privateKey: `-----BEGIN PRIVATE KEY-----\n${pem}\n-----END PRIVATE KEY-----\n` };
}

function scalarsOf(der: Uint8Array): readonly [bigint, bigint] {
  const size = der[3] ?? 0;
  const number = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  return [number(der.subarray(4, 4 + size)), number(der.subarray(6 + size))];
}

function integer(value: bigint): Uint8Array {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  const content = (bytes[0] ?? 0) >= 0x80 ? [0, ...bytes] : [...bytes];
  return new Uint8Array([2, content.length, ...content]);
}

function padded(value: bigint): Uint8Array {
  const [, , ...content] = integer(value);
  return new Uint8Array([2, content.length + 1, 0, ...content]);
}

function fixed(value: bigint): Uint8Array {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
}

function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  return new Uint8Array([0x30, content.length, ...content]);
}

test('a public key made of a private one is the same', () => {
  const { privateKey } = nodeKeyOf(keyOf('ecdsa-p521'));
  assert.equal(PublicKey.of(createPublicKey(privateKey)).id, keyOf('ecdsa-p521').publicKey.id);
});
