import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flattenMetadata, metricsOf } from '../../../src/container/foreign/legacy-metadata.ts';
import { PlainDateTime, type PlainDict, type PlainKey, type PlainValue } from '../../../src/formats/index.ts';

function dict(entries: readonly (readonly [PlainKey, PlainValue])[]): PlainDict {
  return new Map(entries);
}

test('flattens one level and writes the rest as JSON', () => {
  const when = new PlainDateTime('2025-06-15T12:26:40.000000');
  const inner = dict([
    ['layers', [1, 2]],
    ['when', when],
    ['deep', dict([[3, Uint8Array.of(255)]])],
  ]);
  assert.deepEqual(
    {
      ...flattenMetadata([
        dict([
          ['params', inner],
          ['n', 10n ** 20n],
        ]),
      ]).entries,
    },
    {
      'params.layers': '[1,2]',
      'params.when': '2025-06-15T12:26:40.000000',
      'params.deep': '{"3":"ff"}',
      n: '100000000000000000000',
    },
  );
});

test('leaves out secrets, what is too long, and what is too much', () => {
  const huge: PlainValue[] = [];
  for (let level = 0; level < 60; level++) huge.push([...huge]);
  const { entries, skipped } = flattenMetadata([
    dict([
      ['api_token', 'x'],
      ['password', 'x'],
      ['config', dict([['secret_key', 'x']])],
      ['text', 'x'.repeat(10_000)],
      ['shared', huge],
    ]),
  ]);
  assert.deepEqual(entries, {});
  assert.deepEqual(skipped, ['api_token', 'password', 'config.secret_key', 'text', 'shared']);
  const many = dict(Array.from({ length: 1000 }, (_, at) => [`n${at}`, at]));
  assert.equal(Object.keys(flattenMetadata([many]).entries).length, 240);
});

test('gives names and values that neither a terminal nor a manifest minds', () => {
  const { entries } = flattenMetadata([
    dict([
      [`a\x1b${'n'.repeat(500)}`, 'x\x1b[2J\ud800\n'],
      ['', 'nothing'],
    ]),
  ]);
  assert.deepEqual(Object.entries(entries), [[`a?${'n'.repeat(118)}`, 'x?[2J?\n']]);
});

test('takes only finite numbers for metrics', () => {
  const metrics = dict([
    ['f1', 0.5],
    ['support', 12n],
    ['nan', Number.NaN],
    ['note', 'good'],
    [7, 7],
  ]);
  assert.deepEqual(metricsOf(metrics), { f1: 0.5, support: 12 });
  assert.deepEqual(metricsOf(null), {});
});
