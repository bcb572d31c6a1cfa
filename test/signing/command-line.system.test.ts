import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { Passphrase } from '../../src/bytes/index.ts';
import { formatCertificatePem, type SignatureAlgorithm, SigningKey } from '../../src/crypto/index.ts';
import { runCommand } from '../cli/transcript.ts';
import { goodChain, keyObjectOf } from './certificate-kit.ts';

const AT = '2026-06-01T00:00:00Z';

/** A folder with a small model in it, and the command line there. */
class Desk {
  readonly folder: string;
  readonly model: string;
  readonly signature: string;

  constructor(t: TestContext) {
    this.folder = mkdtempSync(join(tmpdir(), 'strongroom-signing-'));
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
    this.model = join(this.folder, 'model');
    this.signature = join(this.folder, 'model.sig');
    this.write('model/config.json', '{}');
    this.write('model/weights/a.bin', 'weights');
    this.write('model/.gitignore', '*.tmp');
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }

  key(
    algorithm: SignatureAlgorithm,
    name = 'key',
  ): { readonly secret: string; readonly public: string; readonly key: SigningKey } {
    const key = SigningKey.generate(algorithm);
    const pem = keyObjectOf(key).export({ type: 'pkcs8', format: 'pem' });
    return {
      key,
      secret: this.write(`${name}.pem`, pem),
      public: this.write(`${name}.pub`, key.publicKey.pem),
    };
  }

  run(...words: readonly string[]): Promise<readonly string[]> {
    return runCommand(['strongroom', ...words.map((word) => `'${word}'`)].join(' '));
  }

  sign(...words: readonly string[]): Promise<readonly string[]> {
    return this.run('sign', this.model, '-o', this.signature, ...words);
  }

  verify(...words: readonly string[]): Promise<readonly string[]> {
    return this.run('verify-signature', this.model, '--signature', this.signature, ...words);
  }
}

const hasCode = (shown: readonly string[], code: number): void =>
  assert.equal(shown.at(-1), `[exit ${code}]`, shown.join('\n'));

for (const algorithm of [
  'ecdsa-p256',
  'ecdsa-p384',
  'ecdsa-p521',
  'ml-dsa-65',
  'ed25519',
  'rsa-pss-sha256',
] as const) {
  test(`a folder is signed and verified with ${algorithm}, and refused when a file was changed`, async (t) => {
    const desk = new Desk(t);
    const key = desk.key(algorithm);
    const signed = await desk.sign('--key', key.secret);
    assert.match(signed.join('\n'), /^signed 2 files of .*\nkey [0-9a-f]{64} {2}[a-z0-9-]+$/);
    assert.equal(statSync(desk.signature).mode & 0o777, 0o600);
    assert.match(
      (await desk.verify('--public-key', key.public)).join('\n'),
      /^good signature: 2 files\nsigned by key/,
    );
    desk.write('model/config.json', '{"evil":1}');
    hasCode(await desk.verify('--public-key', key.public), 7);
  });
}

test('a file is signed by itself, and may then have another name', async (t) => {
  const desk = new Desk(t);
  const key = desk.key('ecdsa-p256');
  const [file, renamed] = [desk.write('churn.onnx', 'x'), desk.write('renamed.onnx', 'x')];
  await desk.run('sign', file, '--key', key.secret, '-o', desk.signature);
  const shown = await desk.run(
    'verify-signature',
    renamed,
    '--signature',
    desk.signature,
    '--public-key',
    key.public,
  );
  assert.equal(shown[0], 'good signature: 1 file');
});

test('a signature inside of the folder is not part of what is signed', async (t) => {
  const desk = new Desk(t);
  const key = desk.key('ecdsa-p256');
  const inside = join(desk.model, 'model.sig');
  await desk.run('sign', desk.model, '--key', key.secret, '-o', inside);
  const words = ['verify-signature', desk.model, '--signature', inside, '--public-key', key.public];
  assert.equal((await desk.run(...words))[0], 'good signature: 2 files');
  const again = await desk.run('sign', desk.model, '--key', key.secret, '-o', inside);
  hasCode(again, 6);
  assert.match(
    (await desk.run('sign', desk.model, '--key', key.secret, '-o', inside, '--force'))[0] ?? '',
    /2 files/,
  );
});

test('the key is opened by its passphrase, and by no other', async (t) => {
  const desk = new Desk(t);
  const key = SigningKey.generate('ecdsa-p384');
  const secret = desk.write('key.pem', key.exportPem(Passphrase.fromText('correct horse')));
  hasCode(await desk.sign('--key', secret), 2);
  hasCode(await desk.sign('--key', secret, '--passphrase-file', desk.write('wrong', 'battery')), 4);
  const signed = await desk.sign(
    '--key',
    secret,
    '--passphrase-file',
    desk.write('right', 'correct horse\n'),
  );
  assert.equal(signed[1], `key ${key.publicKey.id}  ecdsa-p384`);
});

test('certificates are verified up to the root, for the signer that is expected, at the time that is named', async (t) => {
  const desk = new Desk(t);
  const key = desk.key('ecdsa-p256');
  const { leaf, middle, root } = goodChain(keyObjectOf(key.key));
  const pem = (name: string, { certificate }: typeof leaf): string =>
    desk.write(name, formatCertificatePem(certificate));
  const certificates = ['--certificate', pem('leaf.pem', leaf), '--certificate', pem('middle.pem', middle)];
  await desk.sign('--key', key.secret, ...certificates);
  const trusted = ['--certificate-root', pem('root.pem', root)];
  const identity = ['--identity', 'email:ml@example.org'];
  const good = await desk.verify(...trusted, ...identity, '--at', AT);
  assert.match(
    good.join('\n'),
    /signed by email:ml@example.org, subject:CN=Test Signer {2}ecdsa-p256, issued by CN=Test Issuer/,
  );
  hasCode(await desk.verify(...trusted, '--identity', 'email:eve@example.org', '--at', AT), 4);
  hasCode(await desk.verify(...trusted, ...identity, '--at', '2028-01-01T00:00:00Z'), 4);
  hasCode(await desk.verify('--certificate-root', pem('other.pem', goodChain().root), '--at', AT), 4);
  hasCode(await desk.verify('--public-key', key.public), 4);
  hasCode(await desk.verify(...trusted, '--public-key', key.public, ...identity), 2);
});

test('symbolic links are refused, when signing and when verifying', async (t) => {
  const desk = new Desk(t);
  const key = desk.key('ecdsa-p256');
  await desk.sign('--key', key.secret);
  symlinkSync('/etc/hostname', join(desk.model, 'link'));
  hasCode(await desk.sign('--key', key.secret, '--force'), 2);
  hasCode(await desk.verify('--public-key', key.public), 2);
});

test('files that nobody signed are refused, ignored by name, or listed', async (t) => {
  const desk = new Desk(t);
  const key = desk.key('ecdsa-p256');
  const trusted = ['--public-key', key.public];
  await desk.sign('--key', key.secret);
  desk.write('model/notes/a.md', 'x');
  hasCode(await desk.verify(...trusted), 7);
  assert.deepEqual((await desk.verify(...trusted, '--ignore-paths', './notes/')).slice(2), [
    'ignored  .gitignore',
    'ignored  notes/a.md',
  ]);
  assert.ok((await desk.verify(...trusted, '--ignore-unsigned-files')).includes('unsigned notes/a.md'));
  hasCode(await desk.verify(...trusted, '--ignore-paths', 'notes', '--no-ignore-git-paths'), 7);
  hasCode(await desk.verify(...trusted, '--ignore-paths', '.'), 2);
});

test('what is ignored when signing stays unknown to the signature', async (t) => {
  const desk = new Desk(t);
  const key = desk.key('ecdsa-p256');
  desk.write('model/notes/a.md', 'x');
  await desk.sign('--key', key.secret, '--ignore-paths', 'notes', '--no-ignore-git-paths');
  hasCode(await desk.verify('--public-key', key.public), 7);
  const verified = await desk.verify('--public-key', key.public, '--ignore-paths', 'notes');
  assert.equal(verified[0], 'good signature: 3 files');
});

test('--json prints one document with the signer and the root', async (t) => {
  const desk = new Desk(t);
  const key = desk.key('ecdsa-p256');
  const signed = JSON.parse((await desk.sign('--key', key.secret, '--json')).join('\n')) as Record<
    string,
    unknown
  >;
  assert.deepEqual([signed['kind'], signed['files'], signed['keyId']], ['bundle', 2, key.key.publicKey.id]);
  const verified = JSON.parse((await desk.verify('--public-key', key.public, '--json')).join('\n')) as Record<
    string,
    unknown
  >;
  assert.deepEqual(verified['signer'], { kind: 'key', keyId: key.key.publicKey.id, algorithm: 'ecdsa-p256' });
  assert.match(String(verified['root']), /^[0-9a-f]{64}$/);
});

test('mistakes are told: nobody trusted, no signature, no key, no time, no such file', async (t) => {
  const desk = new Desk(t);
  const key = desk.key('ecdsa-p256');
  hasCode(await desk.verify(), 2);
  hasCode(await desk.verify('--public-key', key.public), 5);
  hasCode(await desk.verify('--public-key', key.public, '--at', 'yesterday'), 2);
  hasCode(await desk.sign('--key', desk.write('none.pem', 'no key')), 2);
  hasCode(await desk.sign('--key', join(desk.folder, 'absent.pem')), 5);
  hasCode(await desk.run('sign', join(desk.folder, 'absent'), '--key', key.secret, '-o', desk.signature), 5);
  writeFileSync(desk.signature, '{}');
  hasCode(await desk.verify('--public-key', key.public), 7);
  assert.equal(readFileSync(desk.signature, 'utf8'), '{}');
});

test('a namespace trusts the holder of a certificate, and a version that comes with their signature comes in', async (t) => {
  const desk = new Desk(t);
  const key = desk.key('ecdsa-p256');
  const { root, middle, leaf } = goodChain(keyObjectOf(key.key));
  const pem = (name: string, { certificate }: typeof leaf): string =>
    desk.write(name, formatCertificatePem(certificate));
  await desk.sign(
    '--key',
    key.secret,
    '--certificate',
    pem('leaf.pem', leaf),
    '--certificate',
    pem('middle.pem', middle),
    '--no-ignore-git-paths',
  );
  const home = ['--home', join(desk.folder, 'home')];
  const at = (...words: readonly string[]) => desk.run(...words, ...home);
  await at('init');
  const set = (...words: readonly string[]) => at('trust', 'set', 'acme', '--signatures', '1', ...words);
  const identity = ['--signer-identity', 'ml=email:ml@example.org'];
  hasCode(await set(...identity), 2);
  hasCode(await set('--signer-identity', 'ml=ml@example.org', '--root', pem('root.pem', root)), 2);
  const trusted = await set(...identity, '--root', pem('root.pem', root));
  assert.ok(
    trusted.some((line) => line.includes('updated what acme trusts')),
    trusted.join('\n'),
  );
  const shown = await at('trust', 'show', 'acme');
  assert.ok(
    shown.some((line) => line.includes('ml (email:ml@example.org)')),
    shown.join('\n'),
  );
  const put = await at('put', desk.model, 'acme/churn', '--signature', desk.signature);
  assert.ok(
    put.some((line) => line.includes('sealed acme/churn@1')),
    put.join('\n'),
  );
  await set('--signer-identity', 'ml=email:other@example.org', '--root', pem('root.pem', root));
  hasCode(await at('put', desk.model, 'acme/other', '--signature', desk.signature), 4);
});
