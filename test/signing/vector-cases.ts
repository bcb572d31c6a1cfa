import { PublicKey, SigningKey } from '../../src/crypto/index.ts';
import { signDetached, signManifest } from '../../src/signing/index.ts';
import { bundle, FILES, file, resource, statement } from './bundle-kit.ts';
import { goodChain, type Issued, issue, keyObjectOf, newKey, SERVER_AUTH } from './certificate-kit.ts';
import { malformedCases } from './malformed-cases.ts';
import type { SigningVector } from './vector-format.ts';
import {
  byKey,
  certified,
  chain,
  ed25519,
  edited,
  keyed,
  manifest,
  mlDsa,
  oldKey,
  oldPae,
  oldStatement,
  p256,
  p384,
  p521,
  rootPem,
  rsa,
  signer,
  stated,
  text,
} from './vector-making.ts';

/*
 * The cases of vectors/signing, made anew with fresh keys; make-vectors.ts writes them down. Every line of the list of
 * attacks in docs/spec/signing.md §10 is one of the refused.
 */

/** Signatures that must be taken. */
export function acceptCases(): readonly SigningVector[] {
  const signed = [p256, p384, p521, mlDsa].map((key) => ({
    ...byKey,
    name: `a bundle by a key of ${key.algorithm}`,
    signature: Buffer.from(signManifest(FILES, key, { name: 'model' })).toString('utf8'),
    keys: [key.publicKey.pem],
  }));
  const detached = [rsa, ed25519].map((key) => ({
    ...byKey,
    name: `a detached signature by ${key.algorithm}`,
    signature: Buffer.from(signDetached(Buffer.from(manifest), key)).toString('utf8'),
    keys: [key.publicKey.pem],
    manifest,
  }));
  return [
    ...signed,
    ...detached,
    keyed('a bundle as model_signing writes it', {}),
    certified('a bundle with certificates, the root left out', [chain.leaf, chain.middle]),
    certified('a bundle with certificates, the root in it', [chain.leaf, chain.middle, chain.root]),
    { ...edited('a bundle with white space', (json) => `\n${JSON.stringify(JSON.parse(json), null, 2)}\n`) },
    keyed('the key’s id repeated beside the signature', {
      signatures: (entry) => [{ ...entry, keyid: p256.publicKey.id }],
    }),
    keyed('no id beside the signature', { signatures: ({ sig }) => [{ sig }] }),
    keyed('null as id beside the signature', { signatures: ({ sig }) => [{ sig, keyid: null }] }),
    stated('resources in another order', { resources: FILES.map(resource).reverse() }),
    stated('members of the statement that are not known', { more: { annotations: { team: 'ml' } } }),
    stated('no list of ignored paths', { serialization: { method: 'files', hash_type: 'sha256' } }),
    stated(
      'a single file',
      { resources: [resource(file('.', 'x'))] },
      { files: [file('any name.bin', 'x')], options: { shape: 'file' } },
    ),
    stated(
      'a single file under its own name',
      { resources: [resource(file('m.bin', 'x'))] },
      { files: [file('m.bin', 'x')], options: { shape: 'file' } },
    ),
    stated(
      'git’s own files where signer and verifier leave them out',
      {},
      { files: [...FILES, file('.git/HEAD', 'ref')], options: { ignoreGitPaths: true } },
    ),
    stated(
      'a folder that the verifier leaves out',
      {},
      { files: [...FILES, file('notes/a.md', 'x')], options: { ignorePaths: ['notes'] } },
    ),
    stated(
      'an unsigned file where the verifier asks only for a report',
      {},
      { files: [...FILES, file('new.py', 'x')], options: { unsignedFiles: 'report' } },
    ),
    keyed(
      'the old form of the key, where old forms are allowed',
      { material: oldKey },
      { options: { allowOldFormats: true } },
    ),
    keyed(
      'the old encoding, where old forms are allowed',
      { signed: oldPae },
      { options: { allowOldFormats: true } },
    ),
    keyed(
      'the old statement, where old forms are allowed',
      { payload: oldStatement },
      { options: { allowOldFormats: true } },
    ),
  ];
}

function unsupportedCases(): readonly SigningVector[] {
  const certificate = {
    certificate: { rawBytes: Buffer.from(chain.leaf.certificate.der).toString('base64') },
    tlogEntries: [],
  };
  const sharded = { method: 'shards', hash_type: 'sha256', shard_size: 1_000_000_000 };
  const blake = FILES.map((each) => ({ ...resource(each), algorithm: 'blake2b' }));
  return [
    keyed('a keyless bundle', { material: certificate }),
    stated('shards', { serialization: sharded }),
    stated('BLAKE2', { serialization: { method: 'files', hash_type: 'blake2b' }, resources: blake }),
    stated('a resource under another hash than the statement says', { resources: blake }),
  ].map((vector) => ({ ...vector, error: 'SIGNATURE_UNSUPPORTED' }));
}

function outdatedCases(): readonly SigningVector[] {
  return [
    keyed('the old form of the key, taken for a new one', { material: oldKey }),
    keyed('the old statement, taken for a new one', { payload: oldStatement }),
    keyed('no list of log entries', { material: { publicKey: { hint: p256.publicKey.id } } }),
  ].map((vector) => ({ ...vector, error: 'SIGNATURE_OUTDATED' }));
}

function invalidCases(): readonly SigningVector[] {
  const other = SigningKey.generate('ecdsa-p256');
  const material = { publicKey: { hint: p256.publicKey.id }, tlogEntries: [] };
  return [
    keyed('a signature by another key under this key’s hint', { signature: other.sign(Buffer.from('x')) }),
    {
      name: 'a bundle of another curve under this key’s hint',
      signature: text(bundle(p384, { material })),
      ...byKey,
    },
    keyed('the old encoding, taken for the new one', { signed: oldPae }),
    keyed('a signature over the bare payload', { signed: (payload) => payload }),
    keyed('an empty signature', { signature: new Uint8Array() }),
    keyed('a signature with bytes after it', {
      signature: Buffer.concat([p256.sign(Buffer.from('x')), Buffer.from([0])]),
    }),
    keyed('a signature as two numbers of fixed length', { signature: Buffer.alloc(64, 1) }),
    keyed('a payload that was exchanged', {
      envelope: {
        payload: Buffer.from(text(statement({ resources: [resource(file('a', 'b'))] }))).toString('base64'),
      },
    }),
  ].map((vector) => ({ ...vector, error: 'SIGNATURE_INVALID' }));
}

function mismatchCases(): readonly SigningVector[] {
  const [first, ...others] = FILES;
  const changed = FILES.map((each) => (each === first ? file(each.path, 'evil') : each));
  const moved = FILES.map((each) => (each === first ? { ...each, path: 'other.json' } : each));
  const ignored = { ignorePaths: ['weights', 'model.sig'], resources: [resource(FILES[0] ?? file('', ''))] };
  return [
    stated('a file that was changed', {}, { files: changed }),
    stated('a file that is missing', {}, { files: others }),
    stated('a file that was renamed', {}, { files: moved }),
    stated('a file that nobody signed', {}, { files: [...FILES, file('hook.py', 'import os')] }),
    stated(
      'a file that nobody signed, in a folder of git',
      {},
      { files: [...FILES, file('.git/hooks/post-checkout', 'x')] },
    ),
    stated(
      'files of git that the signer does not say were left out',
      { ignorePaths: [] },
      { files: [...FILES, file('.git/HEAD', 'x')], options: { ignoreGitPaths: true } },
    ),
    stated('a weight file that the signer ignores', ignored),
    stated(
      'a file that the signer alone ignores',
      { ignorePaths: ['notes'] },
      { files: [...FILES, file('notes', 'x')] },
    ),
    stated(
      'a changed file among those that the verifier ignores',
      {},
      { files: changed, options: { ignorePaths: ['config.json'] } },
    ),
    stated(
      'a changed file, where unsigned ones are let pass',
      {},
      { files: changed, options: { unsignedFiles: 'report' } },
    ),
    stated(
      'a twin in another case beside a signed file',
      {},
      { files: [...FILES, file('CONFIG.json', 'x')] },
    ),
    stated(
      'a twin in another normalisation instead of the signed file',
      { resources: [resource(file('caf\u00e9', 'x'))] },
      { files: [file('cafe\u0301', 'x')] },
    ),
    stated(
      'a single file’s signature for a folder',
      { resources: [resource(file('.', 'x'))] },
      { files: [file('a', 'x')] },
    ),
    stated(
      'a folder’s signature for a single file',
      {},
      { files: [first ?? file('', '')], options: { shape: 'file' } },
    ),
  ].map((vector) => ({ ...vector, error: 'SIGNATURE_MISMATCH' }));
}

function untrustedCases(): readonly SigningVector[] {
  const other = PublicKey.parse(SigningKey.generate('ecdsa-p256').publicKey.spki());
  const strange = goodChain(keyObjectOf(p384));
  return [
    keyed('a key that is not trusted', {}, { keys: [other.pem] }),
    keyed('the hint of another key', { material: { publicKey: { hint: other.id }, tlogEntries: [] } }),
    keyed('no key that is trusted', {}, { keys: [] }),
    keyed('a bundle by a key, given to the verifier of certificates', {}, { keys: [], roots: [rootPem] }),
    certified('a bundle by certificates, given to the verifier of keys', [chain.leaf, chain.middle], {
      roots: [],
      keys: [p384.publicKey.pem],
    }),
    certified('a chain to another root', [strange.leaf, strange.middle, strange.root]),
    certified('a chain without its issuer', [chain.leaf]),
  ].map((vector) => ({ ...vector, error: 'SIGNATURE_UNTRUSTED' }));
}

function certificateCases(): readonly SigningVector[] {
  const server = issue({ ...signer, purposes: [SERVER_AUTH] });
  const sha1 = issue({ ...signer, digest: 'sha1' });
  const forged = issue({ ...signer, signWith: newKey() });
  const early = issue({ ...signer, from: '2026-07-01T00:00:00Z' });
  const late = issue({ ...signer, until: '2026-05-01T00:00:00Z' });
  const asLeaf = (issued: Issued): Issued =>
    issue({ subject: 'Signer', key: keyObjectOf(p384), issuer: issued });
  const refused = [
    certified('an intermediate as signer', [chain.middle]),
    certified('the root as signer', [chain.root]),
    certified('a chain in the wrong order', [chain.middle, chain.leaf, chain.root]),
    certified('a certificate for web servers', [server, chain.middle]),
    certified('a certificate signed with SHA-1', [sha1, chain.middle]),
    certified('a certificate that its issuer did not sign', [forged, chain.middle]),
    certified('a signer’s certificate as issuer', [asLeaf(chain.leaf), chain.leaf, chain.middle]),
  ].map((vector) => ({ ...vector, error: 'CERTIFICATE_REFUSED' }));
  const expired = [
    certified('an expired certificate', [late, chain.middle]),
    certified('a certificate that is not yet valid', [early, chain.middle]),
    certified('a certificate of next year, now', [chain.leaf, chain.middle], {
      at: '2025-06-01T00:00:00.000Z',
    }),
  ].map((vector) => ({ ...vector, error: 'CERTIFICATE_EXPIRED' }));
  return [...refused, ...expired, ...keyKindCases()];
}

function keyKindCases(): readonly SigningVector[] {
  const wrong = issue({ subject: 'Signer', key: newKey('secp256k1'), issuer: chain.middle });
  const cut = Buffer.from(chain.leaf.certificate.der).subarray(0, -1).toString('base64');
  const broken = { x509CertificateChain: { certificates: [{ rawBytes: cut }] }, tlogEntries: [] };
  return [
    {
      ...certified('a certificate for a key on another curve', [wrong, chain.middle]),
      error: 'SIGNING_KEY_INVALID',
    },
    {
      ...byKey,
      name: 'a bundle by an Ed25519 key',
      signature: text(bundle(ed25519)),
      keys: [ed25519.publicKey.pem],
      error: 'SIGNING_KEY_INVALID',
    },
    {
      ...keyed('a certificate that is cut', { material: broken }, { roots: [rootPem] }),
      error: 'CERTIFICATE_MALFORMED',
    },
  ];
}

function detachedCases(): readonly SigningVector[] {
  const good = Buffer.from(signDetached(Buffer.from(manifest), ed25519)).toString('utf8');
  const base = { ...byKey, keys: [ed25519.publicKey.pem, rsa.publicKey.pem], manifest };
  const other = Buffer.from(signDetached(Buffer.from('{}'), ed25519)).toString('utf8');
  const digest = /"signed":"[0-9a-f]+"/;
  return [
    {
      ...base,
      name: 'a detached signature over another text',
      signature: other,
      error: 'SIGNATURE_MISMATCH',
    },
    {
      ...base,
      name: 'a detached signature over another text, whose digest was exchanged',
      signature: other.replace(digest, digest.exec(good)?.[0] ?? ''),
      error: 'SIGNATURE_INVALID',
    },
    {
      ...base,
      name: 'a detached signature by a key that is not trusted',
      signature: good,
      keys: [rsa.publicKey.pem],
      error: 'SIGNATURE_UNTRUSTED',
    },
    {
      ...base,
      name: 'a detached signature that names another algorithm than its key has',
      signature: good.replace('"ed25519"', '"rsa-pss-sha256"'),
      error: 'SIGNATURE_MALFORMED',
    },
    {
      ...base,
      name: 'a detached signature that names another key',
      signature: good.replace(ed25519.publicKey.id, rsa.publicKey.id),
      error: 'SIGNATURE_MALFORMED',
    },
    {
      ...base,
      name: 'a detached signature with a member twice',
      signature: good.replace('{', '{"algorithm":"ed25519",'),
      error: 'SIGNATURE_MALFORMED',
    },
    {
      ...base,
      name: 'a detached signature with white space',
      signature: good.replace(',', ', '),
      error: 'SIGNATURE_MALFORMED',
    },
    {
      ...base,
      name: 'a detached signature that is cut',
      signature: good.slice(0, -10),
      error: 'SIGNATURE_MALFORMED',
    },
    {
      ...base,
      name: 'a bundle in the place of a detached signature',
      signature: text(bundle(p256)),
      error: 'SIGNATURE_MALFORMED',
    },
  ];
}

/** Signatures that must be refused, each with its code. */
export function rejectCases(): readonly SigningVector[] {
  return [
    ...malformedCases(),
    ...unsupportedCases(),
    ...outdatedCases(),
    ...invalidCases(),
    ...mismatchCases(),
    ...untrustedCases(),
    ...certificateCases(),
    ...detachedCases(),
  ];
}
