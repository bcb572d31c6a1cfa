import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memorySource } from '../../../src/bytes/index.ts';
import { detectFormats } from '../../../src/scan/detect.ts';
import { type BuiltField, protobufMessage } from '../../formats/build/protobuf.ts';
import { tfliteFile } from '../../formats/build/tflite.ts';
import { rulesOf, scanFile } from './scan-file.ts';

const relu = protobufMessage([1, 'x'], [2, 'y'], [4, 'Relu']);
const opset = [8, protobufMessage([1, ''], [2, 17])] as const;
type Fields = readonly BuiltField[];
const onnx = (graph: Fields, ...rest: Fields) =>
  protobufMessage(
    [1, 8],
    [2, 'pytorch'],
    [7, protobufMessage([1, relu], [2, 'g'], ...graph)],
    opset,
    ...rest,
  );
const external = (entries: Readonly<Record<string, string>>) =>
  protobufMessage(
    [1, 4],
    [2, 1],
    [8, 'w'],
    ...Object.entries(entries).map(([key, value]) => [13, protobufMessage([1, key], [2, value])] as const),
    [14, 1],
  );
const subgraphNode = (graph: Uint8Array) =>
  protobufMessage([4, 'If'], [5, protobufMessage([1, 'then_branch'], [6, graph])]);

test('ordinary ONNX models are clean: contrib and custom domains, own functions, external data', async () => {
  const own = protobufMessage([1, 'f'], [7, relu], [10, 'my.functions']);
  const files = [
    onnx([]),
    onnx([[1, protobufMessage([4, 'FusedConv'], [7, 'com.microsoft'])]]),
    onnx([[1, protobufMessage([4, 'f'], [7, 'my.functions'])]], [25, own]),
    onnx([[5, external({ location: 'model.onnx.data', offset: '0', length: '16' })]]),
    onnx([[1, protobufMessage([4, 'X'], [7, 'my.domain'])]]),
    onnx([], [14, protobufMessage([1, 'author'], [2, 'x'])]),
  ];
  for (const file of files) {
    const report = await scanFile('m.onnx', file);
    assert.deepEqual(
      [report.formats, report.verdict, report.status],
      [['onnx'], 'clean', 'complete'],
      rulesOf(report).join(),
    );
  }
});

test('CVE-2022-25882, CVE-2024-27318, CVE-2024-5187, CVE-2025-51480, CVE-2026-27489: finds paths out of the folder', async () => {
  for (const location of [
    '../../../etc/passwd',
    'sub/../../x',
    '..\\..\\x',
    '/etc/passwd',
    'C:\\x',
    '\\\\server\\share',
    '~/x',
    'file:///etc/passwd',
    'https://x/y',
    'a\0b',
    '%2e%2e/x',
    'nul',
    '',
  ]) {
    const report = await scanFile('m.onnx', onnx([[5, external({ location })]]));
    assert.ok(rulesOf(report).includes('ONNX_EXTERNAL_PATH'), location);
    assert.equal(report.verdict, 'malicious', location);
  }
});

test('CVE-2026-34445: finds unknown keys of external data', async () => {
  const report = await scanFile('m.onnx', onnx([[5, external({ location: 'w', __class__: 'x' })]]));
  assert.ok(rulesOf(report).includes('ONNX_EXTERNAL_KEY'));
  assert.equal(report.verdict, 'malicious');
});

test('CVE-2026-34446, CVE-2026-34447, GHSA-q56x-g2fj-4rj6: warns that the files beside a model must be its own', async () => {
  const report = await scanFile('m.onnx', onnx([[5, external({ location: 'w.bin' })]]));
  assert.deepEqual(rulesOf(report), ['ONNX_EXTERNAL_DATA']);
});

test('finds external paths in subgraphs, functions, attributes and sparse tensors', async () => {
  const bad = external({ location: '../x' });
  const sparse = protobufMessage([1, external({ location: 'ok' })], [2, bad]);
  const files = [
    onnx([[1, subgraphNode(protobufMessage([5, bad]))]]),
    onnx([[1, subgraphNode(protobufMessage([1, subgraphNode(protobufMessage([15, sparse]))]))]]),
    onnx(
      [],
      [25, protobufMessage([1, 'f'], [7, protobufMessage([4, 'Constant'], [5, protobufMessage([5, bad])])])],
    ),
    onnx([], [25, protobufMessage([1, 'f'], [11, protobufMessage([1, 'default'], [5, bad])])]),
    onnx([[1, protobufMessage([4, 'Constant'], [5, protobufMessage([10, bad])])]]),
    onnx([[15, sparse]]),
    onnx([], [20, protobufMessage([1, protobufMessage([5, bad])])]),
  ];
  for (const [index, file] of files.entries()) {
    assert.equal((await scanFile('m.onnx', file)).verdict, 'malicious', String(index));
  }
});

test('finds wrong ranges, operators of Python, recursion, and fields that appear twice', async () => {
  const call = (name: string) => protobufMessage([4, name], [7, 'd']);
  const fn = (name: string, calls: string) => protobufMessage([1, name], [7, call(calls)], [10, 'd']);
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [onnx([[5, external({ location: 'w', offset: '-1' })]]), 'ONNX_EXTERNAL_RANGE'],
    [
      onnx([[5, external({ location: 'w', offset: '9223372036854775807', length: '9' })]]),
      'ONNX_EXTERNAL_RANGE',
    ],
    [onnx([[5, external({ length: '9' })]]), 'ONNX_EXTERNAL_RANGE'],
    [onnx([[1, subgraphNode(protobufMessage([1, protobufMessage([4, 'PyOp'])]))]]), 'ONNX_PYTHON_OPERATOR'],
    [onnx([[1, protobufMessage([4, 'PythonOp'], [7, 'com.microsoft'])]]), 'ONNX_PYTHON_OPERATOR'],
    [onnx([], [25, fn('a', 'b')], [25, fn('b', 'a')]), 'ONNX_RECURSION'],
    [onnx([], [7, protobufMessage([1, relu])]), 'ONNX_DUPLICATE_FIELD'],
    [onnx([[5, protobufMessage([8, 'w'], [9, 'data'], [9, 'other'])]]), 'ONNX_DUPLICATE_FIELD'],
  ];
  for (const [file, rule] of cases) {
    const report = await scanFile('m.onnx', file);
    assert.ok(rulesOf(report).includes(rule), `${rule}: ${rulesOf(report).join()}`);
    assert.equal(report.verdict, 'suspicious');
  }
  const unknown = await scanFile('m.onnx', onnx([], [77, 'hidden']));
  assert.deepEqual([rulesOf(unknown), unknown.verdict], [['ONNX_UNKNOWN_FIELD'], 'clean']);
});

const nodeDef = (op: string) => protobufMessage([1, 'n'], [2, op]);
const savedModel = (graph: Fields, ...rest: Fields) =>
  protobufMessage(
    [1, 1],
    [
      2,
      protobufMessage(
        [1, protobufMessage([4, 'serve'])],
        [2, protobufMessage([1, nodeDef('Const')], ...graph)],
        ...rest,
      ),
    ],
  );
const library = (op: string) =>
  protobufMessage([1, protobufMessage([1, protobufMessage([1, '__inference_f_1'])], [3, nodeDef(op)])]);

test('ordinary saved models are clean: checkpoints, messages, decoders', async () => {
  const usual = [
    'SaveV2',
    'RestoreV2',
    'MergeV2Checkpoints',
    'Assert',
    'PrintV2',
    'DecodeJpeg',
    'PartitionedCall',
    'InitializeTableV2',
  ];
  const report = await scanFile('saved_model.pb', savedModel(usual.map((op) => [1, nodeDef(op)] as const)));
  assert.deepEqual([report.verdict, rulesOf(report)], ['clean', ['TF_OPERATOR_USUAL']]);
});

test('finds operators that act on the host, in the graph and in functions, in every kind of file', async () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['WriteFile', 'TF_OPERATOR_CODE', 'malicious'],
    ['PyFunc', 'TF_OPERATOR_CODE', 'malicious'],
    ['EagerPyFunc', 'TF_OPERATOR_CODE', 'malicious'],
    ['ReadFile', 'TF_OPERATOR_FILE', 'suspicious'],
    ['MatchingFiles', 'TF_OPERATOR_FILE', 'suspicious'],
    ['TFRecordDatasetV2', 'TF_OPERATOR_FILE', 'suspicious'],
  ];
  for (const [op, rule, verdict] of cases) {
    const files: readonly (readonly [string, Uint8Array | string])[] = [
      ['saved_model.pb', savedModel([[1, nodeDef(op)]])],
      ['saved_model.pb', savedModel([[2, library(op)]])],
      ['frozen.pb', protobufMessage([1, nodeDef('Const')], [1, nodeDef(op)])],
      ['model.meta', protobufMessage([1, protobufMessage([4, 'x'])], [2, protobufMessage([1, nodeDef(op)])])],
      [
        'saved_model.pbtxt',
        `meta_graphs {\n graph_def {\n  node {\n   name: "x"\n   op: "${op}"\n  }\n }\n}\n`,
      ],
      ['graph.pbtxt', `node { op: '${op.slice(0, 2)}' "${op.slice(2)}" }`],
      ['graph.pbtxt', `node { op: "\\${op.charCodeAt(0).toString(8)}${op.slice(1)}" }`],
      ['m.tflite', tfliteFile({ customNames: [`Flex${op}`] })],
    ];
    for (const [name, file] of files) {
      const report = await scanFile(name, file);
      assert.ok(
        rulesOf(report).includes(rule),
        `${op} in ${name}: ${report.formats.join()} ${rulesOf(report).join()}`,
      );
      assert.equal(report.verdict, verdict, `${op} in ${name}`);
    }
  }
});

test('finds assets outside the model, and Lambda layers in keras_metadata.pb', async () => {
  const asset = await scanFile(
    'saved_model.pb',
    savedModel([], [6, protobufMessage([2, '../../etc/passwd'])]),
  );
  assert.deepEqual([rulesOf(asset), asset.verdict], [['TF_ASSET_PATH'], 'malicious']);
  const json = JSON.stringify({
    class_name: 'Lambda',
    config: { function: { class_name: '__tuple__', items: ['4wEA', null, null] }, function_type: 'lambda' },
  });
  const metadata = protobufMessage([
    1,
    protobufMessage([2, 0], [3, 'root.layer'], [4, '_tf_keras_layer'], [5, json]),
  ]);
  const keras = await scanFile('keras_metadata.pb', metadata);
  assert.deepEqual([rulesOf(keras), keras.verdict], [['KERAS_CODE'], 'malicious']);
});

test('TFLite: custom operators are noted, other files and broken bounds doubted', async () => {
  const cases: readonly (readonly [Uint8Array, readonly string[], string])[] = [
    [tfliteFile(), [], 'clean'],
    [tfliteFile({ customNames: ['TFLite_Detection_PostProcess'] }), ['TFLITE_CUSTOM_OPERATOR'], 'clean'],
    [tfliteFile({ customNames: ['FlexErf'] }), [], 'clean'],
    [tfliteFile({ externalFile: '../w' }), ['TFLITE_EXTERNAL_BUFFER'], 'suspicious'],
    [tfliteFile({ bufferOffset: 1n << 50n, bufferSize: 1n }), ['TFLITE_MALFORMED'], 'suspicious'],
    [tfliteFile().subarray(0, 100), ['TFLITE_MALFORMED'], 'suspicious'],
  ];
  for (const [file, rules, verdict] of cases) {
    const report = await scanFile('m.tflite', file);
    assert.deepEqual([rulesOf(report), report.verdict], [rules, verdict]);
  }
});

test('graphs are told by content, whatever their names', async () => {
  assert.deepEqual(await detectFormats(memorySource(onnx([]))), ['onnx']);
  assert.deepEqual(await detectFormats(memorySource(savedModel([]))), ['tf-saved-model']);
  assert.equal((await scanFile('x.png', savedModel([[1, nodeDef('WriteFile')]]))).verdict, 'malicious');
});
