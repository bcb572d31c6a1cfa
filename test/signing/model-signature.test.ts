import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { utf8Bytes } from '../../src/bytes/index.ts';
import { type Certificate, SigningKey } from '../../src/crypto/index.ts';
import { isStrongroomError } from '../../src/errors/index.ts';
import {
  type FileDigest,
  formatFileList,
  MAX_SIGNATURE_BYTES,
  rootOf,
  signatureFileName,
  signDetached,
  signManifest,
  signStatement,
  verifyBundle,
  verifyDetached,
  verifyStatement,
} from '../../src/signing/index.ts';
import { FILES, file } from './bundle-kit.ts';
import { goodChain, issue, keyObjectOf, newKey, signingKeyOf } from './certificate-kit.ts';
import { refusal } from './refusal.ts';

const AT = new Date('2026-06-01T00:00:00Z');
const key = SigningKey.generate('ecdsa-p256');
const trust = { keys: [key.publicKey], at: AT };

/** The statement inside a bundle. */
function statementOf(bundle: Uint8Array): {
  readonly subject: readonly { readonly name: string; readonly digest: { readonly sha256: string } }[];
  readonly predicate: {
    readonly resources: readonly { readonly name: string; readonly digest: string }[];
    readonly serialization: { readonly ignore_paths: readonly string[] };
  };
} {
  const { dsseEnvelope } = JSON.parse(Buffer.from(bundle).toString('utf8')) as {
    dsseEnvelope: { payload: string };
  };
  return JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString('utf8')) as ReturnType<
    typeof statementOf
  >;
}

test('a signature tells who signed, over how many files, and their root', () => {
  const verified = verifyBundle(signManifest(FILES, key, { name: 'churn' }), FILES, trust);
  assert.deepEqual(verified, {
    signer: { kind: 'key', keyId: key.publicKey.id, algorithm: 'ecdsa-p256' },
    name: 'churn',
    root: rootOf(FILES.map(({ path, sha256 }) => ({ name: path, sha256 }))),
    format: 'signature/v1.0',
    signedFiles: 3,
    ignoredFiles: [],
    unsignedFiles: [],
  });
});

test('resources are listed as model_signing lists them: by parts of the path, by code points', () => {
  const names = ['a/b', 'a-b', 'a b/c', 'a', 'z/y', '\u{1f600}', '\uffed', 'a2/x'].filter(
    (name) => name !== 'a',
  );
  const bundle = signManifest(
    names.map((name) => file(name, name)),
    key,
    { name: 'm' },
  );
  const listed = statementOf(bundle).predicate.resources.map(({ name }) => name);
  assert.deepEqual(listed, ['a/b', 'a b/c', 'a-b', 'a2/x', 'z/y', '\uffed', '\u{1f600}']);
});

test('ignored paths are listed once, in order', () => {
  const bundle = signManifest(FILES, key, { name: 'm', ignorePaths: ['z', '.git', 'z'] });
  assert.deepEqual(statementOf(bundle).predicate.serialization.ignore_paths, ['.git', 'z']);
});

test('a model that is one file is signed as "."', () => {
  const bundle = signManifest([file('m.onnx', 'x')], key, { name: 'm.onnx', shape: 'file' });
  assert.deepEqual(
    statementOf(bundle).predicate.resources.map(({ name }) => name),
    ['.'],
  );
  assert.equal(verifyBundle(bundle, [file('renamed.onnx', 'x')], { ...trust, shape: 'file' }).signedFiles, 1);
});

const UNSIGNABLE: readonly (readonly [what: string, files: readonly FileDigest[]])[] = [
  ['no file', []],
  ['a path out of the model', [file('../a', 'x')]],
  ['the same path twice', [file('a', 'x'), file('a', 'y')]],
  ['paths that differ in case only', [file('a', 'x'), file('A', 'y')]],
  ['a digest that is none', [{ path: 'a', size: 1, sha256: 'x' }]],
];

for (const [what, files] of UNSIGNABLE) {
  test(`nothing is signed for ${what}`, () => {
    assert.throws(() => signManifest(files, key, { name: 'm' }), refusal('INPUT_INVALID'));
  });
}

test('each kind of key signs in one way only', () => {
  const content = formatFileList(FILES);
  for (const algorithm of ['ed25519', 'rsa-pss-sha256'] as const) {
    const other = SigningKey.generate(algorithm);
    assert.throws(() => signManifest(FILES, other, { name: 'm' }), refusal('SIGNING_KEY_INVALID'));
    assert.equal(
      verifyDetached(signDetached(content, other), content, [other.publicKey]).signer.keyId,
      other.publicKey.id,
    );
  }
  assert.throws(() => signDetached(content, key), refusal('SIGNING_KEY_INVALID'));
});

test('the post-quantum twin is over the same files, in a file of its own', () => {
  const twin = SigningKey.generate('ml-dsa-65');
  const bundle = signManifest(FILES, twin, { name: 'm' });
  assert.deepEqual(statementOf(bundle), statementOf(signManifest(FILES, key, { name: 'm' })));
  assert.equal(verifyBundle(bundle, FILES, { keys: [twin.publicKey], at: AT }).signer.algorithm, 'ml-dsa-65');
  assert.match(signatureFileName(twin.publicKey.id), /^model\.[0-9a-f]{16}\.sig$/);
  assert.equal(signatureFileName(), 'model.sig');
});

test('certificates are signed with by their own key only', () => {
  const { leaf, middle, root } = goodChain();
  const chain = [leaf.certificate, middle.certificate];
  const signed = signManifest(FILES, signingKeyOf(leaf.key), { name: 'm', certificates: chain });
  const verified = verifyBundle(signed, FILES, { roots: [root.certificate], at: AT });
  assert.ok(verified.signer.kind === 'certificate');
  assert.deepEqual(verified.signer.identities, ['email:ml@example.org', 'subject:CN=Test Signer']);
  assert.equal(verified.signer.rootFingerprint, root.certificate.fingerprint);
  assert.throws(
    () => signManifest(FILES, key, { name: 'm', certificates: chain }),
    refusal('INPUT_INVALID', /another key/),
  );
  assert.throws(() => signManifest(FILES, key, { name: 'm', certificates: [] }), refusal('INPUT_INVALID'));
});

test('a certificate names a key of model_signing, or does not sign', () => {
  const ed25519 = SigningKey.generate('ed25519');
  const { middle } = goodChain();
  const { certificate } = issue({ subject: 'S', key: keyObjectOf(ed25519), issuer: middle });
  assert.throws(
    () => signManifest(FILES, ed25519, { name: 'm', certificates: [certificate] }),
    refusal('SIGNING_KEY_INVALID'),
  );
});

test('a signature over another kind of statement is no signature of a model', () => {
  const payload = utf8Bytes(
    JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', predicateType: 'https://example.org/scan' }),
  );
  const bundle = signStatement(payload, key);
  assert.deepEqual(verifyStatement(bundle, trust).payload, payload);
  assert.throws(() => verifyBundle(bundle, FILES, trust), refusal('SIGNATURE_MALFORMED'));
});

test('a signature of a gigabyte is refused by its size alone', () => {
  const huge = { length: 2 ** 30 } as Uint8Array;
  assert.throws(() => verifyBundle(huge, FILES, trust), refusal('INPUT_TOO_LARGE'));
  assert.throws(
    () => verifyBundle(new Uint8Array(MAX_SIGNATURE_BYTES + 1), FILES, trust),
    refusal('INPUT_TOO_LARGE'),
  );
});

test('the ignored paths of a verifier must be paths inside the model', () => {
  const bundle = signManifest(FILES, key, { name: 'm' });
  for (const path of ['.', '', '..', '/', 'a/../b', '*/']) {
    assert.throws(
      () => verifyBundle(bundle, FILES, { ...trust, ignorePaths: [path] }),
      refusal('INPUT_INVALID'),
    );
  }
});

test('what was changed, is missing or was added is named, a few of it', () => {
  const many = Array.from({ length: 20 }, (_, n) => file(`f${n}`, `${n}`));
  const bundle = signManifest(many, key, { name: 'm' });
  const changed = many.slice(1).map((each, n) => (n === 0 ? file(each.path, 'x') : each));
  assert.throws(
    () => verifyBundle(bundle, [...changed, file('new\u202e', 'x')], trust),
    refusal('SIGNATURE_MISMATCH', /"f0" is missing, "f1" was changed, "new\\u202e" was not signed/),
  );
  assert.throws(() => verifyBundle(bundle, [], trust), refusal('SIGNATURE_MISMATCH', /and 15 more/));
});

test('a key that is malformed in an old bundle is refused as that', () => {
  const bundle = JSON.parse(Buffer.from(signManifest(FILES, key, { name: 'm' })).toString('utf8')) as Record<
    string,
    unknown
  >;
  bundle['verificationMaterial'] = { publicKey: { rawBytes: Buffer.from('no key').toString('base64') } };
  const bytes = utf8Bytes(JSON.stringify(bundle));
  assert.throws(
    () => verifyBundle(bytes, FILES, { ...trust, allowOldFormats: true }),
    refusal('SIGNING_KEY_INVALID'),
  );
});

interface Signed {
  readonly name: string;
  readonly bundle: Uint8Array;
  readonly verify: (bundle: Uint8Array, files: readonly FileDigest[]) => unknown;
}

function signedInEveryWay(): readonly Signed[] {
  const { leaf, middle, root } = goodChain(newKey('P-384'));
  const roots: readonly Certificate[] = [root.certificate];
  const certificates = [leaf.certificate, middle.certificate, root.certificate];
  const twin = SigningKey.generate('ml-dsa-65');
  const plain = SigningKey.generate('ed25519');
  const rsa = SigningKey.generate('rsa-pss-sha256');
  return [
    {
      name: 'a key',
      bundle: signManifest(FILES, key, { name: 'm' }),
      verify: (bundle, files) => verifyBundle(bundle, files, trust),
    },
    {
      name: 'certificates',
      bundle: signManifest(FILES, signingKeyOf(leaf.key), { name: 'm', certificates }),
      verify: (bundle, files) => verifyBundle(bundle, files, { roots, at: AT }),
    },
    {
      name: 'ML-DSA-65',
      bundle: signManifest(FILES, twin, { name: 'm' }),
      verify: (bundle, files) => verifyBundle(bundle, files, { keys: [twin.publicKey], at: AT }),
    },
    ...[plain, rsa].map((each) => ({
      name: each.algorithm,
      bundle: signDetached(formatFileList(FILES), each),
      verify: (bundle: Uint8Array, files: readonly FileDigest[]) =>
        verifyDetached(bundle, formatFileList(files), [each.publicKey]),
    })),
  ];
}

for (const { name, bundle, verify } of signedInEveryWay()) {
  test(`no flipped bit of a signature file by ${name} is taken`, () => {
    verify(bundle, FILES);
    fc.assert(
      fc.property(fc.nat({ max: bundle.length * 8 - 1 }), (bit) => {
        const changed = new Uint8Array(bundle);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        assert.throws(
          () => verify(changed, FILES),
          (error) => isStrongroomError(error) && error.kind !== 'internal',
        );
      }),
      { numRuns: 400 },
    );
  });

  test(`no changed list of files is taken for the one signed by ${name}`, () => {
    const change = fc.oneof(
      fc
        .record({ at: fc.nat({ max: 2 }), digit: fc.nat({ max: 63 }) })
        .map(({ at, digit }) => flipDigest(at, digit)),
      fc.nat({ max: 2 }).map((at) => FILES.filter((_, index) => index !== at)),
      fc.stringMatching(/^[a-z]{1,8}$/).map((path) => [...FILES, file(path, 'x')]),
      fc
        .nat({ max: 2 })
        .map((at) => FILES.map((each, index) => (index === at ? { ...each, path: `${each.path}x` } : each))),
    );
    fc.assert(
      fc.property(change, (files) => {
        assert.throws(() => verify(bundle, files), refusal('SIGNATURE_MISMATCH'));
      }),
      { numRuns: 200 },
    );
  });
}

/** The files with one bit of one digest the other way. */
function flipDigest(at: number, digit: number): readonly FileDigest[] {
  return FILES.map((each, index) => {
    if (index !== at) return each;
    const flipped = (Number.parseInt(each.sha256.charAt(digit), 16) ^ 1).toString(16);
    return { ...each, sha256: each.sha256.slice(0, digit) + flipped + each.sha256.slice(digit + 1) };
  });
}
