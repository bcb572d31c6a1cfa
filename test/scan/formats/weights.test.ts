import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, utf8Bytes } from '../../../src/bytes/index.ts';
import { ggufFile, ggufString, ggufStrings, u32, u64 } from '../../formats/build/gguf.ts';
import { safetensorsFile, tensorEntry } from '../../formats/build/safetensors.ts';
import { rulesOf, scanFile } from './scan-file.ts';

const entry = tensorEntry('U8', [4], [0, 4]);

test('good safetensors files are clean, empty tensors and all', async () => {
  for (const file of [
    safetensorsFile({ __metadata__: { format: 'pt', note: 'two\nlines' }, a: entry }, 4),
    safetensorsFile({ 'model.layers.0.weight': tensorEntry('F32', [0], [0, 0]), b: entry }, 4),
    safetensorsFile('{}      '),
  ]) {
    const report = await scanFile('m.safetensors', file);
    assert.deepEqual([report.verdict, report.status, report.findings], ['clean', 'complete', []]);
  }
});

test('safetensors: what breaks the format, repeats a key or hides bytes is found', async () => {
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [
      safetensorsFile(`{"a":${JSON.stringify(entry)},"a":${JSON.stringify(entry)}}`, 4),
      'SAFETENSORS_DUPLICATE_KEY',
    ],
    [safetensorsFile({ a: entry }, 100), 'SAFETENSORS_HIDDEN_BYTES'],
    [safetensorsFile({ a: entry, b: tensorEntry('U8', [1], [9, 10]) }, 10), 'SAFETENSORS_HIDDEN_BYTES'],
    [safetensorsFile({ a: entry, b: tensorEntry('U8', [2], [3, 5]) }, 5), 'SAFETENSORS_HIDDEN_BYTES'],
    [safetensorsFile({ a: tensorEntry('BF16', [4], [0, 4]) }, 4), 'SAFETENSORS_MALFORMED'],
    [safetensorsFile({ a: entry, __metadata__: { x: 1 } }, 4), 'SAFETENSORS_MALFORMED'],
    [safetensorsFile({ '../../etc/passwd': entry }, 4), 'SAFETENSORS_ACTIVE_TEXT'],
    [safetensorsFile({ 'a\u001b[2J': entry }, 4), 'SAFETENSORS_ACTIVE_TEXT'],
    [
      safetensorsFile({ a: entry, __metadata__: { x: '<script>alert(1)</script>' } }, 4),
      'SAFETENSORS_ACTIVE_TEXT',
    ],
  ];
  for (const [file, rule] of cases) {
    const report = await scanFile('m.safetensors', file);
    assert.ok(rulesOf(report).includes(rule), rulesOf(report).join());
    assert.equal(report.verdict, 'suspicious');
  }
});

test('an index of shards must name plain files', async () => {
  const index = (file: string) => JSON.stringify({ metadata: { total_size: 1 }, weight_map: { a: file } });
  assert.equal((await scanFile('i.json', index('model-00001-of-00002.safetensors'))).verdict, 'clean');
  assert.ok(rulesOf(await scanFile('i.json', index('../x'))).includes('SHARD_INDEX_PATH'));
});

test('JSON with a key twice is doubted, broken JSON only noted', async () => {
  assert.deepEqual(rulesOf(await scanFile('a.json', '{"a":1,"a":2}')), ['JSON_DUPLICATE_KEY']);
  const lines = await scanFile('a.jsonl', '{"a":1}\n{"a":2}\n');
  assert.deepEqual([rulesOf(lines), lines.verdict], [['JSON_MALFORMED'], 'clean']);
  assert.equal((await scanFile('a.json', '['.repeat(1000))).status, 'inconclusive');
});

test('GGUF: breaks, duplicates, hidden bytes and tokens out of range are found', async () => {
  const tensor = { name: 't', shape: [4], type: 0, offset: 0 };
  const tokens = ['tokenizer.ggml.tokens', 9, ggufStrings(['a', 'b'])] as const;
  const cases: readonly (readonly [Uint8Array, readonly string[]])[] = [
    [
      ggufFile({
        entries: [tokens, ['tokenizer.ggml.bos_token_id', 4, u32(1)]],
        tensors: [tensor],
        dataBytes: 32,
      }),
      [],
    ],
    [ggufFile({ entries: [tokens, ['tokenizer.ggml.bos_token_id', 4, u32(2)]] }), ['GGUF_TOKEN_RANGE']],
    [ggufFile({ entries: [tokens, ['tokenizer.ggml.eos_token_id', 4, u32(0xffffffff)]] }), []],
    [
      ggufFile({
        entries: [
          ['a', 4, u32(1)],
          ['a', 4, u32(1)],
        ],
      }),
      ['GGUF_DUPLICATE'],
    ],
    [ggufFile({ tensors: [tensor], dataBytes: 100 }), ['GGUF_HIDDEN_BYTES']],
    [ggufFile({ entryCount: 1n << 61n }), ['GGUF_MALFORMED']],
    [
      ggufFile({
        entries: [['general.alignment', 4, u32(8192)]],
        tensors: [{ ...tensor, shape: [0] }],
        alignment: 8192,
      }),
      ['GGUF_UNUSUAL'],
    ],
    [ggufFile({ entries: [['a', 8, concatBytes(u64(1n << 40n), utf8Bytes('x'))]] }), ['GGUF_MALFORMED']],
    [ggufFile({ entries: [['general.description', 8, ggufString('use {{ x }} and {% raw')]] }), []],
  ];
  for (const [file, rules] of cases) assert.deepEqual(rulesOf(await scanFile('m.gguf', file)), rules);
});
