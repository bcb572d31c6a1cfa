import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SecretBytes } from '../../src/bytes/index.ts';
import {
  createKeyring,
  formatRootKey,
  generateRootKey,
  inspectKeyring,
  openKeyring,
  parseRootKey,
} from '../../src/keyring/index.ts';
import { MemoryGenerationStore } from '../kit/memory-generation-store.ts';
import { code, freshKeyring, keyBytes, keySeal, phrase, reopen, unsealKey } from './kit.ts';

const REFUSED = { code: 'KEY_REFUSED', message: 'the key, passphrase or access code was refused' };

for (const kdf of ['argon2id', 'scrypt', 'pbkdf2-sha512', 'pbkdf2-sha256'] as const) {
  test(`a passphrase by ${kdf} opens where a wrong one did not`, async () => {
    const store = new MemoryGenerationStore();
    const seals = [{ kind: 'passphrase', passphrase: phrase('correct horse'), kdf } as const];
    const { keyring } = await createKeyring({ store, seals });
    const right = { kind: 'passphrase', passphrase: phrase('correct horse') } as const;
    const wrong = { kind: 'passphrase', passphrase: phrase('correct horsf') } as const;
    const opened = await openKeyring({ store, unseal: [wrong, right] });
    assert.equal(opened.rootId, keyring.rootId);
    if (kdf === 'argon2id') await assert.rejects(openKeyring({ store, unseal: [wrong] }), REFUSED);
  });
}

test('wrong key, wrong passphrase, and nothing at all get the same answer', async () => {
  const { store } = await freshKeyring();
  const wrongPhrase = { kind: 'passphrase', passphrase: phrase('anything') } as const;
  await assert.rejects(openKeyring({ store, unseal: [unsealKey(2)] }), REFUSED);
  await assert.rejects(openKeyring({ store, unseal: [wrongPhrase] }), REFUSED);
  await assert.rejects(openKeyring({ store, unseal: [] }), REFUSED);
});

test('any of several seals opens, each by its own material', async () => {
  const { store, keyring } = await freshKeyring();
  await keyring.addSeal({ kind: 'key-env', key: keyBytes(2), label: 'standby' });
  const { shares = [], seal } = await keyring.addSeal({ kind: 'shares', total: 5, threshold: 3 });
  assert.deepEqual(seal.shares, { total: 5, threshold: 3 });
  await keyring.ensureKey('acme');
  const held = [shares[4], shares[0], shares[2]].map((share) => share ?? '');
  const ways = [unsealKey(1), unsealKey(2), { kind: 'shares', shares: held } as const];
  for (const way of ways) {
    const opened = await openKeyring({ store, unseal: [unsealKey(9), way] });
    assert.deepEqual(opened.list(), keyring.list());
    assert.deepEqual(
      opened.seals().map(({ kind, label }) => [kind, label]),
      [
        ['key-file', ''],
        ['key-env', 'standby'],
        ['shares', ''],
      ],
    );
  }
  const sealed = await inspectKeyring(store);
  assert.deepEqual(sealed, { vault: keyring.vault, generation: keyring.generation, seals: keyring.seals() });
});

test('what is wrong with shares is said, unless something else opens', async () => {
  const { store, keyring } = await freshKeyring();
  const { shares: made = [] } = await keyring.addSeal({ kind: 'shares', total: 3, threshold: 2 });
  const [first = '', second = ''] = made;
  const few = { kind: 'shares', shares: [first] } as const;
  const typo = {
    kind: 'shares',
    shares: [first, `${second.slice(0, -1)}${second.endsWith('0') ? '1' : '0'}`],
  } as const;
  await assert.rejects(openKeyring({ store, unseal: [few] }), {
    code: 'SHARES_TOO_FEW',
    message: '1 different share was given, 2 are needed',
  });
  await assert.rejects(openKeyring({ store, unseal: [typo, unsealKey(9)] }), {
    code: 'SHARE_MALFORMED',
    message: 'share 2 is mistyped in group 18',
  });
  await openKeyring({ store, unseal: [typo, few, unsealKey(1)] });
});

test('shares of a seal that was removed do not open any more', async () => {
  const { store, keyring } = await freshKeyring();
  const { shares = [], seal } = await keyring.addSeal({ kind: 'shares', total: 2, threshold: 2 });
  await keyring.removeSeal(seal.id);
  await assert.rejects(openKeyring({ store, unseal: [{ kind: 'shares', shares }] }), code('SHARE_FOREIGN'));
  assert.equal(store.all('keyring').length, 1);
});

test('a seal ends when it is removed, but never the last', async () => {
  const { store, keyring } = await freshKeyring();
  const [first] = keyring.seals();
  await assert.rejects(keyring.removeSeal(first?.id ?? ''), code('ROOT_SEAL_LAST'));
  await assert.rejects(keyring.removeSeal('nowhere'), code('ROOT_SEAL_MISSING'));
  await keyring.addSeal(keySeal(2));
  await keyring.removeSeal(first?.id ?? '');
  await assert.rejects(reopen(store, 1), REFUSED);
  await reopen(store, 2);
});

test('a root change ends all seals and keeps all keys', async () => {
  const { store, keyring } = await freshKeyring();
  await keyring.ensureKey('acme');
  await keyring.addSeal(keySeal(2));
  const before = keyring.rootId;
  const added = await keyring.changeRoot([keySeal(3), { kind: 'shares', total: 3, threshold: 2 }]);
  assert.notEqual(keyring.rootId, before);
  await assert.rejects(reopen(store, 1), REFUSED);
  await assert.rejects(reopen(store, 2), REFUSED);
  const opened = await reopen(store, 3);
  assert.deepEqual(opened.list(), keyring.list());
  const shares = added[1]?.shares?.slice(1) ?? [];
  await openKeyring({ store, unseal: [{ kind: 'shares', shares }] });
  assert.equal(store.all('keyring').length, 1);
  assert.equal(await keyring.rotate('acme'), 2);
});

test('a prepared root change changes nothing before its commit, and nothing after it was dropped', async () => {
  const { store, keyring } = await freshKeyring();
  const change = await keyring.prepareRootChange([keySeal(2)]);
  await keyring.ensureKey('acme');
  await reopen(store, 1);
  await change.commit();
  await keyring.addSeal(keySeal(4));
  await change.commit();
  change[Symbol.dispose]();
  await change.commit();
  assert.equal((await reopen(store, 4)).list().length, 1);
  const dropped = await keyring.prepareRootChange([keySeal(5)]);
  dropped[Symbol.dispose]();
  await assert.rejects(dropped.commit(), code('KEYRING_CLOSED'));
  await reopen(store, 2);
});

test('another process that holds the old root key is told to open again, and can write nothing', async () => {
  const { store, keyring } = await freshKeyring();
  await keyring.ensureKey('acme');
  const other = await reopen(store);
  const prepared = await other.prepareRootChange([keySeal(7)]);
  await keyring.changeRoot([keySeal(2)]);
  await assert.rejects(other.rotate('acme'), code('ROOT_CHANGED'));
  await assert.rejects(other.refresh(), code('ROOT_CHANGED'));
  await assert.rejects(other.addSeal(keySeal(3)), code('ROOT_CHANGED'));
  await assert.rejects(prepared.commit(), code('ROOT_CHANGED'));
  assert.equal((await reopen(store, 2)).get('acme').versions.length, 1);
});

test('a seal made while the root key changes is refused instead of sealing the old one', async () => {
  const { store, keyring } = await freshKeyring();
  const adding = keyring.addSeal({ kind: 'passphrase', passphrase: phrase('slow') });
  await keyring.changeRoot([keySeal(2)]);
  await assert.rejects(adding, code('ROOT_CHANGED'));
  assert.equal((await reopen(store, 2)).seals().length, 1);
});

test('at most 16 seals, and none that makes no sense', async () => {
  const { keyring } = await freshKeyring();
  for (let fill = 2; fill <= 16; fill++) await keyring.addSeal(keySeal(fill));
  await assert.rejects(keyring.addSeal(keySeal(17)), code('INPUT_TOO_LARGE'));
  await assert.rejects(
    keyring.changeRoot(Array.from({ length: 17 }, () => keySeal(1))),
    code('INPUT_TOO_LARGE'),
  );
  await assert.rejects(keyring.changeRoot([]), code('INPUT_INVALID'));
  const bad = [
    { kind: 'key-file', key: new Uint8Array(31) },
    { kind: 'key-env', key: new Uint8Array(0) },
    { kind: 'passphrase', passphrase: phrase('') },
    { kind: 'shares', total: 3, threshold: 1 },
    { kind: 'key-file', key: keyBytes(1), label: 'x'.repeat(129) },
    { kind: 'key-file', key: keyBytes(1), label: 'line\nbreak' },
  ] as const;
  for (const seal of bad) await assert.rejects(keyring.changeRoot([seal]), code('INPUT_INVALID'));
});

test('a key file reads back, with blanks around it, and nothing else reads as one', () => {
  const key = generateRootKey();
  const text = formatRootKey(key);
  assert.deepEqual(parseRootKey(text).expose(), key.expose());
  assert.deepEqual(parseRootKey(` ${new TextDecoder().decode(text)}\r\n`).expose(), key.expose());
  const short = formatRootKey(SecretBytes.copyOf(new Uint8Array(31)));
  for (const bad of ['', 'x', short, new Uint8Array([255, 254]), 'A'.repeat(1000), new Uint8Array(1 << 20)]) {
    assert.throws(() => parseRootKey(bad), code('INPUT_INVALID'));
  }
});
