// What leaves a home for others.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { parseModelName, parseNamespaceName } from '../../src/api/index.ts';
import { memorySource, Passphrase } from '../../src/bytes/index.ts';
import {
  hybridIdentity,
  hybridRecipient,
  type Identity,
  passphraseIdentity,
  passphraseRecipient,
  type Recipient,
  SegmentPool,
} from '../../src/container/index.ts';
import { generateHybridKey } from '../../src/crypto/index.ts';
import type { Strongroom } from '../../src/open/index.ts';
import { OutputFile } from '../../src/storage/index.ts';
import { openSealedFile, rawKeyIdentity, rawKeyRecipient } from '../../src/vault/index.ts';
import { bytesOf, putOf, temporaryFolder, temporaryHome } from '../kit/temporary-home.ts';
import { CHURN } from './home-kit.ts';

const WEIGHTS = randomBytes(300_000);

interface Handing {
  readonly strongroom: Strongroom;
  readonly recipients: readonly Recipient[];
  readonly accessCode?: Passphrase;
}

/** Exports the version and gives what was written, one file a path. */
async function exportTo(
  t: TestContext,
  { strongroom, recipients, accessCode }: Handing,
): Promise<Map<string, Uint8Array>> {
  const folder = await temporaryFolder(t);
  const files: { path: string; file: OutputFile }[] = [];
  await strongroom.exportSealed({
    ref: { model: CHURN },
    recipients,
    ...(accessCode && { accessCode }),
    target: async (path) => {
      const file = await OutputFile.create(join(folder, `${files.length}.sealed`));
      files.push({ path, file });
      return file;
    },
  });
  for (const { file } of files) await file.commit();
  const read = async (index: number) => new Uint8Array(await readFile(join(folder, `${index}.sealed`)));
  return new Map(await Promise.all(files.map(async ({ path }, index) => [path, await read(index)] as const)));
}

async function openFile(bytes: Uint8Array, identity: Identity, accessCode?: Passphrase): Promise<Buffer> {
  await using pool = SegmentPool.open();
  const source = memorySource(bytes);
  const opened = await openSealedFile(
    { pool },
    { source, identities: [identity], ...(accessCode && { accessCode }) },
  );
  try {
    return await bytesOf(opened.read());
  } finally {
    await opened.close();
  }
}

const hybrid = generateHybridKey();
const rawKey = randomBytes(32);
const passphrase = Passphrase.fromText('for you alone');
const WAYS: readonly (readonly [string, () => Recipient, () => Identity, () => Identity])[] = [
  [
    'a passphrase',
    () => passphraseRecipient(passphrase, { kdf: 'pbkdf2-sha512' }),
    () => passphraseIdentity(passphrase),
    () => passphraseIdentity(Passphrase.fromText('for you alome')),
  ],
  [
    'a key of 32 bytes',
    () => rawKeyRecipient(rawKey),
    () => rawKeyIdentity(rawKey),
    () => rawKeyIdentity(new Uint8Array(32)),
  ],
  [
    'a hybrid recipient',
    () => hybridRecipient(hybrid.recipient),
    () => hybridIdentity(hybrid.identity),
    () => hybridIdentity(generateHybridKey().identity),
  ],
];

suite('a version that is handed out for', { concurrency: 3 }, () => {
  for (const [what, recipient, identity, stranger] of WAYS) {
    test(`${what} opens with it, without the home, and with nothing else`, async (t) => {
      const { strongroom } = await temporaryHome(t);
      await strongroom.api.versions.put(putOf('acme/churn', { 'm.bin': WEIGHTS, 'sub/c.json': '{}' }));
      const files = await exportTo(t, { strongroom, recipients: [recipient()] });
      await strongroom.close();
      assert.deepEqual([...files.keys()], ['m.bin', 'sub/c.json']);
      assert.ok((await openFile(files.get('m.bin')!, identity())).equals(WEIGHTS));
      assert.equal((await openFile(files.get('sub/c.json')!, identity())).toString(), '{}');
      await assert.rejects(openFile(files.get('m.bin')!, stranger()), { code: 'KEY_REFUSED' });
      const cut = files.get('m.bin')!.subarray(0, -1);
      await assert.rejects(openFile(cut, identity()), { kind: 'damaged' });
    });
  }

  test('several opens for each of them', async (t) => {
    const { strongroom } = await temporaryHome(t);
    await strongroom.api.versions.put(putOf('acme/churn', { 'm.bin': 'x' }));
    const recipients = WAYS.map(([, recipient]) => recipient());
    const files = await exportTo(t, { strongroom, recipients });
    for (const [, , identity] of WAYS)
      assert.equal((await openFile(files.get('m.bin')!, identity())).toString(), 'x');
  });

  test('somebody keeps its access code', async (t) => {
    const { strongroom } = await temporaryHome(t);
    const code = Passphrase.fromText('open sesame');
    await strongroom.api.versions.put(putOf('acme/churn', { 'm.bin': 'x' }, { accessCode: code }));
    const recipients = [rawKeyRecipient(rawKey)];
    const [file] = (await exportTo(t, { strongroom, recipients })).values();
    await assert.rejects(openFile(file!, rawKeyIdentity(rawKey)), { code: 'ACCESS_CODE_REQUIRED' });
    assert.equal((await openFile(file!, rawKeyIdentity(rawKey), code)).toString(), 'x');
  });

  test('nobody is refused, and so is what was never sealed', async (t) => {
    const { strongroom } = await temporaryHome(t);
    await strongroom.api.versions.put(putOf('acme/churn', { 'm.bin': 'x' }));
    await assert.rejects(exportTo(t, { strongroom, recipients: [] }), { kind: 'invalid' });
    const plain = parseNamespaceName('plain');
    await strongroom.api.namespaces.create({ name: plain, encryption: 'off' });
    const model = parseModelName('plain/churn');
    await strongroom.api.versions.put(putOf(model, { 'm.bin': 'x' }));
    const target = () => assert.fail('nothing is to be written');
    const recipients = [rawKeyRecipient(rawKey)];
    await assert.rejects(strongroom.exportSealed({ ref: { model }, recipients, target }), {
      code: 'INPUT_INVALID',
    });
  });
});
