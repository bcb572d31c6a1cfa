import assert from 'node:assert/strict';
import test from 'node:test';
import { SecretBytes } from '../../src/bytes/index.ts';
import {
  accessCodeKey,
  accessCodeUnlocker,
  addSlot,
  type ContainerHeader,
  formatHeader,
  hybridIdentity,
  hybridRecipient,
  type KeySlot,
  kekIdentity,
  parseHeader,
  passphraseIdentity,
  passphraseRecipient,
  readDek,
  rewrapHeader,
} from '../../src/container/index.ts';
import { generateHybridKey } from '../../src/crypto/index.ts';
import { StrongroomError } from '../../src/errors/index.ts';
import {
  KEK,
  kekOf,
  noise,
  opened,
  passphrase,
  QUICK_KDF,
  QUICK_KDF_2,
  refusal,
  sealed,
} from './seal-kit.ts';

const BYTES = noise(10_000);

/** What a reader of the written header gets. */
function parsed(header: ContainerHeader): Promise<ContainerHeader> {
  return Promise.resolve().then(() => parseHeader(formatHeader(header)));
}

test('opens with the key of the keyring, a passphrase or a hybrid key, each by itself', async () => {
  const pair = generateHybridKey();
  const blob = await sealed(BYTES, {
    recipients: [
      KEK.recipient,
      passphraseRecipient(passphrase('correct horse'), { phc: QUICK_KDF }),
      hybridRecipient(pair.recipient),
    ],
  });
  for (const identity of [
    KEK.identity,
    passphraseIdentity(passphrase('correct horse')),
    hybridIdentity(pair.identity),
  ]) {
    assert.deepEqual(await opened(blob, { identities: [identity] }), BYTES);
  }
});

test('every derivation of a passphrase opens, and a default one is Argon2id', async () => {
  for (const kdf of ['scrypt', 'pbkdf2-sha512', 'pbkdf2-sha256'] as const) {
    const blob = await sealed(BYTES, { recipients: [passphraseRecipient(passphrase('x'), { kdf })] });
    assert.deepEqual(await opened(blob, { identities: [passphraseIdentity(passphrase('x'))] }), BYTES);
  }
  const { header } = await sealed(BYTES, { recipients: [passphraseRecipient(passphrase('x'))] });
  const [slot] = header.suite === 1 ? header.slots : [];
  assert.ok(slot?.type === 'passphrase' && slot.kdf.startsWith('$argon2id$v=19$m=65536,t=3,p=4$'));
});

test('a wrong key, a wrong passphrase, a wrong hybrid key, a wrong code and no key get the same answer', async () => {
  const accessCode = await accessCodeKey(passphrase('code'), QUICK_KDF);
  const { recipient } = generateHybridKey();
  const plain = await sealed(BYTES);
  const byPassphrase = await sealed(BYTES, {
    recipients: [passphraseRecipient(passphrase('right'), { phc: QUICK_KDF })],
  });
  const byHybrid = await sealed(BYTES, { recipients: [hybridRecipient(recipient)] });
  const coded = await sealed(BYTES, { accessCode });
  const wrong = kekOf(8).identity;
  const messages = new Set([
    await refusal(() => opened(plain, { identities: [] }), 'KEY_REFUSED'),
    await refusal(() => opened(plain, { identities: [wrong] }), 'KEY_REFUSED'),
    await refusal(() => opened(plain, { identities: [kekOf(7, 2).identity] }), 'KEY_REFUSED'),
    await refusal(
      () => opened(byPassphrase, { identities: [passphraseIdentity(passphrase('wrong'))] }),
      'KEY_REFUSED',
    ),
    await refusal(
      () => opened(byHybrid, { identities: [hybridIdentity(generateHybridKey().identity)] }),
      'KEY_REFUSED',
    ),
    await refusal(() => opened(coded, { accessCode: passphrase('wrong') }), 'KEY_REFUSED'),
    await refusal(
      () => opened(coded, { identities: [wrong], accessCode: passphrase('code') }),
      'KEY_REFUSED',
    ),
    await refusal(
      () => opened(coded, { identities: [wrong], accessCode: passphrase('wrong') }),
      'KEY_REFUSED',
    ),
  ]);
  assert.equal(messages.size, 1);
});

test('an access code is needed besides the key, and the key besides the code', async () => {
  const accessCode = await accessCodeKey(passphrase('opensesame'), QUICK_KDF);
  const blob = await sealed(BYTES, { accessCode });
  assert.deepEqual(await opened(blob, { accessCode: passphrase('opensesame') }), BYTES);
  await refusal(() => opened(blob), 'ACCESS_CODE_REQUIRED');
  await refusal(() => opened(blob, { identities: [], accessCode: passphrase('opensesame') }), 'KEY_REFUSED');
  const { header } = blob;
  assert.ok(header.suite === 1);
  const stripped = header.slots.map(({ code: _code, ...slot }) => slot as KeySlot);
  await refusal(() => opened({ ...blob, header: { ...header, slots: stripped } }), 'CONTAINER_TAMPERED');
});

test('the derivation of the access code runs whichever secret was wrong', async () => {
  const accessCode = await accessCodeKey(passphrase('code'), QUICK_KDF_2);
  const blob = await sealed(BYTES, { accessCode });
  const derived: string[] = [];
  const inner = accessCodeUnlocker(passphrase('code'));
  const unlocker = {
    keyFor: (phc: string) => {
      derived.push(phc);
      return inner.keyFor(phc);
    },
    wipe: () => inner.wipe(),
  };
  await refusal(() => opened(blob, { identities: [kekOf(9).identity], accessCode: unlocker }), 'KEY_REFUSED');
  assert.deepEqual(derived, [QUICK_KDF_2]);
  assert.deepEqual(await opened(blob, { accessCode: unlocker }), BYTES);
});

test('why a key may not be used is told, unless another slot opens', async () => {
  const disabled = kekIdentity(() => {
    throw new StrongroomError('KEY_DISABLED', 'key acme@1 is disabled');
  });
  const blob = await sealed(BYTES, {
    recipients: [KEK.recipient, passphraseRecipient(passphrase('p'), { phc: QUICK_KDF })],
  });
  await refusal(() => opened(blob, { identities: [disabled] }), 'KEY_DISABLED');
  await refusal(
    () => opened(blob, { identities: [disabled, passphraseIdentity(passphrase('q'))] }),
    'KEY_DISABLED',
  );
  assert.deepEqual(
    await opened(blob, { identities: [disabled, passphraseIdentity(passphrase('p'))] }),
    BYTES,
  );
});

test('absurd derivations are refused when the header is parsed, before anything is derived', async () => {
  const recipients = [passphraseRecipient(passphrase('p'), { phc: QUICK_KDF })];
  const { header } = await sealed(BYTES, { recipients });
  assert.ok(header.suite === 1);
  const [slot] = header.slots;
  assert.ok(slot?.type === 'passphrase');
  const salt = QUICK_KDF.split('$').at(-1) ?? '';
  for (const kdf of [
    `$argon2id$v=19$m=4294967295,t=3,p=4$${salt}`,
    `$argon2id$v=19$m=65536,t=1000000,p=4$${salt}`,
    `$scrypt$ln=40,r=8,p=1$${salt}`,
    `$pbkdf2-sha256$i=2000000000$${salt}`,
  ]) {
    for (const slots of [[{ ...slot, kdf }], [{ ...slot, code: kdf }]]) {
      await refusal(() => parsed({ ...header, slots }), 'CONTAINER_LIMIT');
    }
  }
  const many = { ...header, slots: Array.from({ length: 9 }, () => slot) };
  await refusal(() => parsed(many), 'CONTAINER_LIMIT');
});

test('rotation replaces the keys of the keyring, keeps all others, and leaves the payload alone', async () => {
  const old = kekOf(1);
  const fresh = kekOf(2, 2);
  const pair = generateHybridKey();
  const blob = await sealed(BYTES, { recipients: [old.recipient, hybridRecipient(pair.recipient)] });
  const header = await rewrapHeader(blob.header, {
    identities: [old.identity],
    recipients: [fresh.recipient],
  });
  assert.equal(header.generation, 2);
  assert.deepEqual(parseHeader(formatHeader(header)), header);
  const rotated = { header, payload: blob.payload };
  assert.deepEqual(await opened(rotated, { identities: [fresh.identity] }), BYTES);
  assert.deepEqual(await opened(rotated, { identities: [hybridIdentity(pair.identity)] }), BYTES);
  await refusal(() => opened(rotated, { identities: [old.identity] }), 'KEY_REFUSED');
  await refusal(
    () => rewrapHeader(blob.header, { identities: [fresh.identity], recipients: [fresh.recipient] }),
    'KEY_REFUSED',
  );
});

test('rotation does not need the access code, and the code is still asked for afterwards', async () => {
  const fresh = kekOf(2, 2);
  const accessCode = await accessCodeKey(passphrase('code'), QUICK_KDF);
  const blob = await sealed(BYTES, { accessCode });
  const header = await rewrapHeader(blob.header, {
    identities: [KEK.identity],
    recipients: [fresh.recipient],
  });
  const rotated = { header, payload: blob.payload };
  const identities = [fresh.identity];
  await refusal(() => opened(rotated, { identities }), 'ACCESS_CODE_REQUIRED');
  assert.deepEqual(await opened(rotated, { identities, accessCode: passphrase('code') }), BYTES);
});

test('an access code is changed or taken off by who knows it', async () => {
  const blob = await sealed(BYTES, { accessCode: await accessCodeKey(passphrase('old'), QUICK_KDF) });
  const request = { identities: [KEK.identity], recipients: [KEK.recipient], accessCode: passphrase('old') };
  const newAccessCode = await accessCodeKey(passphrase('new'), QUICK_KDF_2);
  const changed = await rewrapHeader(blob.header, { ...request, newAccessCode });
  assert.deepEqual(await opened({ ...blob, header: changed }, { accessCode: passphrase('new') }), BYTES);
  await refusal(() => opened({ ...blob, header: changed }, { accessCode: passphrase('old') }), 'KEY_REFUSED');
  const without = await rewrapHeader(blob.header, request);
  assert.deepEqual(await opened({ ...blob, header: without }), BYTES);
  await refusal(
    () => rewrapHeader(blob.header, { ...request, accessCode: passphrase('guess') }),
    'KEY_REFUSED',
  );
});

test('a slot is added for somebody else, or all others are left behind', async () => {
  const blob = await sealed(BYTES);
  const pair = generateHybridKey();
  const identities = [KEK.identity];
  const recipients = [hybridRecipient(pair.recipient)];
  const both = await addSlot(blob.header, { identities, recipients });
  assert.deepEqual(await opened({ ...blob, header: both }), BYTES);
  const only = await rewrapHeader(blob.header, { identities, recipients, replaces: 'all' });
  assert.equal(only.slots.length, 1);
  for (const header of [both, only]) {
    const hybrid = [hybridIdentity(pair.identity)];
    assert.deepEqual(await opened({ ...blob, header }, { identities: hybrid }), BYTES);
  }
  await refusal(() => opened({ ...blob, header: only }), 'KEY_REFUSED');
});

test('a header that was changed is not wrapped anew', async () => {
  const { header } = await sealed(BYTES);
  assert.ok(header.suite === 1);
  const changed = { ...header, createdAt: '2026-01-02T03:04:05.679Z' };
  const request = { identities: [KEK.identity], recipients: [KEK.recipient] };
  await refusal(() => rewrapHeader(changed, request), 'CONTAINER_TAMPERED');
  await refusal(() => rewrapHeader(header, { ...request, recipients: [] }), 'INPUT_INVALID');
  await refusal(
    () => rewrapHeader(header, { ...request, recipients: Array.from({ length: 65 }, () => KEK.recipient) }),
    'CONTAINER_LIMIT',
  );
});

test('a slot that wraps something else than a data key is refused', async () => {
  const { header } = await sealed(BYTES);
  assert.ok(header.suite === 1);
  const slot = await KEK.recipient.wrap(noise(16), header);
  await refusal(() => readDek({ ...header, slots: [slot] }, [KEK.identity]), 'CONTAINER_TAMPERED');
  const zeros = await KEK.recipient.wrap(new Uint8Array(32), header);
  await refusal(() => readDek({ ...header, slots: [zeros] }, [KEK.identity]), 'CONTAINER_TAMPERED');
  const dek = await readDek(header, [KEK.identity]);
  assert.ok(dek instanceof SecretBytes && dek.length === 32);
});
