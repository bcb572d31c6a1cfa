import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { utf8Bytes } from '../../src/bytes/index.ts';
import { PublicKey, parseCertificatesPem } from '../../src/crypto/index.ts';
import { isStrongroomError } from '../../src/errors/index.ts';
import {
  digestFiles,
  type VerifyBundleOptions,
  verifyBundle,
  verifyDetached,
} from '../../src/signing/index.ts';
import { readInputs } from '../../src/storage/index.ts';
import { acceptCases, rejectCases } from '../signing/vector-cases.ts';
import type { SigningVector } from '../signing/vector-format.ts';

const OWN = new URL('../../vectors/signing/', import.meta.url);
const EXTERNAL = new URL('../../../shared/vectors/model-signing/', import.meta.url);
/** When the certificates of the external vectors begin to be valid. */
const EXTERNAL_TIME = new Date('2025-05-02T23:36:28Z');

function readOwn(name: string): readonly SigningVector[] {
  return JSON.parse(readFileSync(new URL(name, OWN), 'utf8')) as SigningVector[];
}

function verify(vector: SigningVector): void {
  const { signature, isBase64, files, manifest } = vector;
  const bytes = isBase64 === true ? Buffer.from(signature, 'base64') : utf8Bytes(signature);
  const keys = vector.keys.map((pem) => PublicKey.parse(utf8Bytes(pem)));
  if (manifest !== undefined) {
    verifyDetached(bytes, utf8Bytes(manifest), keys);
    return;
  }
  const roots = vector.roots.flatMap((pem) => parseCertificatesPem(utf8Bytes(pem)));
  verifyBundle(bytes, files, { keys, roots, at: new Date(vector.at), ...vector.options });
}

for (const [kind, accept, reject] of [
  ['kept', readOwn('accept.json'), readOwn('reject.json')],
  ['fresh', acceptCases(), rejectCases()],
] as const) {
  for (const vector of accept) test(`accepts ${vector.name} (${kind})`, () => verify(vector));

  for (const vector of reject) {
    test(`refuses ${vector.name} (${kind})`, () => {
      assert.throws(
        () => verify(vector),
        (error) => {
          assert.ok(isStrongroomError(error), String(error));
          assert.equal(error.code, vector.error, error.message);
          return true;
        },
      );
    });
  }
}

test('the kept vectors and the fresh ones are the same cases', () => {
  const named = (cases: readonly SigningVector[]): string[] => cases.map(({ name }) => name);
  assert.deepEqual(named(readOwn('accept.json')), named(acceptCases()));
  assert.deepEqual(named(readOwn('reject.json')), named(rejectCases()));
});

async function digestsOf(folder: string): ReturnType<typeof digestFiles> {
  const inputs = await readInputs([new URL(folder, EXTERNAL).pathname]);
  return digestFiles(inputs.filter(({ path }) => path !== 'model.sig'));
}

const external: Pick<VerifyBundleOptions, 'at' | 'ignorePaths'> = {
  at: EXTERNAL_TIME,
  ignorePaths: ['ignore-me'],
};

for (const kind of ['elliptic-key', 'certificate'] as const) {
  test(`verifies the folder that model_signing 1.1.0 signed by ${kind}, and refuses it changed`, async (t) => {
    if (!existsSync(EXTERNAL)) {
      t.skip('the external vectors are not here');
      return;
    }
    const read = (name: string): Buffer => readFileSync(new URL(name, EXTERNAL));
    const trust =
      kind === 'certificate'
        ? { roots: parseCertificatesPem(read('ca-cert.pem')) }
        : { keys: [PublicKey.parse(read('signing-key-pub.pem'))] };
    const options = { ...external, ...trust };
    const signature = read(`${kind}/model.sig`);
    const files = await digestsOf(`${kind}/`);
    const verified = verifyBundle(signature, files, options);
    assert.equal(verified.signer.kind, kind === 'certificate' ? 'certificate' : 'key');
    assert.equal(verified.signedFiles, 2);
    assert.deepEqual(verified.ignoredFiles, ['ignore-me']);

    const refuses = (code: string, act: () => unknown): void =>
      assert.throws(act, (error) => isStrongroomError(error) && error.code === code);
    refuses('SIGNATURE_MISMATCH', () => verifyBundle(signature, files, { ...options, ignorePaths: [] }));
    refuses('SIGNATURE_MISMATCH', () => verifyBundle(signature, files.slice(0, -1), options));
    refuses('SIGNATURE_UNTRUSTED', () => verifyBundle(signature, files, external));
    if (kind === 'certificate') {
      refuses('CERTIFICATE_EXPIRED', () =>
        verifyBundle(signature, files, { ...options, at: new Date('2035-05-01T00:00:00Z') }),
      );
    }
  });
}
