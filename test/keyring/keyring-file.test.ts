import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromBase64, Passphrase, SecretBytes, toHex, utf8Bytes } from '../../src/bytes/index.ts';
import type { KeySlot } from '../../src/container/index.ts';
import { openKeyring, restoreBackup, type UnsealMaterial } from '../../src/keyring/index.ts';
import { MAX_KEYRING_BYTES, parseKeyringFile } from '../../src/keyring/keyring-file.ts';
import { MemoryGenerationStore } from '../kit/memory-generation-store.ts';
import { code, freshKeyring, keySeal, unsealKey } from './kit.ts';

type Material =
  | { kind: 'key'; key: string }
  | { kind: 'passphrase'; passphrase: string }
  | { kind: 'shares'; shares: string[] };

interface Accepted {
  readonly name: string;
  readonly unseal: Material[];
  readonly vault: string;
  readonly generation: number;
  readonly seals: unknown;
  readonly keys: unknown;
  readonly mac: { readonly label: string; readonly text: string; readonly hex: string };
  readonly blob: string;
  readonly secret: string;
  readonly slots: readonly { readonly slot: KeySlot; readonly expect: string }[];
  readonly file: string;
}

function readVectors(name: string): unknown {
  const url = new URL(`../../vectors/keyring/${name}`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8'));
}

function materialOf(given: Material): UnsealMaterial {
  if (given.kind === 'shares') return given;
  if (given.kind === 'passphrase') return { ...given, passphrase: Passphrase.fromText(given.passphrase) };
  return { ...given, key: SecretBytes.copyOf(fromBase64(given.key) ?? new Uint8Array(0)) };
}

function storeOf(file: string): MemoryGenerationStore {
  const store = new MemoryGenerationStore();
  store.overwrite('keyring', utf8Bytes(file));
  return store;
}

const accepted = readVectors('accept.json') as {
  files: readonly Accepted[];
  backup: { passphrase: string; of: string; base64: string };
};
const rejected = readVectors('reject.json') as {
  unseal: Material[];
  files: readonly { name: string; code: string; file: string }[];
};

for (const vector of accepted.files) {
  test(`opens the vector with ${vector.name}`, async () => {
    const unseal = vector.unseal.map(materialOf);
    const keyring = await openKeyring({ store: storeOf(vector.file), unseal });
    assert.equal(keyring.vault, vector.vault);
    assert.equal(keyring.generation, vector.generation);
    assert.deepEqual(keyring.seals(), vector.seals);
    assert.deepEqual(keyring.list(), vector.keys);
    assert.equal(toHex(keyring.mac(vector.mac.label, utf8Bytes(vector.mac.text))), vector.mac.hex);
    const place = { vault: vector.vault, blob: vector.blob };
    for (const { slot, expect } of vector.slots) {
      const unwrapped = keyring.identity().unwrap(slot, place);
      if (expect === 'secret') assert.equal(toHex((await unwrapped) ?? new Uint8Array(0)), vector.secret);
      else await assert.rejects(unwrapped, code(expect));
    }
  });
}

test('restores the vector of a backup', async () => {
  const { passphrase, of, base64 } = accepted.backup;
  const original = accepted.files.find(({ name }) => name === of);
  const { keyring } = await restoreBackup({
    store: new MemoryGenerationStore(),
    backup: fromBase64(base64) ?? new Uint8Array(0),
    passphrase: Passphrase.fromText(passphrase),
    seals: [keySeal(1)],
  });
  assert.ok(original !== undefined);
  assert.equal(keyring.vault, original.vault);
  assert.deepEqual(keyring.list(), original.keys);
});

for (const vector of rejected.files) {
  test(`refuses the vector with ${vector.name}`, async () => {
    const unseal = rejected.unseal.map(materialOf);
    await assert.rejects(openKeyring({ store: storeOf(vector.file), unseal }), code(vector.code));
  });
}

test('any changed byte is refused', async () => {
  const { store, keyring } = await freshKeyring();
  await keyring.addSeal({ kind: 'shares', total: 3, threshold: 2 });
  await keyring.ensureKey('acme');
  const bytes = store.all('keyring').at(-1)?.bytes ?? new Uint8Array(0);
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
    const attacked = new MemoryGenerationStore();
    attacked.overwrite('keyring', changed);
    await assert.rejects(openKeyring({ store: attacked, unseal: [unsealKey(1)] }), (error) =>
      ['KEYRING_MALFORMED', 'KEYRING_TAMPERED', 'KEYRING_UNSUPPORTED', 'KEY_REFUSED', 'CONTAINER_LIMIT'].some(
        (each) => code(each)(error),
      ),
    );
  }
});

test('a file beyond the limit is refused before it is parsed', () => {
  assert.throws(() => parseKeyringFile(new Uint8Array(MAX_KEYRING_BYTES + 1)), {
    code: 'KEYRING_MALFORMED',
    message: /more than 16777216 bytes/,
  });
});

test('a keyring grows over many segments and reads back', async () => {
  const { store, keyring } = await freshKeyring();
  for (let at = 0; at < 100; at++) await keyring.ensureKey(`acme/model-${at}`);
  assert.ok((store.all('keyring').at(-1)?.bytes.length ?? 0) > 3 * 4096);
  const opened = await openKeyring({ store, unseal: [unsealKey(1)] });
  assert.deepEqual(opened.list(), keyring.list());
});
