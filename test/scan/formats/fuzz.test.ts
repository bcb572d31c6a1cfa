import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memorySource, utf8Bytes } from '../../../src/bytes/index.ts';
import { scanSource } from '../../../src/scan/scan.ts';
import { ggufFile, ggufString, ggufStrings, u32 } from '../../formats/build/gguf.ts';
import { externalLink, hdf5File, textAttribute } from '../../formats/build/hdf5.ts';
import { mutate, mutations } from '../../formats/build/mutations.ts';
import { protobufMessage } from '../../formats/build/protobuf.ts';
import { safetensorsFile, tensorEntry } from '../../formats/build/safetensors.ts';
import { tfliteFile } from '../../formats/build/tflite.ts';
import { buildZip } from '../../kit/zip-builder.ts';
import { BENIGN_TEMPLATES } from './benign-templates.ts';

const template = Object.values(BENIGN_TEMPLATES).join('\n');
const keras = JSON.stringify({
  module: 'keras',
  class_name: 'Sequential',
  config: {
    layers: [
      { class_name: 'Lambda', config: { function: ['x', null, null] } },
      { module: 'os', class_name: 'system', config: {} },
    ],
  },
  registered_name: null,
});
const node = protobufMessage([1, 'x'], [2, 'y'], [4, 'Relu'], [7, 'custom']);
const tensor = protobufMessage([8, 'w'], [13, protobufMessage([1, 'location'], [2, '../x'])], [14, 1]);
const FILES: readonly (readonly [string, Uint8Array])[] = [
  [
    'm.safetensors',
    safetensorsFile({ __metadata__: { a: '<script>' }, a: tensorEntry('F32', [2], [0, 8]) }, 8),
  ],
  [
    'm.gguf',
    ggufFile({
      entries: [
        ['tokenizer.chat_template', 8, ggufString(template)],
        ['tokenizer.ggml.tokens', 9, ggufStrings(['a'])],
        ['tokenizer.ggml.bos_token_id', 4, u32(0)],
      ],
    }),
  ],
  ['t.jinja', utf8Bytes(template)],
  ['tokenizer_config.json', utf8Bytes(JSON.stringify({ chat_template: [{ name: 'x', template }] }))],
  ['config.json', utf8Bytes(keras)],
  [
    'schema.json',
    utf8Bytes(
      JSON.stringify({
        __loader__: 'MethodNode',
        __module__: 'a',
        __class__: 'b',
        content: { obj: {}, func: 'x' },
      }),
    ),
  ],
  [
    'm.onnx',
    protobufMessage(
      [1, 8],
      [7, protobufMessage([1, node], [5, tensor])],
      [8, protobufMessage([1, ''], [2, 17])],
      [25, protobufMessage([1, 'f'], [7, node], [10, 'd'])],
    ),
  ],
  [
    'm.pb',
    protobufMessage(
      [1, 1],
      [2, protobufMessage([2, protobufMessage([1, protobufMessage([1, 'n'], [2, 'WriteFile'])])])],
    ),
  ],
  ['m.h5', hdf5File([textAttribute('model_config', keras), externalLink('x', 'y')])],
  [
    'm.keras',
    buildZip({
      members: [
        { name: 'config.json', content: keras },
        { name: 'model.weights.h5', content: hdf5File([externalLink('x', 'y')]) },
      ],
    }),
  ],
  ['m.tflite', tfliteFile({ customNames: ['FlexPyFunc', 'x'] })],
  [
    'm.pmml',
    utf8Bytes('<?xml version="1.0"?><PMML version="4.4"><Extension name="x"/><a b="c">d &amp; e</a></PMML>'),
  ],
  [
    'm.xml',
    utf8Bytes(
      '<net name="m" version="11"><layers><layer id="0" type="Python" version="opset1"/></layers></net>',
    ),
  ],
];

test('changed files of every format are scanned to an end: no failure of a check, no endless scan', async () => {
  const property = fc.asyncProperty(fc.constantFrom(...FILES), mutations, async ([name, file], changes) => {
    const report = await scanSource(memorySource(mutate(file, changes)), {
      name,
      limits: { maxOperations: 1_000_000 },
    });
    assert.notEqual(report.status, 'error', report.reasons.join());
    if (report.status !== 'complete') assert.notEqual(report.verdict, 'clean');
  });
  await fc.assert(property, { numRuns: 1500 });
});
