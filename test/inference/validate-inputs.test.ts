import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { InputSchema, ModelSignature } from '../../src/api/index.ts';
import { elementCodec, type NumericDatatype, type Tensor } from '../../src/bytes/index.ts';
import { validateInputs, validateOutputs } from '../../src/inference/validation/validate-inputs.ts';

const SIGNATURE: ModelSignature = {
  inputs: [
    { name: 'x', datatype: 'FP32', shape: [-1, 2] },
    { name: 'plan', datatype: 'BYTES', shape: [-1, 1] },
  ],
  outputs: [{ name: 'y', datatype: 'FP32', shape: [-1] }],
};

function numeric(datatype: NumericDatatype, shape: readonly number[], values: readonly unknown[]): Tensor {
  const codec = elementCodec(datatype);
  const data = new Uint8Array(values.length * codec.size);
  const view = new DataView(data.buffer);
  for (const [at, value] of values.entries()) assert.ok(codec.write(view, at * codec.size, value));
  return { name: 'x', datatype, shape, data };
}

function texts(shape: readonly number[], strings: readonly string[]): Tensor {
  return { name: 'plan', datatype: 'BYTES', shape, strings };
}

const X = numeric('FP32', [2, 2], [1, 2, 3, 4]);
const PLAN = texts([2, 1], ['gold', 'free']);

suite('inputs are held against what the model declares', () => {
  test('what fits is taken, in any order', () => {
    validateInputs([PLAN, X], SIGNATURE);
    validateOutputs(['y'], SIGNATURE);
  });

  const bad: Readonly<Record<string, readonly [inputs: readonly Tensor[], message: RegExp]>> = {
    'an unknown name': [[X, PLAN, { ...X, name: 'z' }], /no input "z"/],
    'a missing name': [[X], /input "plan" is missing/],
    'a name twice': [[X, X, PLAN], /input "x" stands twice/],
    'another datatype': [[numeric('FP64', [2, 2], [1, 2, 3, 4]), PLAN], /"x": its datatype is FP64.*FP32/],
    'numbers for texts': [[X, { ...X, name: 'plan' }], /"plan": its datatype is FP32.*BYTES/],
    'another rank': [[numeric('FP32', [4], [1, 2, 3, 4]), PLAN], /"x": it has 1 dimensions.*2/],
    'another shape': [[numeric('FP32', [1, 3], [1, 2, 3]), PLAN], /"x": dimension 1 is 3.*takes 2/],
    'no rows': [[numeric('FP32', [0, 2], []), texts([0, 1], [])], /"x": dimension 0 is 0.*at least 1/],
    'a negative dimension': [[{ ...X, shape: [-1, 2] }, PLAN], /"x": dimension 0 is -1/],
    'a product of dimensions beyond all bounds': [[{ ...X, shape: [2 ** 52, 2] }, PLAN], /"x".*too many/],
    'fewer elements than the shape says': [[{ ...X, shape: [3, 2] }, PLAN], /"x": its shape has 6 elements/],
    'fewer texts than the shape says': [
      [X, texts([2, 1], ['gold'])],
      /"plan": its shape has 2 elements, and it has 1/,
    ],
  };
  for (const [what, [inputs, message]] of Object.entries(bad)) {
    test(`refuses ${what}`, () => {
      assert.throws(() => validateInputs(inputs, SIGNATURE), { code: 'TENSOR_INVALID', message });
    });
  }

  test('refuses a BOOL that is neither 0 nor 1', () => {
    const signature: ModelSignature = { inputs: [{ name: 'x', datatype: 'BOOL', shape: [2] }], outputs: [] };
    const tensor: Tensor = { name: 'x', datatype: 'BOOL', shape: [2], data: Uint8Array.of(0, 7) };
    assert.throws(() => validateInputs([tensor], signature), {
      code: 'TENSOR_INVALID',
      message: /element 1/,
    });
  });

  test('refuses outputs that there are not, or that are asked for twice', () => {
    assert.throws(() => validateOutputs(['y', 'z'], SIGNATURE), {
      code: 'TENSOR_INVALID',
      message: /no output "z"/,
    });
    assert.throws(() => validateOutputs(['y', 'y'], SIGNATURE), { code: 'TENSOR_INVALID', message: /twice/ });
  });
});

suite('values are looked at', () => {
  test('what is no finite number is refused, unless it is admitted', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<NumericDatatype>('FP16', 'BF16', 'FP32', 'FP64'),
        fc.array(
          fc.constantFrom(0, 1.5, -65000, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
          {
            minLength: 1,
            maxLength: 6,
          },
        ),
        (datatype, values) => {
          const signature: ModelSignature = { inputs: [{ name: 'x', datatype, shape: [-1] }], outputs: [] };
          const tensor = numeric(datatype, [values.length], values);
          const first = values.findIndex((value) => !Number.isFinite(value));
          const act = (): void => validateInputs([tensor], signature);
          if (first < 0) act();
          else assert.throws(act, { code: 'TENSOR_VALUE', message: new RegExp(`element ${first} `) });
          const features = [{ name: 'x' }];
          validateInputs([tensor], signature, { features, nonFinite: 'admit' });
        },
      ),
    );
  });

  test('a text that is too long, or not well-formed', () => {
    const check = (text: string, schema?: InputSchema): void =>
      validateInputs([X, texts([2, 1], ['ok', text])], SIGNATURE, schema);
    assert.throws(() => check('a'.repeat(10_001)), {
      code: 'TENSOR_VALUE',
      message: /"plan": element 1.*10000/,
    });
    assert.throws(() => check('a\0b'), { code: 'TENSOR_VALUE', message: /"plan": element 1/ });
    assert.throws(() => check('\ud800'), { code: 'TENSOR_VALUE', message: /"plan": element 1/ });
  });
});

suite('values are held against the schema', () => {
  const schema: InputSchema = {
    features: [
      { name: 'age', min: 0, max: 120, type: 'integer' },
      { name: 'member', type: 'boolean' },
      { name: 'plan', categories: ['gold', 'free'] },
    ],
    maxRows: 3,
    maxTextChars: 5,
  };
  const check = (values: readonly number[], plans: readonly string[]): void =>
    validateInputs(
      [numeric('FP32', [plans.length, 2], values), texts([plans.length, 1], plans)],
      SIGNATURE,
      schema,
    );

  test('what it allows is taken', () => check([31, 1, 44, 0], ['gold', 'free']));

  const bad: Readonly<Record<string, readonly [readonly number[], readonly string[], RegExp]>> = {
    'a value above the range': [[31, 1, 250, 0], ['gold', 'free'], /feature "age", row 1: 250 is above 120/],
    'a value below the range': [[-1, 1, 25, 0], ['gold', 'free'], /feature "age", row 0: -1 is below 0/],
    'a fraction where whole numbers are taken': [[1.5, 1], ['gold'], /feature "age", row 0: 1.5 is no whole/],
    'what is no boolean': [[1, 2], ['gold'], /feature "member", row 0/],
    'no category': [[1, 1], ['tin'], /feature "plan", row 0: the value is none of its categories/],
    'too many rows': [[1, 1, 1, 1, 1, 1, 1, 1], ['gold', 'gold', 'gold', 'gold'], /4 rows at once.*3/],
    'a longer text than it allows': [[1, 1], ['silver'], /"plan": element 0.*5 characters/],
  };
  for (const [what, [values, plans, message]] of Object.entries(bad)) {
    test(`refuses ${what}`, () => {
      assert.throws(() => check(values, plans), { code: 'TENSOR_VALUE', message });
    });
  }

  test('refuses to work with a schema of another model', () => {
    assert.throws(() => validateInputs([X, PLAN], SIGNATURE, { features: [{ name: 'a' }] }), {
      code: 'SCHEMA_MISMATCH',
    });
  });
});
