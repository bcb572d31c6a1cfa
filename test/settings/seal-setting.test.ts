import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { SecretBytes, utf8Bytes, utf8Text } from '../../src/bytes/index.ts';
import { restoreBackup } from '../../src/keyring/index.ts';
import {
  parseSecretSource,
  readSecret,
  type SecretSource,
  type SettingKeys,
  sealSetting,
} from '../../src/settings/index.ts';
import { code, freshKeyring, keySeal, phrase } from '../keyring/kit.ts';
import { MemoryGenerationStore } from '../kit/memory-generation-store.ts';
import { temporaryFolder } from '../kit/temporary-home.ts';

const NAME = 'oidc.corp.client_secret';
const SECRET = 'correct horse battery staple';

function secret(text = SECRET): SecretBytes {
  return SecretBytes.take(utf8Bytes(text));
}

function sourceOf(text: string): SecretSource {
  const source = parseSecretSource(text);
  assert.ok(source);
  return source;
}

async function read(text: string, keys: SettingKeys, words: { name?: string; folder?: string } = {}) {
  const { name = NAME, folder = '/nonexistent' } = words;
  const env = { CLIENT_SECRET: `${SECRET}\n`, EMPTY: '' };
  return utf8Text((await readSecret(name, sourceOf(text), { env, folder, keys })).expose());
}

test('a sealed secret opens for its setting, and twice sealed it never reads the same', async () => {
  const { keyring } = await freshKeyring();
  const [one, two] = [sealSetting(keyring, NAME, secret()), sealSetting(keyring, NAME, secret())];
  assert.notEqual(one, two);
  assert.match(one, /^sealed:[A-Za-z0-9_-]+$/);
  assert.equal(await read(one, keyring), SECRET);
  assert.equal(await read(two, keyring), SECRET);
});

test('a sealed secret opens for no other setting, in no other strongroom, and not when a bit differs', async () => {
  const { keyring } = await freshKeyring();
  const { keyring: other } = await freshKeyring();
  const sealed = sealSetting(keyring, NAME, secret());
  await assert.rejects(read(sealed, keyring, { name: 'oidc.other.client_secret' }), code('SETTING_REFUSED'));
  await assert.rejects(read(sealed, other), code('SETTING_REFUSED'));
  const at = sealed.length - 12;
  const bent = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;
  await assert.rejects(read(bent, keyring), code('SETTING_REFUSED'));
  await assert.rejects(read('sealed:AAAA', keyring), code('SETTING_REFUSED'));
});

test('what was sealed stays readable when keys rotate, the root key changes and the keys come from a backup', async () => {
  const { keyring } = await freshKeyring();
  const sealed = sealSetting(keyring, NAME, secret());
  await keyring.ensureKey('acme');
  await keyring.rotate('acme');
  await keyring.changeRoot([keySeal(2)]);
  assert.equal(await read(sealed, keyring), SECRET);
  const passphrase = phrase('the drawer');
  const backup = await keyring.exportBackup(passphrase);
  const restored = await restoreBackup({
    store: new MemoryGenerationStore(),
    backup,
    passphrase,
    seals: [keySeal(3)],
  });
  assert.equal(await read(sealed, restored.keyring), SECRET);
});

test('secrets come from variables and from files of their owner alone, without one line feed', async (t: TestContext) => {
  const { keyring } = await freshKeyring();
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'secret'), `${SECRET}\r\n`, { mode: 0o600 });
  await writeFile(join(folder, 'open'), SECRET, { mode: 0o644 });
  await writeFile(join(folder, 'empty'), '\n', { mode: 0o600 });
  assert.equal(await read('env:CLIENT_SECRET', keyring), SECRET);
  assert.equal(await read('file:secret', keyring, { folder }), SECRET);
  assert.equal(await read(`file:${folder}/secret`, keyring), SECRET);
  await assert.rejects(read('file:open', keyring, { folder }), code('HOME_EXPOSED'));
  for (const missing of ['env:EMPTY', 'env:NOT_THERE', 'file:empty', 'file:not-there'])
    await assert.rejects(read(missing, keyring, { folder }), code('SETTING_MISSING'));
});

test('nothing but a source is taken for one', () => {
  for (const text of [
    'secret',
    'env:',
    'env:A B',
    'file:',
    'sealed:',
    'sealed:a b',
    'ENV:A',
    ' env:A',
    'plain:x',
  ])
    assert.equal(parseSecretSource(text), undefined, text);
});

test('whatever is sealed comes back byte for byte', async () => {
  const { keyring } = await freshKeyring();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 9000 }), async (bytes) => {
      const sealed = sealSetting(keyring, NAME, SecretBytes.copyOf(bytes));
      const opened = await readSecret(NAME, sourceOf(sealed), { env: {}, folder: '/', keys: keyring });
      assert.deepEqual(Uint8Array.from(opened.expose()), bytes);
      assert.equal(inspect(opened), '[secret]');
    }),
    { numRuns: 30 },
  );
});

test('an empty secret and one that is too long are refused', async () => {
  const { keyring } = await freshKeyring();
  assert.throws(
    () => sealSetting(keyring, NAME, SecretBytes.copyOf(new Uint8Array())),
    code('INPUT_INVALID'),
  );
  const long = SecretBytes.take(new Uint8Array(70_000).fill(65));
  assert.throws(() => sealSetting(keyring, NAME, long), code('INPUT_TOO_LARGE'));
});
