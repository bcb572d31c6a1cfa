import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { type FilePath, parseModelName } from '../../src/api/index.ts';
import { parseCanonicalJson } from '../../src/bytes/index.ts';
import {
  formatManifest,
  MAX_METADATA_ENTRIES,
  MAX_METADATA_VALUE_CHARS,
  type Manifest,
  type ManifestEntry,
  manifestDigest,
} from '../../src/manifest/index.ts';
import { withCode } from '../storage/temporary-folder.ts';

const MODEL = parseModelName('acme/churn');

function entry(path: string, change: Partial<ManifestEntry> = {}): ManifestEntry {
  return { path: path as FilePath, size: 1, sha256: 'ab'.repeat(32), ...change };
}

function manifest(change: Partial<Manifest> = {}): Manifest {
  return {
    model: MODEL,
    version: 3,
    createdAt: '2026-01-02T03:04:05.678Z',
    files: [entry('b'), entry('a/é', { size: 0, sha512: 'cd'.repeat(64) })],
    metadata: { z: '1', framework: 'onnx' },
    derivedFrom: { model: MODEL, version: 2, relation: 'quantized' },
    ...change,
  };
}

test('writes the text of the specification', () => {
  const hashes = ['ab'.repeat(32), 'cd'.repeat(64)] as const;
  assert.equal(
    formatManifest(manifest()),
    `{"createdAt":"2026-01-02T03:04:05.678Z","derivedFrom":{"model":"acme/churn","relation":"quantized","version":2},` +
      `"files":[{"path":"a/é","sha256":"${hashes[0]}","sha512":"${hashes[1]}","size":0},{"path":"b","sha256":"${hashes[0]}","size":1}],` +
      `"format":"strongroom-manifest/1","metadata":{"framework":"onnx","z":"1"},"model":"acme/churn","version":3}`,
  );
});

test('the digest is the SHA-256 of that text', () => {
  const text = formatManifest(manifest());
  assert.equal(manifestDigest(manifest()), createHash('sha256').update(text).digest('hex'));
});

test('takes nothing in that is not part of a manifest', () => {
  const files = [{ ...entry('a'), blob: 'b', storedSize: 9 }];
  const { files: _files, ...rest } = manifest();
  const text = formatManifest({ ...rest, files, aliases: ['x'] } as Manifest);
  assert.doesNotMatch(text, /blob|storedSize|aliases/);
});

test('the order of files and metadata does not matter, everything else does', () => {
  const paths = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(paths, (names) => {
      const files = names.map((name) => entry(name));
      const metadata = Object.fromEntries(names.map((name) => [name, name]));
      const turned = Object.fromEntries(Object.entries(metadata).reverse());
      const one = manifest({ files, metadata });
      assert.equal(
        manifestDigest(manifest({ files: files.toReversed(), metadata: turned })),
        manifestDigest(one),
      );
      assert.notEqual(manifestDigest(manifest({ files: files.slice(1), metadata })), manifestDigest(one));
    }),
  );
  const changes: Partial<Manifest>[] = [
    { version: 4 },
    { model: parseModelName('acme/other') },
    { createdAt: '2026-01-02T03:04:05.679Z' },
    { metadata: {} },
    { derivedFrom: { model: MODEL, version: 1, relation: 'quantized' } },
  ];
  const digests = new Set([{}, ...changes].map((change) => manifestDigest(manifest(change))));
  assert.equal(digests.size, changes.length + 1);
});

test('its text is strictly readable', () => {
  const value = parseCanonicalJson(formatManifest(manifest())) as { files: unknown[] };
  assert.equal(value.files.length, 2);
});

test('refuses what breaks a rule', () => {
  const many = Object.fromEntries(
    Array.from({ length: MAX_METADATA_ENTRIES + 1 }, (_, at) => [`k${at}`, '']),
  );
  const refused: Partial<Manifest>[] = [
    { files: [] },
    { files: [entry('a'), entry('a')] },
    { files: [entry('a'), entry('a/b')] },
    { files: [entry('a/b/c'), entry('a/b')] },
    { files: [entry('a', { size: -1 })] },
    { files: [entry('a', { size: 1.5 })] },
    { files: [entry('a', { sha256: 'AB'.repeat(32) })] },
    { files: [entry('a', { sha512: 'ab'.repeat(32) })] },
    { version: 0 },
    { version: 1.5 },
    { createdAt: '2026-01-02' },
    { metadata: many },
    { metadata: { '': 'x' } },
    { metadata: { ['k'.repeat(129)]: 'x' } },
    { metadata: { a: '\u0007' } },
    { metadata: { a: '\ud800' } },
    { metadata: { a: 'x'.repeat(MAX_METADATA_VALUE_CHARS + 1) } },
    { derivedFrom: { model: MODEL, version: 0, relation: 'x' } },
    { derivedFrom: { model: MODEL, version: 1, relation: '' } },
    { derivedFrom: { model: MODEL, version: 1, relation: 'a\nb' } },
  ];
  for (const change of refused) {
    assert.throws(
      () => formatManifest(manifest(change)),
      withCode('MANIFEST_INVALID'),
      JSON.stringify(change).slice(0, 80),
    );
  }
  for (const path of ['../a', '/a', 'a//b', 'a/.', 'a\u0000', 'a\u202eb', '']) {
    assert.throws(() => formatManifest(manifest({ files: [entry(path)] })), withCode('NAME_INVALID'));
  }
});
