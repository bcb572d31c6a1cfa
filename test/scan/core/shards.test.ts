import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createScanOperations } from '../../../src/cli/wiring-scan.ts';
import { findShardMismatches } from '../../../src/scan/index.ts';
import { safetensorsFile, tensorEntry } from '../../formats/build/safetensors.ts';
import { temporaryFolder } from '../../kit/temporary-home.ts';
import { buildZip } from '../../kit/zip-builder.ts';
import { assemble, proto, text } from '../pickle/assemble.ts';
import { scanBytes } from './scan-bytes.ts';

/** A shard with these tensors of four bytes each. */
function shard(...names: readonly string[]): Uint8Array {
  const entries = names.map((name, at) => [name, tensorEntry('F32', [1], [4 * at, 4 * at + 4])] as const);
  return safetensorsFile(Object.fromEntries(entries), 4 * names.length);
}

/** A PyTorch archive whose state dict has these names, without storages. */
function torchShard(...names: readonly string[]): Uint8Array {
  const items = names.map((name) => `${text(name)}N`).join('');
  const pickle = assemble(proto(2), '}(', items, 'u.');
  return buildZip({
    members: [
      { name: 'm/data.pkl', content: pickle },
      { name: 'm/version', content: '3\n' },
    ],
  });
}

const index = (map: Readonly<Record<string, string>>): string => JSON.stringify({ weight_map: map });

/** The rules and evidence that files of a folder give together. */
async function together(files: Readonly<Record<string, Uint8Array | string>>): Promise<string[]> {
  const scanned = await Promise.all(
    Object.entries(files).map(async ([path, bytes]) => {
      const { content } = await scanBytes(bytes, path);
      return { path, content };
    }),
  );
  return [...findShardMismatches(scanned)].flatMap(([path, found]) =>
    found.map(({ rule, evidence = '' }) => `${path}: ${rule} ${evidence}`),
  );
}

const INDEX = index({ a: '1.safetensors', b: '1.safetensors', c: '2.safetensors' });

test('shards that hold just what their index names are no finding, in any order and folder', async () => {
  const good = { 'm.index.json': INDEX, '1.safetensors': shard('b', 'a'), '2.safetensors': shard('c') };
  assert.deepEqual(await together(good), []);
  const deep = Object.fromEntries(Object.entries(good).map(([path, bytes]) => [`x/y/${path}`, bytes]));
  assert.deepEqual(await together(deep), []);
});

test('a missing shard, a missing tensor, one too many and another name are findings of the index', async () => {
  const first = shard('a', 'b');
  assert.deepEqual(await together({ 'm.index.json': INDEX, '1.safetensors': first }), [
    'm.index.json: SHARD_MISSING 2.safetensors',
  ]);
  for (const second of [shard(), shard('c', 'd'), shard('d'), shard('a', 'c')]) {
    assert.deepEqual(
      await together({ 'm.index.json': INDEX, '1.safetensors': first, '2.safetensors': second }),
      ['m.index.json: SHARD_TENSORS_DIFFER 2.safetensors'],
    );
  }
});

test('a name that leaves the folder finds no shard, whatever is there', async () => {
  const files = { 'x/i.json': index({ a: '../1.safetensors' }), '1.safetensors': shard('a') };
  assert.deepEqual(await together(files), ['x/i.json: SHARD_MISSING ../1.safetensors']);
  const { findings } = await scanBytes(files['x/i.json'], 'i.json');
  assert.ok(findings.some(({ rule }) => rule === 'SHARD_INDEX_PATH'));
});

test('shards of PyTorch are compared by the names of their state dict', async () => {
  const pytorch = index({ a: '1.bin', b: '2.bin' });
  assert.deepEqual(await together({ i: pytorch, '1.bin': torchShard('a'), '2.bin': torchShard('b') }), []);
  assert.deepEqual(await together({ i: pytorch, '1.bin': torchShard('a'), '2.bin': torchShard('c') }), [
    'i: SHARD_TENSORS_DIFFER 2.bin',
  ]);
});

test('names inside a container say nothing of the file, and names of objects are only names', async () => {
  const zip = buildZip({ members: [{ name: 'i.json', content: INDEX }] });
  assert.equal((await scanBytes(zip, 'a.zip')).content, undefined);
  assert.deepEqual(await together({ i: index({ a: '__proto__', b: 'constructor' }) }), [
    'i: SHARD_MISSING __proto__',
    'i: SHARD_MISSING constructor',
  ]);
});

test('the scan of a folder holds its files against one another, that of a single file does not', async (t) => {
  const folder = join(await temporaryFolder(t), 'model');
  await mkdir(folder);
  await writeFile(join(folder, 'm.index.json'), INDEX);
  await writeFile(join(folder, '1.safetensors'), shard('a', 'b'));
  const operations = createScanOperations();
  const rules = async (path: string) =>
    (await operations.scanPaths({ paths: [path], limits: {} })).flatMap((file) =>
      'report' in file ? file.report.findings.map(({ rule }) => rule) : [file.error.code],
    );
  assert.deepEqual(await rules(folder), ['SHARD_MISSING']);
  assert.deepEqual(await rules(join(folder, 'm.index.json')), []);
});
