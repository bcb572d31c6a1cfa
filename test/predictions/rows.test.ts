import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import type { InputSchema, ModelSignature } from '../../src/api/index.ts';
import { streamOf, type Tensor, utf8Bytes } from '../../src/bytes/index.ts';
import {
  AnswerCsv,
  csvRecords,
  learnSchema,
  ndjsonRows,
  type Prediction,
  RowPredictor,
  readQuestion,
} from '../../src/predictions/index.ts';

const PEOPLE: ModelSignature = {
  inputs: [
    { name: 'numbers', datatype: 'FP32', shape: [-1, 2] },
    { name: 'plan', datatype: 'BYTES', shape: [-1, 1] },
    { name: 'since', datatype: 'INT64', shape: [-1, 1] },
  ],
  outputs: [],
};
const SCHEMA: InputSchema = {
  features: [{ name: 'age' }, { name: 'usage' }, { name: 'plan' }, { name: 'since' }],
};

function fp32(name: string, shape: readonly number[], values: readonly number[]): Tensor {
  return { name, datatype: 'FP32', shape, data: new Uint8Array(new Float32Array(values).buffer) };
}

function int64(name: string, values: readonly bigint[]): Tensor {
  return {
    name,
    datatype: 'INT64',
    shape: [values.length],
    data: new Uint8Array(new BigInt64Array(values).buffer),
  };
}

/** A model that remembers what it was asked. */
function listening(signature: ModelSignature, schema?: InputSchema) {
  const asked: (readonly Tensor[])[] = [];
  const predictor = new RowPredictor({
    served: { signature, ...(schema && { schema }) },
    ask: (inputs) => {
      asked.push(inputs);
      return Promise.resolve({ version: 1, outputs: [] });
    },
  });
  return { asked, predictor };
}

/** What comes of these outputs. */
async function answerTo(
  outputs: readonly Tensor[],
  words: { readonly rows?: number; readonly schema?: InputSchema; readonly labels?: readonly string[] } = {},
): Promise<readonly Prediction[]> {
  const signature: ModelSignature = {
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 1] }],
    outputs: outputs.map(({ name, datatype, shape }) => ({
      name,
      datatype,
      shape,
      ...(words.labels && { labels: words.labels }),
    })),
  };
  const predictor = new RowPredictor({
    served: { signature, ...(words.schema && { schema: { ...words.schema } }) },
    ask: () => Promise.resolve({ version: 1, outputs }),
  });
  const rows = Array.from({ length: words.rows ?? 1 }, () => [1]);
  return (await predictor.predict(rows)).predictions;
}

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** A text in pieces of so many bytes. */
function inPieces(text: string, size: number): AsyncIterable<Uint8Array> {
  const bytes = utf8Bytes(text);
  return streamOf(
    ...Array.from({ length: Math.ceil(bytes.length / size) }, (_none, at) =>
      bytes.subarray(at * size, (at + 1) * size),
    ),
  );
}

suite('rows become the inputs of a model', () => {
  const tensors = [
    fp32('numbers', [2, 2], [31, 0.5, 44, Number.NaN]),
    { name: 'plan', datatype: 'BYTES', shape: [2, 1], strings: ['gold', 'free'] },
    { ...int64('since', [2020n, 9007199254740993n]), shape: [2, 1] },
  ];

  test('by position and by name', async () => {
    const { asked, predictor } = listening(PEOPLE, SCHEMA);
    await predictor.predict([
      [31, 0.5, 'gold', 2020],
      { plan: 'free', since: 9007199254740993n, age: 44, usage: null },
    ]);
    assert.deepEqual(asked, [tensors]);
  });

  test('from CSV with a first line of names in any order, wherever its pieces are cut', async () => {
    const text = '\ufeffplan,age,since,usage\r\n"gold",31,2020,0.5\r\nfree,44,9007199254740993,\n';
    for (const size of [1, 3, 1000]) {
      const { asked, predictor } = listening(PEOPLE, SCHEMA);
      await collect(predictor.predictCsv(csvRecords(inPieces(text, size)), true));
      assert.deepEqual(asked, [tensors]);
    }
  });

  test('from CSV without names, by position', async () => {
    const { asked, predictor } = listening(PEOPLE);
    await collect(
      predictor.predictCsv(csvRecords(inPieces('31,.5,gold,2020\n44,nan,free,9007199254740993', 4)), false),
    );
    assert.deepEqual(asked, [tensors]);
  });

  test('without a schema the features have the names of the inputs', async () => {
    const { asked, predictor } = listening(PEOPLE);
    await predictor.predict([{ 'numbers.0': 1, 'numbers.1': 2, plan: 'a', since: 3 }]);
    assert.equal(asked.length, 1);
  });

  test('a model that leaves the number of its features open takes it from the row', async () => {
    const open: ModelSignature = { inputs: [{ name: 'x', datatype: 'FP64', shape: [-1, -1] }], outputs: [] };
    const { asked, predictor } = listening(open);
    await predictor.predict([[1, 2, 3]]);
    assert.deepEqual(asked[0]?.[0]?.shape, [1, 3]);
  });

  test('a model with a batch of fixed size is asked in groups of it', async () => {
    const pairs: ModelSignature = { inputs: [{ name: 'x', datatype: 'INT32', shape: [2, 1] }], outputs: [] };
    const { asked, predictor } = listening(pairs);
    await predictor.predict([[1], [2], [3], [4]]);
    assert.deepEqual(
      asked.map(([input]) => input?.shape),
      [
        [2, 1],
        [2, 1],
      ],
    );
    await assert.rejects(predictor.predict([[1], [2], [3]]), {
      code: 'FEATURE_INVALID',
      message: /2 rows at once/,
    });
  });

  test('rows that stream are asked about in groups, and counted on for messages', async () => {
    const one: ModelSignature = { inputs: [{ name: 'x', datatype: 'INT8', shape: [-1, 1] }], outputs: [] };
    const { asked, predictor } = listening(one, { features: [{ name: 'x' }], maxRows: 100 });
    const lines = Array.from({ length: 250 }, () => '[1]\n').join('');
    await collect(predictor.predictStream(ndjsonRows(inPieces(`${lines}\n`, 7))));
    assert.deepEqual(
      asked.map(([input]) => input?.shape[0]),
      [100, 100, 50],
    );
    await assert.rejects(collect(predictor.predictStream(ndjsonRows(inPieces(`${lines}[300]`, 7)))), {
      message: /feature "x", row 250/,
    });
  });
});

suite('rows are refused', () => {
  const bad: Readonly<Record<string, readonly [row: unknown, message: RegExp]>> = {
    'too few features': [[1, 2, 'a'], /row 0 has 3 features, and the model takes 4/],
    'an unknown feature': [{ age: 1, usage: 2, plan: 'a', since: 3, height: 4 }, /no feature "height"/],
    'a missing feature': [{ age: 1, usage: 2, plan: 'a' }, /"since" is missing/],
    'a text among numbers': [[1, 'x', 'a', 3], /feature "usage", row 0: the value is no FP32/],
    'a number among texts': [[1, 2, 3, 4], /feature "plan", row 0: the value is no text/],
    'a fraction among whole numbers': [[1, 2, 'a', 3.5], /feature "since", row 0/],
    'nothing where whole numbers are taken': [[1, 2, 'a', null], /feature "since", row 0/],
    'a row that is none': [7, /row 0 is neither/],
    'nested values': [[1, [2], 'a', 3], /feature "usage"/],
  };
  for (const [what, [row, message]] of Object.entries(bad)) {
    test(what, async () => {
      await assert.rejects(listening(PEOPLE, SCHEMA).predictor.predict([row]), {
        code: 'FEATURE_INVALID',
        message,
      });
    });
  }

  test('where the schema has other columns than the model', async () => {
    const { predictor } = listening(PEOPLE, { features: [{ name: 'a' }] });
    await assert.rejects(predictor.predict([[1, 2, 'a', 3]]), { code: 'SCHEMA_MISMATCH' });
  });

  const badCsv: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
    'an unknown name': ['age,usage,plan,since,x\n1,2,a,3,4\n', /"x" is none that the model has/],
    'a name twice': ['age,age,plan,since\n1,2,a,3\n', /"age" stands twice/],
    'a missing name': ['age,usage,plan\n1,2,a\n', /"since" is missing/],
    'a record with more fields': ['age,usage,plan,since\n1,2,a,3,4\n', /row 0 has 5 fields/],
    'quotes that do not end': ['age,usage,plan,since\n1,2,"a,3\n', /ends inside of quotes/],
    'text behind a closing quote': ['age,usage,plan,since\n1,2,"a"b,3\n', /behind a closing quote/],
    'a quote inside of a field': ['age,usage,plan,since\n1,2,a"b,3\n', /quote inside/],
    'no number': ['age,usage,plan,since\n1,two,a,3\n', /feature "usage", row 0/],
    'a hexadecimal number': ['age,usage,plan,since\n0x10,2,a,3\n', /feature "age", row 0/],
  };
  for (const [what, [text, message]] of Object.entries(badCsv)) {
    test(`in CSV: ${what}`, async () => {
      const { predictor } = listening(PEOPLE, SCHEMA);
      await assert.rejects(collect(predictor.predictCsv(csvRecords(inPieces(text, 5)), true)), { message });
    });
  }

  test('a line that never ends, in JSON and in CSV', async () => {
    const endless = streamOf(...Array.from({ length: 80 }, () => new Uint8Array(16_384).fill(0x31)));
    await assert.rejects(collect(ndjsonRows(endless)), { code: 'INPUT_TOO_LARGE' });
    const again = streamOf(...Array.from({ length: 80 }, () => new Uint8Array(16_384).fill(0x31)));
    await assert.rejects(collect(csvRecords(again)), { message: /longer than/ });
  });

  test('a question that is none', () => {
    const bad = [
      '{}',
      '[]',
      '{"features":[1],"rows":[]}',
      '{"rows":{}}',
      '{"features":[1],"x":1}',
      '{"features":[1],"version":0}',
    ];
    for (const text of bad)
      assert.throws(() => readQuestion(utf8Bytes(text)), { code: 'REQUEST_MALFORMED' }, text);
  });
});

suite('answers become label, score and probabilities', () => {
  test('label and probabilities as skl2onnx has them', async () => {
    const outputs = [int64('label', [1n, 0n]), fp32('probabilities', [2, 2], [0.25, 0.75, 0.5, 0.5])];
    assert.deepEqual(await answerTo(outputs, { rows: 2 }), [
      { label: 1, score: 0.75, probabilities: { 0: 0.25, 1: 0.75 } },
      { label: 0, score: 0.5, probabilities: { 0: 0.5, 1: 0.5 } },
    ]);
  });

  test('labels that are texts, and names that an operator gave', async () => {
    const texts: Tensor = { name: 'label', datatype: 'BYTES', shape: [1], strings: ['ham'] };
    const outputs = [texts, fp32('probabilities', [1, 2], [0.75, 0.25])];
    assert.deepEqual(await answerTo(outputs), [
      { label: 'ham', score: 0.75, probabilities: { 0: 0.75, 1: 0.25 } },
    ]);
    const schema = { features: [{ name: 'x' }], labels: ['ham', 'spam'] };
    assert.deepEqual(await answerTo(outputs, { schema }), [
      { label: 'ham', score: 0.75, probabilities: { ham: 0.75, spam: 0.25 } },
    ]);
    assert.deepEqual(await answerTo([int64('label', [1n]), outputs[1]!], { schema }), [
      { label: 'spam', score: 0.25, probabilities: { ham: 0.75, spam: 0.25 } },
    ]);
  });

  test('a softmax, also one that a policy has rounded', async () => {
    assert.deepEqual(await answerTo([fp32('out', [1, 3], [0.25, 0.5, 0.125])]), [
      { label: 1, score: 0.5, probabilities: { 0: 0.25, 1: 0.5, 2: 0.125 } },
    ]);
  });

  test('logits', async () => {
    const [prediction] = await answerTo([fp32('logits', [1, 2], [0, Math.log(3)])], {
      labels: ['no', 'yes'],
    });
    assert.ok(prediction !== undefined);
    assert.equal(prediction.label, 'yes');
    assert.ok(Math.abs(Number(prediction.score) - 0.75) < 1e-6);
  });

  test('a regression, one number a row', async () => {
    assert.deepEqual(await answerTo([fp32('variable', [2, 1], [1.5, Number.NaN])], { rows: 2 }), [
      { score: 1.5 },
      { score: null },
    ]);
  });

  test('one probability of the second class', async () => {
    assert.deepEqual(await answerTo([fp32('probability', [1, 1], [0.25])]), [
      { label: 0, score: 0.75, probabilities: { 0: 0.75, 1: 0.25 } },
    ]);
  });

  test('a label alone, where a policy keeps the rest', async () => {
    assert.deepEqual(await answerTo([int64('label', [7n])]), [{ label: 7 }]);
  });

  test('what an operator says the numbers are counts', async () => {
    const numbers = fp32('out', [1, 2], [0.25, 0.75]);
    const values = await answerTo([numbers], { schema: { features: [{ name: 'x' }], answer: 'values' } });
    assert.deepEqual(values, [{ outputs: { out: [0.25, 0.75] } }]);
    const [logits] = await answerTo([numbers], { schema: { features: [{ name: 'x' }], answer: 'logits' } });
    assert.ok(Math.abs(Number(logits?.score) - 1 / (1 + Math.exp(-0.5))) < 1e-6);
  });

  test('anything else comes by the name of its output', async () => {
    assert.deepEqual(await answerTo([fp32('boxes', [1, 4], [1, 2, 3, 4]), fp32('scale', [], [2])]), [
      { score: 2, outputs: { boxes: [1, 2, 3, 4] } },
    ]);
  });

  test('as CSV, with texts that a program could take for formulas marked as text', () => {
    const csv = new AnswerCsv();
    const text = csv.write([{ label: '=1+1', score: 0.5, probabilities: { '=1+1': 0.5, 'b,c': 0.5 } }]);
    assert.equal(text, 'label,score,probability_=1+1,"probability_b,c"\r\n\'=1+1,0.5,0.5,0.5\r\n');
    assert.equal(csv.write([{ label: 'b,c', score: null, probabilities: {} }]), '"b,c",,,\r\n');
  });
});

test('CSV that is written is read as it was', async () => {
  const fields = fc.array(
    fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\r', '')),
    {
      minLength: 1,
      maxLength: 5,
    },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fields, { maxLength: 5 }),
      fc.integer({ min: 1, max: 9 }),
      async (records, size) => {
        const { csvLine } = await import('../../src/predictions/rows/csv.ts');
        const shown = records.filter((record) => record.length > 1 || record[0] !== '');
        const first = shown[0]?.[0];
        fc.pre(first === undefined || !first.startsWith('\ufeff'));
        const text = shown.map((record) => csvLine(record)).join('');
        assert.deepEqual(await collect(csvRecords(inPieces(text, size))), shown);
      },
    ),
    { numRuns: 50 },
  );
});

test('a schema is learnt from a sample', async () => {
  const rows = Array.from(
    { length: 40 },
    (_none, at) => `${20 + at},${at / 10},${at % 2 ? 'gold' : 'free'},note ${at}`,
  );
  const text = ['age,usage,plan,note', ...rows, ',,,'].join('\n');
  assert.deepEqual(await learnSchema(csvRecords(inPieces(text, 50)), { margin: 0.1 }), {
    features: [
      { name: 'age', min: 16, max: 63 },
      { name: 'usage', min: -0.39, max: 4.29 },
      { name: 'plan', type: 'text', categories: ['free', 'gold'] },
      { name: 'note', type: 'text' },
    ],
  });
});
