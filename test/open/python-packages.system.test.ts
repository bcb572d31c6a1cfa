// What comes in from the Python class; each package costs a key derivation.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { parseNamespaceName } from '../../src/api/index.ts';
import { fromHex, Passphrase, SecretBytes, utf8Bytes } from '../../src/bytes/index.ts';
import { type FernetKeyDerivation, parseFernetKey } from '../../src/container/index.ts';
import type { Strongroom } from '../../src/open/index.ts';
import { temporaryHome } from '../kit/temporary-home.ts';
import { CHURN, contentOf } from './home-kit.ts';

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

const LEGACY = join(import.meta.dirname, '../../vectors/legacy');
const index = existsSync(LEGACY)
  ? (JSON.parse(readFileSync(join(LEGACY, 'index.json'), 'utf8')) as Index)
  : undefined;

function legacyKey({ rawKey: text, password }: Index, { opens, salt }: Fixture) {
  if (opens === 'nothing') return {};
  if (opens === undefined || opens === 'rawKey') {
    return { key: { kind: 'key', key: parseFernetKey(SecretBytes.copyOf(utf8Bytes(text))) } as const };
  }
  const derivation = { algorithm: opens, salt: fromHex(salt ?? '')! };
  return { key: { kind: 'password', password: Passphrase.fromText(password), derivation } as const };
}

/** The models inside are of a class that nobody knows: held back as suspicious, unless the policy says otherwise. */
function trustSuspicious({ api }: Strongroom): Promise<unknown> {
  const namespace = parseNamespaceName('acme');
  return api.trust.set({ namespace, change: { enter: { suspicious: 'allow', unknown: 'allow' } } });
}

suite('a package of the Python class', {
  skip: index === undefined ? 'vectors/legacy is missing' : false,
}, () => {
  const { files, accessCode } = index ?? { files: {}, accessCode: '' };
  const importFile = async (strongroom: Strongroom, name: string, fixture: Fixture) => {
    const code = fixture.accessCode === true || fixture.refused !== undefined;
    return await strongroom.importLegacy({
      model: CHURN,
      file: {
        name,
        bytes: new Uint8Array(await readFile(join(LEGACY, name))),
        ...legacyKey(index!, fixture),
        ...(code && { accessCode: Passphrase.fromText(accessCode) }),
      },
    });
  };

  for (const [name, fixture] of Object.entries(files)) {
    if (fixture.refused !== undefined) {
      test(`${name} is refused with ${fixture.refused}, and no version is made`, async (t) => {
        const { strongroom } = await temporaryHome(t);
        await assert.rejects(importFile(strongroom, name, fixture), { code: fixture.refused });
        assert.deepEqual(await strongroom.api.models.list(), []);
      });
      continue;
    }
    test(`${name} becomes a version with the pickle that was inside`, async (t) => {
      const { strongroom } = await temporaryHome(t);
      await trustSuspicious(strongroom);
      const version = await importFile(strongroom, name, fixture);
      const [file] = version.files;
      assert.equal(file?.sha256, fixture.innerSha256);
      assert.equal(version.metadata['imported.from'], 'SecureModelManager');
      assert.equal(version.hasAccessCode, fixture.accessCode === true);
      if (fixture.accessCode === true) {
        await assert.rejects(contentOf(strongroom, 1, file!.path), { code: 'ACCESS_CODE_REQUIRED' });
        const code = Passphrase.fromText(accessCode);
        assert.deepEqual((await strongroom.api.versions.verify({ accessCode: code })).findings, []);
      } else {
        const content = await contentOf(strongroom, 1, file!.path);
        assert.equal(createHash('sha256').update(content).digest('hex'), fixture.innerSha256);
      }
    });
  }
});
