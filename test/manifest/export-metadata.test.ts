import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FilePath, parseModelName, type Version } from '../../src/api/index.ts';
import { exportMetadata, guessFramework } from '../../src/manifest/index.ts';

const VERSION: Version = {
  model: parseModelName('acme/churn'),
  version: 3,
  createdAt: '2026-01-02T03:04:05.678Z',
  createdBy: 'ada',
  files: [
    { path: 'model.onnx' as FilePath, size: 7, sha256: 'ab'.repeat(32), storedSize: 9, blob: 'secret-place' },
  ],
  size: 7,
  digest: 'cd'.repeat(32),
  aliases: [],
  metrics: { accuracy: 0.9 },
  metadata: { frameworkVersion: '1.22' },
  hasAccessCode: false,
  isEncrypted: true,
  state: 'available',
};

test('names version, checksums, times, framework and runtime', () => {
  const text = exportMetadata(VERSION, {
    strongroom: '0.1.0',
    node: '26.0.0',
    exportedAt: '2026-02-03T00:00:00.000Z',
  });
  assert.equal(text.endsWith('}\n'), true);
  assert.deepEqual(JSON.parse(text), {
    format: 'strongroom-metadata/1',
    model: 'acme/churn',
    version: 3,
    checksum: { algorithm: 'sha256', of: 'manifest', value: 'cd'.repeat(32) },
    createdAt: '2026-01-02T03:04:05.678Z',
    createdBy: 'ada',
    exportedAt: '2026-02-03T00:00:00.000Z',
    framework: 'onnx',
    frameworkVersion: '1.22',
    runtime: { strongroom: '0.1.0', node: '26.0.0' },
    files: [{ path: 'model.onnx', size: 7, sha256: 'ab'.repeat(32) }],
    size: 7,
    aliases: [],
    metrics: { accuracy: 0.9 },
    metadata: { frameworkVersion: '1.22' },
  });
});

test('says the framework by what was told, else by the names of the files', () => {
  assert.equal(guessFramework(['a/model.PT']), 'pytorch');
  assert.equal(guessFramework(['x.joblib', 'README.md']), 'scikit-learn');
  assert.equal(guessFramework(['export/saved_model.pb', 'export/variables']), 'tensorflow');
  assert.equal(guessFramework(['model.onnx'], { framework: 'mine' }), 'mine');
  assert.equal(guessFramework(['notes.txt']), undefined);
});
