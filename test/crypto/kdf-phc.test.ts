import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatKdf, type KdfAlgorithm, type KdfParams, newKdf, parseKdf } from '../../src/crypto/index.ts';

const SALT = 'gZiV/M1gPc22ElAH/Jh1Hw';

const INITIAL: Record<KdfAlgorithm, RegExp> = {
  argon2id: /^\$argon2id\$v=19\$m=65536,t=3,p=4\$[A-Za-z0-9+/]{22}$/,
  scrypt: /^\$scrypt\$ln=17,r=8,p=1\$[A-Za-z0-9+/]{22}$/,
  'pbkdf2-sha512': /^\$pbkdf2-sha512\$i=220000\$[A-Za-z0-9+/]{22}$/,
  'pbkdf2-sha256': /^\$pbkdf2-sha256\$i=600000\$[A-Za-z0-9+/]{22}$/,
};

for (const [name, pattern] of Object.entries(INITIAL) as [KdfAlgorithm, RegExp][]) {
  test(`a new ${name} derivation has today's costs and a fresh salt`, () => {
    assert.match(newKdf(name), pattern);
    assert.notEqual(newKdf(name), newKdf(name));
    assert.equal(formatKdf(parseKdf(newKdf(name))).length, newKdf(name).length);
  });
}

test('a new derivation is Argon2id unless another is named', () => {
  assert.match(newKdf(), INITIAL.argon2id);
});

test('costs of a new derivation can be raised and, down to the floor, lowered', () => {
  const lowest = newKdf('argon2id', { memoryKib: 19_456, passes: 2, lanes: 1 });
  assert.match(lowest, /\$m=19456,t=2,p=1\$/);
  assert.match(newKdf('scrypt', { logN: 18 }), /\$ln=18,r=8,p=1\$/);
});

test('a new derivation below the floor or beyond the cap is refused', () => {
  const refused = { code: 'INPUT_INVALID' };
  assert.throws(() => newKdf('argon2id', { memoryKib: 19_455 }), refused);
  assert.throws(() => newKdf('argon2id', { passes: 1 }), refused);
  assert.throws(() => newKdf('argon2id', { memoryKib: Number.NaN }), refused);
  assert.throws(() => newKdf('scrypt', { logN: 16 }), refused);
  assert.throws(() => newKdf('pbkdf2-sha512', { iterations: 219_999 }), refused);
  assert.throws(() => newKdf('pbkdf2-sha256', { iterations: 599_999 }), refused);
  assert.throws(() => newKdf('argon2id', { passes: 17 }), refused);
  assert.throws(() => newKdf('scrypt', { logN: 20, blockSize: 32 }), refused);
  assert.throws(() => newKdf('pbkdf2-sha512', { iterations: 220_000.5 }), refused);
});

test('a PHC string comes back as it was written', () => {
  const salt = fc.uint8Array({ minLength: 8, maxLength: 64 });
  const params: fc.Arbitrary<KdfParams> = fc.oneof(
    fc.record({
      algorithm: fc.constant('argon2id' as const),
      memoryKib: fc.integer({ min: 128, max: 2 ** 20 }),
      passes: fc.integer({ min: 1, max: 16 }),
      lanes: fc.integer({ min: 1, max: 16 }),
      salt,
    }),
    fc.record({
      algorithm: fc.constant('pbkdf2-sha512' as const),
      iterations: fc.integer({ min: 1, max: 10_000_000 }),
      salt,
    }),
  );
  fc.assert(
    fc.property(params, (given) => {
      const text = formatKdf(given);
      assert.equal(formatKdf(parseKdf(text)), text);
      assert.deepEqual(parseKdf(text), { ...given, salt: Uint8Array.from(given.salt) });
    }),
  );
});

test('costs below the floors are still read, since they come from files that exist', () => {
  assert.deepEqual(
    { ...parseKdf(`$pbkdf2-sha512$i=200000$${SALT}`), salt: undefined },
    { algorithm: 'pbkdf2-sha512', iterations: 200_000, salt: undefined },
  );
  assert.equal(parseKdf(`$scrypt$ln=14,r=8,p=1$${SALT}`).algorithm, 'scrypt');
});

const BEYOND_CAPS = [
  `$argon2id$v=19$m=1048577,t=3,p=4$${SALT}`,
  `$argon2id$v=19$m=9999999999,t=3,p=4$${SALT}`,
  `$argon2id$v=19$m=65536,t=17,p=4$${SALT}`,
  `$argon2id$v=19$m=65536,t=3,p=17$${SALT}`,
  `$scrypt$ln=21,r=8,p=1$${SALT}`,
  `$scrypt$ln=17,r=33,p=1$${SALT}`,
  `$scrypt$ln=17,r=8,p=17$${SALT}`,
  `$scrypt$ln=20,r=9,p=1$${SALT}`,
  `$scrypt$ln=19,r=32,p=1$${SALT}`,
  `$pbkdf2-sha512$i=10000001$${SALT}`,
  `$pbkdf2-sha256$i=9999999999$${SALT}`,
  `$pbkdf2-sha256$i=600000$${'A'.repeat(88)}`,
];

for (const phc of BEYOND_CAPS) {
  test(`refuses absurd costs: ${phc.slice(0, 48)}`, () => {
    assert.throws(() => parseKdf(phc), { code: 'CONTAINER_LIMIT' });
  });
}

test('the highest allowed costs are read', () => {
  for (const phc of [
    `$argon2id$v=19$m=1048576,t=16,p=16$${SALT}`,
    `$scrypt$ln=20,r=8,p=16$${SALT}`,
    `$scrypt$ln=18,r=32,p=1$${SALT}`,
    `$pbkdf2-sha512$i=10000000$${'A'.repeat(86)}`,
  ]) {
    assert.equal(formatKdf(parseKdf(phc)), phc);
  }
});

const MALFORMED = [
  '',
  '$',
  'argon2id',
  `$argon2i$v=19$m=65536,t=3,p=4$${SALT}`,
  `$__proto__$m=1$${SALT}`,
  `$constructor$m=1$${SALT}`,
  `$argon2id$v=16$m=65536,t=3,p=4$${SALT}`,
  `$argon2id$m=65536,t=3,p=4$${SALT}`,
  `$argon2id$v=19$t=3,m=65536,p=4$${SALT}`,
  `$argon2id$v=19$m=65536,t=3$${SALT}`,
  `$argon2id$v=19$m=65536,t=3,p=4,p=4$${SALT}`,
  `$argon2id$v=19$m=065536,t=3,p=4$${SALT}`,
  `$argon2id$v=19$m=65536=1,t=3,p=4$${SALT}`,
  `$argon2id$v=19$m=-1,t=3,p=4$${SALT}`,
  `$argon2id$v=19$m=1e5,t=3,p=4$${SALT}`,
  `$argon2id$v=19$m=65536,t=0,p=4$${SALT}`,
  `$argon2id$v=19$m=31,t=3,p=4$${SALT}`,
  '$argon2id$v=19$m=65536,t=3,p=4',
  '$argon2id$v=19$m=65536,t=3,p=4$',
  `$argon2id$v=19$m=65536,t=3,p=4$${SALT}==`,
  `$argon2id$v=19$m=65536,t=3,p=4$${SALT}$CWOrkoo7oJBQ/iyh7uJ0LO2aLEfrHwTWllSAxT0zRno`,
  '$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAA',
  '$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAB',
  '$argon2id$v=19$m=65536,t=3,p=4$gZiV_M1gPc22ElAH_Jh1Hw',
  `$pbkdf2-sha1$i=1400000$${SALT}`,
  `$pbkdf2-sha512$i=220000$${'A'.repeat(100_000)}`,
];

for (const phc of MALFORMED) {
  test(`refuses a malformed derivation: ${JSON.stringify(phc.slice(0, 60))}`, () => {
    assert.throws(() => parseKdf(phc), { code: 'CONTAINER_MALFORMED' });
  });
}

test('no text whatever makes the reader fail in another way', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 80 }),
      fc.constantFrom('', '$argon2id$v=19$', '$scrypt$'),
      (text, head) => {
        assert.throws(() => parseKdf(head + text), { code: 'CONTAINER_MALFORMED' });
      },
    ),
  );
});
