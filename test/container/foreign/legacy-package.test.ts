import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { fromHex, Passphrase, SecretBytes, toHex, utf8Bytes } from '../../../src/bytes/index.ts';
import {
  deriveFernetKey,
  type FernetKeyDerivation,
  type LegacyAccess,
  openLegacyPackage,
  parseFernetKey,
} from '../../../src/container/index.ts';
import { sha256 } from '../../../src/crypto/index.ts';
import { isStrongroomError } from '../../../src/errors/index.ts';

interface Fixture {
  readonly opens?: 'rawKey' | 'nothing' | FernetKeyDerivation['algorithm'];
  readonly salt?: string;
  readonly accessCode?: boolean;
  readonly innerSha256?: string;
  readonly refused?: string;
}

interface Index {
  readonly rawKey: string;
  readonly password: string;
  readonly accessCode: string;
  readonly files: Readonly<Record<string, Fixture>>;
}

const FOLDER = join(import.meta.dirname, '../../../vectors/legacy');
const INDEX = JSON.parse(readFileSync(join(FOLDER, 'index.json'), 'utf8')) as Index;
const RAW_KEY = parseFernetKey(SecretBytes.copyOf(utf8Bytes(INDEX.rawKey)));
const ACCESS_CODE = Passphrase.fromText(INDEX.accessCode);

function read(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(FOLDER, name)));
}

async function accessTo({ opens, salt, accessCode }: Fixture): Promise<LegacyAccess> {
  const code = accessCode === true ? { accessCode: ACCESS_CODE } : {};
  if (opens === undefined || opens === 'rawKey') return { key: RAW_KEY, ...code };
  if (opens === 'nothing') return code;
  const password = Passphrase.fromText(INDEX.password);
  return { key: await deriveFernetKey(password, { algorithm: opens, salt: fromHex(salt ?? '')! }), ...code };
}

for (const [name, fixture] of Object.entries(INDEX.files)) {
  const { refused } = fixture;
  if (refused === undefined) {
    test(`opens ${name} and gives back the pickle inside`, async () => {
      const opened = await openLegacyPackage(read(name), await accessTo(fixture));
      assert.equal(toHex(sha256(opened.pickle)), fixture.innerSha256);
      assert.equal(opened.hadAccessCode, fixture.accessCode === true);
      assert.equal(opened.isEncrypted, fixture.opens !== 'nothing');
    });
  } else {
    test(`refuses ${name} with ${refused}`, async () => {
      const access = { ...(await accessTo(fixture)), accessCode: ACCESS_CODE };
      await assert.rejects(openLegacyPackage(read(name), access), { code: refused });
    });
  }
}

test('carries over what the package says about its model', async () => {
  const opened = await openLegacyPackage(read('raw-key.pkl'), { key: RAW_KEY });
  assert.equal(opened.name, 'churn');
  assert.deepEqual(opened.metrics, { accuracy: 0.91, f1: 0.5, support: 12 });
  assert.equal(opened.createdAt, '2025-06-15T15:06:40.000Z');
  const { entries, skipped } = opened.metadata;
  assert.equal(entries['params.alpha'], '0.5');
  assert.equal(entries['version'], '2.0.0');
  assert.equal(entries['encryption_metadata.algorithm'], 'Fernet (AES-128-CBC)');
  assert.deepEqual(skipped, ['config'], 'a configuration with a Python object in it');
  assert.equal(opened.checksum?.of, 'model');
  assert.equal(opened.checksum.algorithm, 'sha512');
});

test('says when the checksum is of the encrypted data, and takes access rules from the outer dict', async () => {
  const access = { key: RAW_KEY, accessCode: ACCESS_CODE };
  const opened = await openLegacyPackage(read('outer-access-code.pkl'), access);
  assert.equal(opened.checksum?.of, 'encrypted data');
  assert.equal(opened.metadata.entries['metadata.model_name'], 'churn');
  assert.equal(opened.name, 'churn');
  assert.ok(opened.hadAccessCode);
});

test('reads what joblib wrote without encryption, arrays and all', async () => {
  const opened = await openLegacyPackage(read('plain-level-5.pkl'), { accessCode: ACCESS_CODE });
  assert.equal(opened.name, 'churn');
  assert.equal(opened.metrics['accuracy'], 0.91);
  assert.equal(opened.pickle[0], 0x80);
});

test('reads a package inside gzip', async () => {
  const opened = await openLegacyPackage(gzipSync(read('raw-key.pkl')), { key: RAW_KEY });
  assert.equal(opened.name, 'churn');
});

const WITH_CODE = Object.entries(INDEX.files).filter(([, { accessCode }]) => accessCode === true);

for (const [name, fixture] of WITH_CODE) {
  test(`asks for the access code of ${name}, and takes no other`, async () => {
    const { key } = await accessTo(fixture);
    const keyOnly = key === undefined ? {} : { key };
    await assert.rejects(openLegacyPackage(read(name), keyOnly), { code: 'ACCESS_CODE_REQUIRED' });
    const accessCode = Passphrase.fromText('open sesam');
    await assert.rejects(openLegacyPackage(read(name), { ...keyOnly, accessCode }), { code: 'KEY_REFUSED' });
  });
}

test('refuses an encrypted package without a key, or with another one', async () => {
  await assert.rejects(openLegacyPackage(read('raw-key.pkl'), {}), { code: 'KEY_REFUSED' });
  const key = SecretBytes.copyOf(new Uint8Array(32));
  await assert.rejects(openLegacyPackage(read('raw-key.pkl'), { key }), { code: 'KEY_REFUSED' });
});

test('a changed file never opens as another model', async () => {
  const file = read('raw-key.pkl');
  const { innerSha256 } = INDEX.files['raw-key.pkl']!;
  await fc.assert(
    fc.asyncProperty(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const changed = Uint8Array.from(file);
      changed[at]! ^= change;
      try {
        const opened = await openLegacyPackage(changed, { key: RAW_KEY });
        // The names of metadata carry no protection of their own; the model does.
        assert.equal(toHex(sha256(opened.pickle)), innerSha256);
      } catch (error) {
        if (!isStrongroomError(error)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});

test('refuses anything that is no such package', async () => {
  const others = [[], [0x80], [...utf8Bytes('PK\x03\x04')], [0x78, 0x9c, 1, 2, 3], [0x1f, 0x8b, 8]];
  for (const bytes of others)
    await assert.rejects(openLegacyPackage(Uint8Array.from(bytes), { key: RAW_KEY }), {
      code: 'FORMAT_MALFORMED',
    });
});
