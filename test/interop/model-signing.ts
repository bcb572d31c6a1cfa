import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatCertificatePem, SigningKey } from '../../src/crypto/index.ts';
import { goodChain, keyObjectOf } from '../signing/certificate-kit.ts';
import type { Check } from './check.ts';
import { findPythonPeer, type PythonPeer } from './python-peer.ts';
import type { Workshop } from './workshop.ts';

const HERE = import.meta.dirname;
/**
 * The version whose options are used here. It needs pyOpenSSL for certificates without saying so in its own
 * requirements.
 */
const MODEL_SIGNING: PythonPeer = {
  name: 'model-signing',
  packages: ['model-signing==1.1.1', 'pyopenssl>=24'],
  probe: 'import model_signing.signing',
};
const CURVES = ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521'] as const;

/** OpenSSF's `model_signing` from pip: our signatures verify there, its signatures here, and both refuse changes. */
export function modelSigningChecks(isQuick: boolean): Check[] {
  const found = findPythonPeer(MODEL_SIGNING);
  const python = found ?? '';
  const checks: readonly Omit<Check, 'missing'>[] = [
    ...CURVES.map((curve) => ({
      name: `model_signing verifies what we sign with ${curve}, and refuses it changed`,
      run: (workshop: Workshop) => oursByKey(new Bench(workshop, python), curve),
    })),
    ...CURVES.map((curve) => ({
      name: `we verify what model_signing signs with ${curve}, and refuse it changed`,
      run: (workshop: Workshop) => theirsByKey(new Bench(workshop, python), curve),
    })),
    ...CURVES.slice(isQuick ? -1 : 0).map((curve) => ({
      name: `certificates with a key of ${curve}: ours verify there, theirs here, and both refuse changes`,
      run: (workshop: Workshop) => byCertificate(new Bench(workshop, python), curve),
    })),
    {
      name: 'a model that is one file: ours verifies there, theirs here',
      run: (workshop) => singleFile(new Bench(workshop, python)),
    },
    {
      name: 'ignored paths: what one side leaves out, the other leaves out',
      run: (workshop) => ignoredPaths(new Bench(workshop, python)),
    },
    {
      name: 'we read what model_signing 0.2 signed only when old formats are allowed',
      run: (workshop) => oldFormat(new Bench(workshop, python)),
    },
  ];
  const missing = found === undefined ? 'model_signing (pip install model-signing)' : undefined;
  return checks.map((check) => ({ ...check, missing }));
}

interface KeyFiles {
  readonly secret: string;
  readonly public: string;
  readonly key: SigningKey;
}

/** A model with names that are easily got wrong, and both command lines to sign and verify it. */
class Bench {
  readonly workshop: Workshop;
  readonly model: string;
  readonly signature: string;
  readonly python: string;

  constructor(workshop: Workshop, python: string) {
    this.workshop = workshop;
    this.python = python;
    this.model = workshop.path('model');
    this.signature = workshop.path('model.sig');
    const names = [
      'a/b.bin',
      'a-b.bin',
      'a b/c d.bin',
      'a',
      'Größe/模型.bin',
      '\u{1f600}',
      '\uffed',
      '.hidden',
      '.git/HEAD',
    ];
    for (const name of names.filter((each) => each !== 'a')) this.put(name, `content of ${name}`);
    this.put('empty', '');
  }

  put(name: string, content: string): void {
    const path = join(this.model, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  key(algorithm: (typeof CURVES)[number]): KeyFiles {
    const key = SigningKey.generate(algorithm);
    const pem = keyObjectOf(key).export({ type: 'pkcs8', format: 'pem' });
    return {
      key,
      secret: this.workshop.write('key.pem', pem),
      public: this.workshop.write('pub.pem', key.publicKey.pem),
    };
  }

  ourSign(...words: readonly string[]): void {
    this.workshop.strongroomFiles('sign', this.model, '-o', this.signature, ...words);
  }

  ourVerify(...words: readonly string[]): string {
    return this.workshop.strongroomFiles(
      'verify-signature',
      this.model,
      '--signature',
      this.signature,
      ...words,
    );
  }

  theirSign(...words: readonly string[]): void {
    this.#their('sign', ...words);
  }

  theirVerify(...words: readonly string[]): void {
    assert.match(this.#their('verify', ...words), /Verification succeeded/);
  }

  #their(verb: string, kind = '', ...words: readonly string[]): string {
    const all = ['-m', 'model_signing', verb, kind, this.model, '--signature', this.signature, ...words];
    return this.workshop.run(this.python, all);
  }

  oldSign(secret: string): void {
    const script = join(HERE, 'make_old_signature.py');
    this.workshop.run(this.python, [script, this.model, secret, this.signature]);
  }

  /** Every change must be refused by whoever verified it before; the model is afterwards as it was. */
  refusesChanges(verify: () => unknown): void {
    verify();
    this.put('a/b.bin', 'evil');
    assert.throws(verify, 'a changed file');
    rmSync(join(this.model, 'a/b.bin'));
    assert.throws(verify, 'a missing file');
    this.put('a/b.bin', 'content of a/b.bin');
    this.put('extra.py', 'import os');
    assert.throws(verify, 'an extra file');
    rmSync(join(this.model, 'extra.py'));
    verify();
    this.workshop.flipByte(this.signature, 700);
    assert.throws(verify, 'a changed signature file');
    this.workshop.flipByte(this.signature, 700);
    verify();
  }
}

function oursByKey(bench: Bench, curve: (typeof CURVES)[number]): void {
  const key = bench.key(curve);
  bench.ourSign('--key', key.secret);
  bench.refusesChanges(() => bench.theirVerify('key', '--public_key', key.public));
  bench.ourVerify('--public-key', key.public);
}

function theirsByKey(bench: Bench, curve: (typeof CURVES)[number]): void {
  const key = bench.key(curve);
  bench.theirSign('key', '--private_key', key.secret);
  bench.refusesChanges(() => bench.ourVerify('--public-key', key.public));
  const other = bench.workshop.write('other.pub', SigningKey.generate(curve).publicKey.pem);
  assert.throws(() => bench.ourVerify('--public-key', other));
}

function byCertificate(bench: Bench, curve: (typeof CURVES)[number]): void {
  const key = bench.key(curve);
  const chain = goodChain(keyObjectOf(key.key));
  const pem = (name: 'leaf' | 'middle' | 'root'): string =>
    bench.workshop.write(`${name}.pem`, formatCertificatePem(chain[name].certificate));
  const [leaf, middle, root] = [pem('leaf'), pem('middle'), pem('root')];
  const ourVerify = (): string => bench.ourVerify('--certificate-root', root, '--at', '2026-06-01T00:00:00Z');
  const theirVerify = (): void => bench.theirVerify('certificate', '--certificate_chain', root);

  bench.ourSign('--key', key.secret, '--certificate', leaf, '--certificate', middle);
  bench.refusesChanges(theirVerify);
  assert.match(ourVerify(), /email:ml@example\.org/);

  const theirs = ['--private_key', key.secret, '--signing_certificate', leaf, '--certificate_chain', middle];
  bench.theirSign('certificate', ...theirs);
  bench.refusesChanges(ourVerify);

  const stranger = bench.workshop.write('stranger.pem', formatCertificatePem(goodChain().root.certificate));
  assert.throws(() => bench.ourVerify('--certificate-root', stranger, '--at', '2026-06-01T00:00:00Z'));
  assert.throws(() => bench.theirVerify('certificate', '--certificate_chain', stranger));
}

function singleFile(bench: Bench): void {
  const key = bench.key('ecdsa-p256');
  const file = bench.workshop.write('churn.onnx', 'weights');
  const python = ['-m', 'model_signing'];
  const theirs = (...words: readonly string[]): string =>
    bench.workshop.run(bench.python, [...python, ...words]);
  const named = ['--signature', bench.signature];
  bench.workshop.strongroomFiles('sign', file, '--key', key.secret, '-o', bench.signature);
  theirs('verify', 'key', file, ...named, '--public_key', key.public);
  theirs('sign', 'key', file, ...named, '--private_key', key.secret);
  const ours = (): string =>
    bench.workshop.strongroomFiles('verify-signature', file, ...named, '--public-key', key.public);
  ours();
  bench.workshop.write('churn.onnx', 'evil');
  assert.throws(ours);
}

function ignoredPaths(bench: Bench): void {
  const key = bench.key('ecdsa-p256');
  bench.put('notes/today.md', 'x');
  bench.ourSign('--key', key.secret, '--ignore-paths', 'notes');
  bench.put('notes/tomorrow.md', 'x');
  bench.theirVerify('key', '--public_key', key.public);
  bench.ourVerify('--public-key', key.public, '--ignore-paths', 'notes');
  bench.theirSign('key', '--private_key', key.secret, '--ignore-paths', join(bench.model, 'notes'));
  bench.put('notes/later.md', 'x');
  bench.ourVerify('--public-key', key.public, '--ignore-paths', 'notes');
  assert.throws(() => bench.ourVerify('--public-key', key.public), 'what only the signer ignores');
  bench.ourSign('--key', key.secret, '--no-ignore-git-paths', '--force');
  bench.theirVerify('key', '--public_key', key.public, '--no-ignore-git-paths');
}

function oldFormat(bench: Bench): void {
  for (const curve of CURVES) {
    const key = bench.key(curve);
    bench.oldSign(key.secret);
    assert.throws(() => bench.ourVerify('--public-key', key.public), /--allow-old-formats/);
    bench.ourVerify('--public-key', key.public, '--allow-old-formats');
    bench.theirVerify('key', '--public_key', key.public, '--no-ignore-git-paths');
  }
}
