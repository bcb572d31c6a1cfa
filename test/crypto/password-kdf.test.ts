import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Passphrase, toHex, utf8Bytes } from '../../src/bytes/index.ts';
import {
  DerivationLimiter,
  derivePasswordKey,
  type KdfParams,
  verifyPasswordHash,
} from '../../src/crypto/index.ts';
import { hex } from './hex.ts';

const LONG_PASSWORD = 'passwordPASSWORDpassword';
const LONG_SALT = utf8Bytes('saltSALTsaltSALTsaltSALTsaltSALTsalt');

interface KnownAnswer {
  readonly source: string;
  readonly password: string;
  readonly params: KdfParams;
  readonly hash: string;
}

const KNOWN_ANSWERS: readonly KnownAnswer[] = [
  {
    source: 'Argon2id of the reference implementation, one lane',
    password: 'password',
    params: { algorithm: 'argon2id', memoryKib: 256, passes: 2, lanes: 1, salt: utf8Bytes('somesalt') },
    hash: '9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe',
  },
  {
    source: 'Argon2id of the reference implementation, two lanes',
    password: 'password',
    params: { algorithm: 'argon2id', memoryKib: 256, passes: 2, lanes: 2, salt: utf8Bytes('somesalt') },
    hash: '6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037',
  },
  {
    source: 'scrypt of RFC 7914 §12',
    password: 'pleaseletmein',
    params: {
      algorithm: 'scrypt',
      logN: 14,
      blockSize: 8,
      parallelism: 1,
      salt: utf8Bytes('SodiumChloride'),
    },
    hash: '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887',
  },
  {
    source: 'PBKDF2-HMAC-SHA-256, 4096 iterations',
    password: LONG_PASSWORD,
    params: { algorithm: 'pbkdf2-sha256', iterations: 4096, salt: LONG_SALT },
    hash: '348c89dbcbd32b2f32d814b8116e84cf2b17347ebc1800181c4e2a1fb8dd53e1c635518c7dac47e9',
  },
  {
    source: 'PBKDF2-HMAC-SHA-512, 4096 iterations',
    password: LONG_PASSWORD,
    params: { algorithm: 'pbkdf2-sha512', iterations: 4096, salt: LONG_SALT },
    hash: '8c0511f4c6e597c6ac6315d8f0362e225f3c501495ba23b868c005174dc4ee71115b59f9e60cd9532fa33e0f75aefe30225c583a186cd82bd4daea9724a3d3b8',
  },
];

for (const { source, password, params, hash } of KNOWN_ANSWERS) {
  test(`verifies ${source}, and nothing but it`, async () => {
    const stored = { params, hash: hex(hash) };
    assert.equal(await verifyPasswordHash(Passphrase.fromText(password), stored), true);
    assert.equal(await verifyPasswordHash(Passphrase.fromText(`${password}!`), stored), false);
    const changed = stored.hash.map((byte, at) => (at === 0 ? byte ^ 1 : byte));
    assert.equal(await verifyPasswordHash(Passphrase.fromText(password), { params, hash: changed }), false);
  });
}

test('a key is the same from parameters and from the PHC string that says them', async () => {
  const params: KdfParams = {
    algorithm: 'argon2id',
    memoryKib: 256,
    passes: 2,
    lanes: 1,
    salt: utf8Bytes('somesalt'),
  };
  const passphrase = Passphrase.fromText('password');
  const key = await derivePasswordKey(passphrase, params);
  assert.equal(toHex(key.expose()), '9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe');
  const again = await derivePasswordKey(passphrase, '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ');
  assert.equal(toHex(again.expose()), toHex(key.expose()));
});

test('two ways to type the same letters give the same key', async () => {
  const kdf = '$pbkdf2-sha256$i=10$c29tZXNhbHQ';
  const composed = await derivePasswordKey(Passphrase.fromText('caf\u00e9'), kdf);
  const decomposed = await derivePasswordKey(Passphrase.fromText('cafe\u0301'), kdf);
  assert.equal(toHex(composed.expose()), toHex(decomposed.expose()));
});

test('absurd parameters are refused before anything is allocated, whichever way they come', async () => {
  const passphrase = Passphrase.fromText('password');
  const salt = utf8Bytes('somesalt');
  const huge: KdfParams = { algorithm: 'scrypt', logN: 40, blockSize: 8, parallelism: 1, salt };
  await assert.rejects(derivePasswordKey(passphrase, huge), { code: 'CONTAINER_LIMIT' });
  await assert.rejects(verifyPasswordHash(passphrase, { params: huge, hash: new Uint8Array(32) }), {
    code: 'CONTAINER_LIMIT',
  });
  await assert.rejects(derivePasswordKey(passphrase, '$argon2id$v=19$m=4194304,t=3,p=4$c29tZXNhbHQ'), {
    code: 'CONTAINER_LIMIT',
  });
  const unsalted: KdfParams = { algorithm: 'pbkdf2-sha256', iterations: 10, salt: utf8Bytes('NaCl') };
  await assert.rejects(derivePasswordKey(passphrase, unsalted), { code: 'CONTAINER_MALFORMED' });
});

test('a stored hash too short to prove anything, or absurdly long, is refused', async () => {
  const params: KdfParams = { algorithm: 'pbkdf2-sha256', iterations: 10, salt: utf8Bytes('somesalt') };
  for (const length of [0, 15, 65]) {
    await assert.rejects(
      verifyPasswordHash(Passphrase.fromText('password'), { params, hash: new Uint8Array(length) }),
      { code: 'CONTAINER_MALFORMED' },
    );
  }
});

test('a passphrase may be wiped while its derivation still waits', async () => {
  const limiter = new DerivationLimiter(1);
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const ahead = limiter.run(() => gate);
  const passphrase = Passphrase.fromText(LONG_PASSWORD);
  const params: KdfParams = { algorithm: 'pbkdf2-sha256', iterations: 4096, salt: LONG_SALT };
  const waiting = derivePasswordKey(passphrase, params, { limiter });
  passphrase.wipe();
  open();
  await ahead;
  const key = await waiting;
  assert.equal(toHex(key.expose()), '348c89dbcbd32b2f32d814b8116e84cf2b17347ebc1800181c4e2a1fb8dd53e1');
});

test('a limiter runs no more than it may, in order, and goes on after a failure', async () => {
  const limiter = new DerivationLimiter(2);
  const started: number[] = [];
  let running = 0;
  let most = 0;
  const task = (id: number) => async () => {
    started.push(id);
    most = Math.max(most, ++running);
    await nextTurn();
    running--;
    if (id === 1) throw new TypeError('this one fails');
    return id;
  };
  const results = await Promise.allSettled([0, 1, 2, 3, 4, 5].map((id) => limiter.run(task(id))));
  assert.equal(most, 2);
  assert.deepEqual(started, [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(
    results.map((result) => result.status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled', 'fulfilled'],
  );
});

test('a limiter that lets nobody in is refused', () => {
  assert.throws(() => new DerivationLimiter(0), RangeError);
  assert.throws(() => new DerivationLimiter(1.5), RangeError);
});
