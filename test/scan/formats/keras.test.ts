import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, utf8Bytes } from '../../../src/bytes/index.ts';
import { externalLink, hdf5File, textAttribute } from '../../formats/build/hdf5.ts';
import { buildZip } from '../../kit/zip-builder.ts';
import { rulesOf, scanFile } from './scan-file.ts';

const WEIGHTS = hdf5File([]);
const METADATA = JSON.stringify({ keras_version: '3.8.0', date_saved: '2025-01-01@00:00:00' });
const layer = (class_name: string, config: object = {}, rest: object = {}) => ({
  module: 'keras.layers',
  class_name,
  config: { name: 'l', trainable: true, ...config },
  registered_name: null,
  ...rest,
});
const model = (layers: readonly object[], rest: object = {}) => ({
  module: 'keras',
  class_name: 'Sequential',
  config: {
    name: 'sequential',
    dtype: { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null },
    layers: [layer('InputLayer', { batch_shape: [null, 3], dtype: 'float32' }), ...layers],
    build_input_shape: [null, 3],
  },
  registered_name: null,
  build_config: { input_shape: [null, 3] },
  compile_config: {
    optimizer: {
      module: 'keras.optimizers',
      class_name: 'Adam',
      config: { learning_rate: 0.001 },
      registered_name: null,
    },
    loss: 'mse',
    metrics: ['accuracy'],
  },
  ...rest,
});
const archive = (config: object | string) =>
  buildZip({
    members: [
      { name: 'metadata.json', content: METADATA },
      { name: 'config.json', content: typeof config === 'string' ? config : JSON.stringify(config) },
      { name: 'model.weights.h5', content: WEIGHTS },
    ],
  });
const fn = (module: string, config: string) => ({
  module,
  class_name: 'function',
  config,
  registered_name: 'function',
});

const BENIGN: Readonly<Record<string, object>> = {
  dense: model([
    layer('Dense', {
      units: 4,
      activation: 'relu',
      kernel_initializer: {
        module: 'keras.initializers',
        class_name: 'GlorotUniform',
        config: { seed: null },
        registered_name: null,
      },
    }),
  ]),
  'functional with operations': {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: {
      layers: [
        {
          module: 'keras.src.ops.numpy',
          class_name: 'Add',
          config: { name: 'add' },
          registered_name: 'Add',
          inbound_nodes: [
            {
              args: [
                {
                  class_name: '__keras_tensor__',
                  config: { shape: [null, 3], dtype: 'float32', keras_history: ['a', 0, 0] },
                },
              ],
              kwargs: {},
            },
          ],
        },
      ],
    },
    registered_name: 'Functional',
  },
  'vocabulary in the model': model([
    layer('StringLookup', { vocabulary: ['a', 'b'], mask_token: null }),
    layer('TextVectorization', { vocabulary: null }),
  ]),
  'registered function and class': model([
    layer('Dense', { activation: fn('builtins', 'my_activation') }),
    { module: null, class_name: 'MyLayer', config: {}, registered_name: 'my_package>MyLayer' },
  ]),
  'functions of keras': model([
    layer(
      'Dense',
      { activation: fn('keras.activations', 'relu') },
      { loss: fn('keras.src.losses.losses', 'mse') },
    ),
  ]),
  'type of a tensor': model([], {
    spec: {
      class_name: '__typespec__',
      spec_name: 'TensorSpec',
      module: 'tensorflow.python.framework.tensor',
      config: [],
      registered_name: null,
    },
  }),
};

const MALICIOUS: Readonly<Record<string, readonly [config: object, rule: string]>> = {
  'CVE-2024-3660: a Lambda with bytecode': [
    model([
      layer('Lambda', {
        function: { class_name: '__lambda__', config: { code: '4wEAAAA=', defaults: null, closure: null } },
      }),
    ]),
    'KERAS_CODE',
  ],
  'a Lambda as older versions write it': [
    model([layer('Lambda', { function: ['4wEAAAA=', null, null], function_type: 'lambda' })]),
    'KERAS_CODE',
  ],
  'a Lambda in TimeDistributed': [
    model([
      layer('TimeDistributed', {
        layer: layer('Lambda', { function: { class_name: '__lambda__', config: { code: 'x' } } }),
      }),
    ]),
    'KERAS_CODE',
  ],
  'a Lambda in a model in Bidirectional': [
    model([
      layer('Bidirectional', {
        layer: model([layer('Lambda', { function: ['x', null, null], function_type: 'lambda' })]),
      }),
    ]),
    'KERAS_CODE',
  ],
  'a lambda as loss': [
    model([], { compile_config: { loss: { class_name: '__lambda__', config: { code: 'x' } } } }),
    'KERAS_CODE',
  ],
  'a lambda as metric': [
    model([], { compile_config: { metrics: [[{ class_name: '__lambda__', config: { code: 'x' } }]] } }),
    'KERAS_CODE',
  ],
  'a lambda among custom objects': [
    model([], { custom_objects: { f: { class_name: '__lambda__', config: { code: 'x' } } } }),
    'KERAS_CODE',
  ],
  'CVE-2025-1550: a module of its own choice': [
    { module: 'os', class_name: 'system', config: 'id', registered_name: null },
    'KERAS_FOREIGN_MODULE',
  ],
  'CVE-2025-1550: a function in a layer': [
    model([layer('Dense', { activation: fn('subprocess', 'call') })]),
    'KERAS_FOREIGN_MODULE',
  ],
  'CVE-2025-1550: fn_module': [
    model([layer('X', { fn_module: 'os', fn_name: 'system' })]),
    'KERAS_FOREIGN_MODULE',
  ],
  'CVE-2025-8747: get_file': [
    model([layer('Dense', { activation: fn('keras.utils', 'get_file') })]),
    'KERAS_GADGET',
  ],
  'CVE-2025-8747: numpy as a function': [
    model([layer('Dense', { activation: fn('numpy', 'load') })]),
    'KERAS_FOREIGN_MODULE',
  ],
  'CVE-2025-9906: unsafe deserialization switched on': [
    model([layer('Dense', { activation: fn('keras.config', 'enable_unsafe_deserialization') })]),
    'KERAS_GADGET',
  ],
  'CVE-2025-12060: a model that loads another': [
    model([layer('X', {}, fn('keras.saving', 'load_model'))]),
    'KERAS_GADGET',
  ],
  'CVE-2025-49655: TorchModuleWrapper': [
    model([layer('TorchModuleWrapper', { module: { class_name: '__bytes__' } })]),
    'KERAS_TORCH_MODULE',
  ],
  'CVE-2025-12058: a vocabulary in a file': [
    model([layer('StringLookup', { vocabulary: '/etc/passwd' })]),
    'KERAS_FILE_REFERENCE',
  ],
  'CVE-2025-12058: a vocabulary at an address': [
    model([layer('TextVectorization', { vocabulary: 'http://169.254.169.254/' })]),
    'KERAS_FILE_REFERENCE',
  ],
  'builtins as such': [
    model([layer('Dense', { activation: fn('builtins', 'eval') })]),
    'KERAS_FOREIGN_MODULE',
  ],
};

test('benign .keras archives are clean', async () => {
  for (const [name, config] of Object.entries(BENIGN)) {
    const report = await scanFile('m.keras', archive(config));
    assert.equal(report.status, 'complete', `${name}: ${report.reasons.join()}`);
    assert.equal(
      report.verdict,
      'clean',
      `${name}: ${report.findings.map(({ rule, message }) => `${rule} ${message}`).join()}`,
    );
  }
});

test('malicious configurations are found in .keras archives, in HDF5 files and in JSON', async () => {
  for (const [name, [config, rule]] of Object.entries(MALICIOUS)) {
    const files = {
      'm.keras': archive(config),
      'config.json': JSON.stringify(config),
      'm.h5': hdf5File([
        textAttribute('keras_version', '3'),
        textAttribute('model_config', JSON.stringify(config)),
      ]),
      'training.h5': hdf5File([textAttribute('training_config', JSON.stringify({ loss: config }))]),
    };
    for (const [file, content] of Object.entries(files)) {
      const report = await scanFile(file, content);
      assert.ok(rulesOf(report).includes(rule), `${name} in ${file}: ${rulesOf(report).join()}`);
      assert.equal(report.verdict, 'malicious', `${name} in ${file}`);
    }
  }
});

test('what is only unknown is doubted', async () => {
  const cases: readonly (readonly [object, string])[] = [
    [model([layer('Lambda', { function: 'my_function', function_type: 'function' })]), 'KERAS_LAMBDA'],
    [model([layer('TFOpLambda', { function: 'io.write_file' })]), 'KERAS_LAMBDA'],
    [
      model([
        {
          module: 'my_package.layers',
          class_name: 'MyLayer',
          config: {},
          registered_name: 'my_package>MyLayer',
        },
      ]),
      'KERAS_UNKNOWN_MODULE',
    ],
  ];
  for (const [config, rule] of cases) {
    const report = await scanFile('m.keras', archive(config));
    assert.deepEqual([rulesOf(report), report.verdict], [[rule], 'suspicious']);
  }
  assert.equal(
    (await scanFile('m.keras', archive(model([layer('TFOpLambda', { function: 'math.add' })])))).verdict,
    'clean',
  );
});

test('of a duplicate key both values are looked at', async () => {
  const text =
    '{"module":"keras","class_name":"X","config":{"layers":[{"class_name":"__lambda__","class_name":"Dense","config":{}}]}}';
  const report = await scanFile('m.keras', archive(text));
  assert.deepEqual(rulesOf(report), ['KERAS_CODE', 'JSON_DUPLICATE_KEY']);
});

test('modelscan PR #262: a pickle in model.weights.npz is not passed by', async () => {
  const pickle = utf8Bytes('cos\nsystem\n(S"id"\ntR.');
  const npz = buildZip({ members: [{ name: 'a.npy', content: pickle }] });
  const file = buildZip({
    members: [
      { name: 'config.json', content: JSON.stringify(model([])) },
      { name: 'model.weights.npz', content: npz },
    ],
  });
  assert.equal((await scanFile('m.keras', file)).verdict, 'malicious');
});

test('CVE-2026-1669: HDF5 that reads other files is malicious, in an archive too', async () => {
  const weights = hdf5File([externalLink('x', '/etc/passwd')]);
  assert.deepEqual(rulesOf(await scanFile('m.h5', weights)), ['HDF5_EXTERNAL']);
  const file = buildZip({
    members: [
      { name: 'config.json', content: JSON.stringify(model([])) },
      { name: 'model.weights.h5', content: weights },
    ],
  });
  const report = await scanFile('m.keras', file);
  assert.equal(report.verdict, 'malicious');
  assert.deepEqual(report.findings[0]?.place, ['model.weights.h5']);
});

test('HDF5 behind something else, or not wholly readable, is never clean', async () => {
  const block = concatBytes(utf8Bytes('#!/bin/sh\necho x\n'), new Uint8Array(512 - 17));
  const polyglot = await scanFile('m.h5', hdf5File([], block));
  assert.ok(rulesOf(polyglot).includes('HDF5_USER_BLOCK'));
  assert.equal(polyglot.verdict, 'suspicious');
  const newer = hdf5File([]);
  newer[8] = 9;
  const report = await scanFile('m.h5', newer);
  assert.deepEqual([report.status, report.verdict], ['inconclusive', 'unknown']);
});
