import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { parseModelName } from '../../src/api/index.ts';
import { type Tensor, utf8Bytes } from '../../src/bytes/index.ts';
import {
  type AskedInference,
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from '../../src/predictions/index.ts';
import { comparable, tensors } from './tensor-arbitraries.ts';

const model = parseModelName('acme/churn');

function answered(outputs: readonly Tensor[], asked: Partial<AskedInference> = {}) {
  return encodeResponse({
    modelName: 'acme/churn:production',
    asked: { inputs: [], isBinary: false, ...asked },
    answer: { model, version: 3, outputs },
    labelsOf: () => undefined,
  });
}

/** A question of one input, as JSON. */
function ask(input: object, rest: object = {}): AskedInference {
  return decodeRequest(utf8Bytes(JSON.stringify({ inputs: [input], ...rest })));
}

/** A question of one binary input. */
function askBinary(input: object, bytes: Uint8Array, headerLength?: string): AskedInference {
  const json = utf8Bytes(
    JSON.stringify({
      inputs: [{ name: 'x', parameters: { binary_data_size: bytes.length }, ...input }],
    }),
  );
  return decodeRequest(Buffer.concat([json, bytes]), headerLength ?? String(json.length));
}

function onlyInput({ inputs }: AskedInference): Tensor {
  assert.equal(inputs.length, 1);
  return inputs[0]!;
}

function hexOf(tensor: Tensor): string {
  assert.ok(tensor.datatype !== 'BYTES');
  return Buffer.from(tensor.data).toString('hex');
}

suite('the Open Inference Protocol', () => {
  test('what a client writes, the server reads, whatever the datatype', () => {
    fc.assert(
      fc.property(
        fc.array(tensors, { maxLength: 4 }),
        fc.option(fc.string({ maxLength: 9 })),
        (inputs, id) => {
          const { body, headerLength } = encodeRequest({
            inputs,
            ...(id !== null && { id }),
            outputs: ['y'],
            ...{ deadlineMs: 20, decidedVersion: 3 },
          });
          const read = decodeRequest(body, headerLength?.toString());
          assert.deepEqual(read.inputs.map(comparable), inputs.map(comparable));
          assert.equal(read.id ?? null, id);
          assert.deepEqual([read.deadlineMs, read.decidedVersion], [20, 3]);
          assert.deepEqual(read.outputs, [{ name: 'y', isBinary: true }]);
        },
      ),
    );
  });

  test('what the server answers, a client reads, in binary and in JSON', () => {
    fc.assert(
      fc.property(fc.array(tensors, { maxLength: 4 }), fc.boolean(), (outputs, isBinary) => {
        const { body, headerLength } = answered(outputs, { isBinary });
        const read = decodeResponse(
          typeof body === 'string' ? utf8Bytes(body) : body,
          headerLength?.toString(),
        );
        assert.deepEqual(read.outputs.map(comparable), outputs.map(comparable));
        assert.deepEqual([read.model, read.version], [model, 3]);
      }),
    );
  });

  test('the tensors of a binary request are views of its body', () => {
    const bytes = Buffer.from('0000803f00000040', 'hex');
    const body = Buffer.concat([
      utf8Bytes(
        '{"inputs":[{"name":"x","datatype":"FP32","shape":[2],"parameters":{"binary_data_size":8}}]}',
      ),
      bytes,
    ]);
    const tensor = onlyInput(decodeRequest(body, String(body.length - 8)));
    assert.ok(tensor.datatype === 'FP32');
    assert.equal(tensor.data.buffer, body.buffer);
  });

  test('reads numbers nested or flat, each datatype little-endian', () => {
    const cases: readonly (readonly [string, readonly number[], unknown, string])[] = [
      [
        'FP32',
        [2, 2],
        [
          [1, 2],
          [3, 4],
        ],
        '0000803f000000400000404000008040',
      ],
      ['FP32', [2, 2], [1, 2, 3, 4], '0000803f000000400000404000008040'],
      ['FP64', [1], [0.5], '000000000000e03f'],
      ['FP16', [3], [1, -2, 65504], '003c00c0ff7b'],
      ['BF16', [3], [1, 3.140625, 1.00390625], '803f4940803f'],
      ['INT8', [2], [-128, 127], '807f'],
      ['UINT16', [2], [1, 65535], '0100ffff'],
      ['INT32', [1], [-1], 'ffffffff'],
      ['BOOL', [4], [true, false, 1, 0], '01000100'],
      ['UINT8', [0, 3], [], ''],
      ['UINT8', [2, 0], [[], []], ''],
      ['INT16', [], [7], '0700'],
    ];
    for (const [datatype, shape, data, hex] of cases)
      assert.equal(hexOf(onlyInput(ask({ name: 'x', datatype, shape, data }))), hex, datatype);
  });

  test('64-bit integers lose nothing on the way', () => {
    const text =
      '{"inputs":[{"name":"x","datatype":"INT64","shape":[2],"data":[9007199254740993,-9223372036854775808]},' +
      '{"name":"y","datatype":"UINT64","shape":[1],"data":[18446744073709551615]}]}';
    const { inputs } = decodeRequest(utf8Bytes(text));
    assert.deepEqual(inputs.map(hexOf), ['01000000000020000000000000000080', 'ffffffffffffffff']);
    const { body } = answered(inputs);
    assert.match(
      Buffer.from(body).toString(),
      /\[9007199254740993,-9223372036854775808\].*\[18446744073709551615\]/,
    );
  });

  test('takes and writes the tokens for what is no finite number', () => {
    const text = '{"inputs":[{"name":"x","datatype":"FP32","shape":[3],"data":[NaN,Infinity,-Infinity]}]}';
    const { inputs } = decodeRequest(utf8Bytes(text));
    assert.match(Buffer.from(answered(inputs).body).toString(), /"data":\[NaN,Infinity,-Infinity\]/);
  });

  test('an output comes in the form that is asked for', () => {
    const data = new Uint8Array(new Float32Array([0.1, 0.7, 0.2, 0.5, Number.NaN, 0.5]).buffer);
    const output: Tensor = { name: 'p', datatype: 'FP32', shape: [2, 3], data };
    const asked = ask(
      { name: 'x', datatype: 'UINT8', shape: [0], data: [] },
      {
        id: '42',
        parameters: { binary_data_output: true },
        outputs: [{ name: 'p', parameters: { binary_data: false, classification: 2 } }],
      },
    );
    const { body, headerLength } = encodeResponse({
      modelName: 'acme/churn',
      asked,
      answer: { model, version: 1, outputs: [output] },
      labelsOf: () => ['no', 'yes', 'maybe'],
    });
    assert.equal(headerLength, undefined);
    assert.deepEqual(JSON.parse(Buffer.from(body).toString()), {
      model_name: 'acme/churn',
      model_version: '1',
      id: '42',
      outputs: [
        {
          name: 'p',
          datatype: 'BYTES',
          shape: [2, 2],
          data: ['0.700000:1:yes', '0.200000:2:maybe', '0.500000:0:no', '0.500000:2:maybe'],
        },
      ],
    });
  });
});

suite('the Open Inference Protocol refuses', () => {
  const good = { name: 'x', datatype: 'FP32', shape: [2], data: [1, 2] };
  const badInputs: Readonly<Record<string, object>> = {
    'a datatype that there is not': { datatype: 'FP128' },
    'a shape with a negative dimension': { shape: [-1] },
    'a shape with a fraction': { shape: [1.5] },
    'a shape with too many dimensions': { shape: Array.from({ length: 17 }, () => 1) },
    'a product of dimensions beyond all bounds': { shape: [2 ** 31, 2 ** 31, 2 ** 31] },
    'a shape that is longer than the data': { shape: [3] },
    'nested data that is not as its shape': { shape: [2, 2], data: [[1, 2], [3]] },
    'data that is nested deeper than its shape': { shape: [1], data: [[[1]]] },
    'data that is no array': { data: 7 },
    'no data at all': { data: undefined },
    'an element of another kind': { data: [1, '2'] },
    'null among numbers': { data: [1, null] },
    'a number that becomes infinite in the datatype': { data: [1, 1e300] },
    'an integer out of range': { datatype: 'UINT8', data: [1, 256] },
    'a fraction among integers': { datatype: 'INT32', data: [1, 1.5] },
    'a 64-bit integer written with a loss': { datatype: 'INT64', data: [1, 1e300] },
    'a number among texts': { datatype: 'BYTES', data: ['a', 1] },
    'a number among booleans': { datatype: 'BOOL', data: [1, 2] },
    'data and binary data': { parameters: { binary_data_size: 8 } },
    'shared memory': {
      parameters: { shared_memory_region: 'r', shared_memory_byte_size: 8 },
      data: undefined,
    },
    'a sequence': { parameters: { sequence_id: 7 } },
    'a parameter that is an object': { parameters: { a: {} } },
    'an unknown member': { contents: [1, 2] },
    'a name without characters': { name: '' },
  };
  for (const [what, change] of Object.entries(badInputs)) {
    test(what, () => {
      assert.throws(() => ask({ ...good, ...change }), {
        code: /^(?:TENSOR_INVALID|REQUEST_MALFORMED|PREDICTION_UNSUPPORTED)$/,
      });
    });
  }

  test('a version that a question was made for and that is no number of one', () => {
    for (const decided_version of [0, 1.5, -1, '2', true])
      assert.throws(() => ask(good, { parameters: { decided_version } }), {
        code: 'REQUEST_MALFORMED',
        message: /decided_version/,
      });
  });

  test('10,000 inputs', () => {
    const inputs = Array.from({ length: 10_000 }, (_none, at) => ({ ...good, name: `x${at}` }));
    assert.throws(() => decodeRequest(utf8Bytes(JSON.stringify({ inputs }))), {
      code: 'REQUEST_MALFORMED',
      message: /inputs.*256/,
    });
  });

  test('a member that stands twice, and names of a prototype', () => {
    for (const text of ['{"inputs":[],"inputs":[]}', '{"inputs":[],"__proto__":{}}'])
      assert.throws(() => decodeRequest(utf8Bytes(text)), { code: 'REQUEST_MALFORMED' });
  });

  const eight = new Uint8Array(8);
  const badBinary: Readonly<Record<string, () => unknown>> = {
    'a header that is longer than the body': () => askBinary({ datatype: 'FP32', shape: [2] }, eight, '9999'),
    'a header length that is no number': () => askBinary({ datatype: 'FP32', shape: [2] }, eight, '-1'),
    'a header length beyond all bounds': () =>
      askBinary({ datatype: 'FP32', shape: [2] }, eight, '99999999999999999999'),
    'a shape that the bytes do not fill': () => askBinary({ datatype: 'FP32', shape: [3] }, eight),
    'bytes that the shape has no room for': () => askBinary({ datatype: 'FP32', shape: [1] }, eight),
    'a size beyond the body': () =>
      askBinary({ datatype: 'FP32', shape: [4], parameters: { binary_data_size: 16 } }, eight),
    'a negative size': () =>
      askBinary({ datatype: 'FP32', shape: [2], parameters: { binary_data_size: -8 } }, eight),
    'bytes that belong to no tensor': () =>
      askBinary({ datatype: 'FP32', shape: [1], parameters: { binary_data_size: 4 } }, eight),
    'a BOOL that is neither 0 nor 1': () => askBinary({ datatype: 'BOOL', shape: [2] }, Uint8Array.of(1, 2)),
    'a text that is longer than what there is': () =>
      askBinary({ datatype: 'BYTES', shape: [1] }, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x61)),
    'a length of a text that is cut': () =>
      askBinary({ datatype: 'BYTES', shape: [1] }, Uint8Array.of(1, 0, 0)),
    'more texts than there are bytes': () => askBinary({ datatype: 'BYTES', shape: [1_000_000] }, eight),
    'bytes behind the last text': () => askBinary({ datatype: 'BYTES', shape: [1] }, eight),
    'a text that is not UTF-8': () =>
      askBinary({ datatype: 'BYTES', shape: [1] }, Uint8Array.of(1, 0, 0, 0, 0xff)),
  };
  for (const [what, act] of Object.entries(badBinary)) {
    test(what, () => {
      assert.throws(act, { code: /^(?:TENSOR_INVALID|REQUEST_MALFORMED)$/ });
    });
  }

  test('nothing worse than this, whatever the bytes', () => {
    const header = utf8Bytes(
      '{"inputs":[{"name":"x","datatype":"BYTES","shape":[2],"parameters":{"binary_data_size":24}}]}',
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 24, maxLength: 24 }),
        fc.nat(header.length + 30),
        (bytes, length) => {
          try {
            decodeRequest(Buffer.concat([header, bytes]), String(length));
          } catch (error) {
            assert.match(String((error as { code?: string }).code), /^(?:TENSOR_INVALID|REQUEST_MALFORMED)$/);
          }
        },
      ),
    );
  });
});
