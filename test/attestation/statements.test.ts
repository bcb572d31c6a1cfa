import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  billOfMaterials,
  provenanceStatement,
  rootDigest,
  scanStatement,
  testResultStatement,
} from '../../src/attestation/index.ts';
import { PublicKey, SigningKey } from '../../src/crypto/index.ts';
import { signManifest, verifyBundle } from '../../src/signing/index.ts';
import { attested } from './kit.ts';

const SUBJECT = { name: 'acme/churn@3', root: 'a'.repeat(64) };
const ENGINE = { name: 'strongroom', version: '0.1.0' };
const scanOf = (path: string, verdict: string, status = 'complete') => ({
  path,
  sha256: 'b'.repeat(64),
  verdict,
  status,
  ruleSet: 'c'.repeat(64),
  scannedAt: '2026-01-01T00:00:00.000Z',
  rules: [],
});

test('the root digest is the one that a signature of the same files names', () => {
  const key = SigningKey.generate('ecdsa-p256');
  const name = fc.constantFrom('a', 'b', 'a b', 'a-b', 'A', 'é', '😀', 'z');
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => `${parts.join('/')}.bin`);
  fc.assert(
    fc.property(
      fc.uniqueArray(path, { minLength: 1, maxLength: 8, selector: (each) => each.toLowerCase() }),
      (paths) => {
        const files = paths.map((each) => attested(each, `content of ${each}`));
        const bundle = signManifest(files, key, { name: 'm' });
        const keys = [PublicKey.parse(Buffer.from(key.publicKey.pem))];
        assert.equal(rootDigest(files), verifyBundle(bundle, files, { keys, at: new Date() }).root);
      },
    ),
    { numRuns: 50 },
  );
});

test('a scan statement is bound to the content and to the rules', () => {
  const files = [scanOf('a', 'clean'), scanOf('b', 'unknown', 'inconclusive')];
  const statement = scanStatement(SUBJECT, { outcome: 'inconclusive', files, engine: ENGINE });
  assert.equal(statement._type, 'https://in-toto.io/Statement/v1');
  assert.deepEqual(statement.subject, [{ name: SUBJECT.name, digest: { sha256: SUBJECT.root } }]);
  assert.deepEqual(statement.predicate['ruleSets'], [{ digest: { sha256: 'c'.repeat(64) } }]);
});

test('a test result passes only where every file was looked at and nothing was found', () => {
  const resultOf = (outcome: string, ...files: readonly ReturnType<typeof scanOf>[]) =>
    testResultStatement(SUBJECT, { outcome, files, engine: ENGINE }).predicate;
  assert.equal(resultOf('clean', scanOf('a', 'clean'))['result'], 'PASSED');
  assert.equal(resultOf('inconclusive', scanOf('a', 'clean', 'inconclusive'))['result'], 'WARNED');
  const bad = resultOf('malicious', scanOf('a', 'clean'), scanOf('b', 'malicious'));
  assert.deepEqual([bad['result'], bad['passedTests'], bad['failedTests']], ['FAILED', ['a'], ['b']]);
});

test('provenance names the parent, by its digest while it is known', () => {
  const derivation = { relation: 'quantized', vault: 'v', createdAt: '2026-01-01T00:00:00.000Z' };
  const parent = { name: 'acme/churn@1', root: 'd'.repeat(64) };
  const { predicateType, predicate } = provenanceStatement(SUBJECT, { ...derivation, parent });
  assert.equal(predicateType, 'https://slsa.dev/provenance/v1');
  const text = JSON.stringify(predicate);
  assert.ok(
    text.includes(parent.root) && text.includes('urn:strongroom:vault:v') && text.includes('quantized'),
  );
  const without = provenanceStatement(SUBJECT, { ...derivation, parent: { name: parent.name } });
  assert.ok(!JSON.stringify(without).includes('digest":{"sha256":"dd'));
});

test('a bill of materials lists the model, its card, its files and its parent, and is the same for the same content', () => {
  const input = {
    subject: SUBJECT,
    model: 'acme/churn',
    version: 3,
    createdAt: '2026-01-01T00:00:00.000Z',
    createdBy: 'ada',
    digest: 'e'.repeat(64),
    files: [attested('m.onnx', 'x')],
    metrics: { accuracy: 0.97 },
    metadata: { task: 'classification', license: 'Apache-2.0', owner: 'ml' },
    parent: { name: 'acme/churn@1', relation: 'quantized', root: 'f'.repeat(64) },
    scanOutcome: 'clean',
    tool: ENGINE,
  };
  const bom = JSON.parse(JSON.stringify(billOfMaterials(input))) as Record<string, never>;
  assert.deepEqual([bom['bomFormat'], bom['specVersion']], ['CycloneDX', '1.7']);
  assert.match(
    bom['serialNumber']!,
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  const { component } = bom['metadata']! as { component: Record<string, never> };
  assert.deepEqual(
    [component['type'], component['group'], component['name'], component['version']],
    ['machine-learning-model', 'acme', 'churn', '3'],
  );
  assert.deepEqual(component['modelCard'], {
    modelParameters: { task: 'classification' },
    quantitativeAnalysis: { performanceMetrics: [{ type: 'accuracy', value: '0.97' }] },
  });
  assert.deepEqual(component['pedigree']!['notes'], 'quantized');
  assert.deepEqual(billOfMaterials(input), billOfMaterials(input));
});
