// Predictions over HTTP with the real digits: what is answered, and that whatever comes in is answered in good order.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parseAliasName, parseModelName } from '../../src/api/index.ts';
import { putOf } from '../kit/temporary-home.ts';
import { type Answer, type Call, type ServedHome, serveHome } from './server-kit.ts';

const DIGITS = join(import.meta.dirname, '../../examples/digits');
const [, ...LINES] = readFileSync(join(DIGITS, 'holdout.csv'), 'utf8').trimEnd().split('\n');
/** Labels and pixels of the first images. */
const HELD = LINES.slice(0, 5).map((line) => line.split(',').map(Number));
const PIXELS = HELD.map(([, ...pixels]) => pixels.map((pixel) => pixel / 16));
const [FIRST = []] = PIXELS;
const NAMES = FIRST.map((_none, at) => `p${at}`);
/** A document before one text in binary, which is only a length. */
const TEXTS = Buffer.from(
  '{"inputs":[{"name":"pixels","datatype":"BYTES","shape":[1],"parameters":{"binary_data_size":4}}]}',
);
const V2 = '/v2/models/acme/digits';
const PREDICT = '/predict/acme/digits';

interface Output {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Said {
  readonly label: number;
  readonly score: number;
  readonly probabilities: Readonly<Record<string, number>>;
}

const pixels = (change: object = {}): object => ({
  name: 'pixels',
  datatype: 'FP32',
  shape: [1, 64],
  data: FIRST,
  ...change,
});

suite('predictions over HTTP', () => {
  let served: ServedHome;
  let token: string;
  const cleanUp: (() => Promise<void> | void)[] = [];

  before(async () => {
    served = await serveHome(
      { after: (work) => void cleanUp.push(work as () => Promise<void>) },
      { config: { STRONGROOM_RATES_PREDICT_PER_MINUTE: '10000' } },
    );
    await served.withOwner(async (api) => {
      const files = { 'digits.onnx': readFileSync(join(DIGITS, 'run-2/digits.onnx')) };
      await api.versions.put(putOf('acme/digits', files, { aliases: [parseAliasName('production')] }));
      const features = NAMES.map((name) => ({ name, min: 0, max: 1 }));
      await api.schemas.set({ model: parseModelName('acme/digits'), schema: { features, maxRows: 500 } });
      await api.versions.put(putOf('acme/nothing', { 'weights.bin': 'no model' }));
    });
    token = await served.tokenOf('predictor');
  });
  test.after(async () => {
    for (const work of cleanUp.reverse()) await work();
  });

  const ask = (path: string, call: Call = {}): Promise<Answer> =>
    served.call(path, { token, method: 'POST', ...call });
  const infer = (inputs: readonly object[], rest: object = {}): Promise<Answer> =>
    ask(`${V2}/infer`, { json: { inputs, ...rest } });

  test('health needs no credentials, everything else does', async () => {
    assert.deepEqual((await served.call('/v2/health/live')).json, { live: true });
    assert.deepEqual((await served.call('/v2/health/ready')).json, { live: true, ready: true });
    for (const path of ['/v2', '/v2/models', V2, '/v2/models/stats'])
      assert.equal((await served.call(path)).status, 401, path);
    const { status, json } = await served.call(`${V2}/infer`, { method: 'POST', json: {} });
    assert.deepEqual([status, json['code'], typeof json['error']], [401, 'CREDENTIALS_MISSING', 'string']);
  });

  test('a token is taken as the password of Basic, for predictions only', async () => {
    const headers = { authorization: `Basic ${Buffer.from(`anybody:${token}`).toString('base64')}` };
    assert.equal((await served.call(V2, { headers })).status, 200);
    assert.equal((await served.call('/api/v1/models', { headers })).status, 401);
    const wrong = { authorization: `Basic ${Buffer.from('anybody:srs_wrong').toString('base64')}` };
    assert.equal((await served.call(V2, { headers: wrong })).status, 401);
    assert.equal((await served.call(V2, { headers: { authorization: 'Basic %%%' } })).status, 401);
  });

  test('a model goes by each form of its name', async () => {
    const forms = [
      ['acme/digits', 'acme/digits'],
      ['acme/digits/versions/1', 'acme/digits'],
      ['acme/digits:production', 'acme/digits:production'],
      ['acme/digits@1', 'acme/digits'],
      ['acme~digits', 'acme~digits'],
      ['acme~digits:production', 'acme~digits:production'],
      ['acme%2Fdigits', 'acme/digits'],
      ['acme~digits/versions/1', 'acme~digits'],
    ];
    for (const [form, name] of forms) {
      const { status, json } = await served.call(`/v2/models/${form}`, { token });
      assert.deepEqual([form, status, json['name'], json['platform']], [form, 200, name, 'onnx_onnxv1']);
      assert.deepEqual(json['inputs'], [{ name: 'pixels', datatype: 'FP32', shape: [-1, 64] }]);
      const answer = await ask(`/v2/models/${form}/infer`, { json: { inputs: [pixels()] } });
      assert.deepEqual(
        [answer.status, answer.json['model_name'], answer.json['model_version']],
        [200, name, '1'],
      );
    }
    assert.equal((await served.call('/v2/models/acme/digits:production/versions/1', { token })).status, 400);
    assert.equal((await served.call('/v2/models/acme/digits/versions/7', { token })).status, 404);
    assert.equal((await served.call('/v2/models/Acme/digits', { token })).status, 400);
  });

  test('tensors as JSON and in binary come to the same, packed or not', async () => {
    const outputs = (await infer([pixels()], { id: '7' })).json['outputs'] as readonly Output[];
    assert.deepEqual(
      outputs.map(({ name }) => name),
      ['label', 'probabilities'],
    );
    assert.deepEqual(outputs[0]?.data, [HELD[0]?.[0]]);
    const json = Buffer.from(
      JSON.stringify({
        inputs: [{ name: 'pixels', datatype: 'FP32', shape: [1, 64], parameters: { binary_data_size: 256 } }],
        outputs: [{ name: 'probabilities', parameters: { binary_data: true } }],
      }),
    );
    const body = Buffer.concat([json, Buffer.from(new Float32Array(FIRST).buffer)]);
    const headers = { 'inference-header-content-length': String(json.length) };
    for (const call of [
      { body, headers },
      { body: gzipSync(body), headers: { ...headers, 'content-encoding': 'gzip' } },
    ]) {
      const answer = await ask(`${V2}/infer`, call);
      assert.equal(answer.status, 200, answer.text);
      const length = Number(answer.headers['inference-header-content-length']);
      const floats = new Float32Array(
        answer.bytes.buffer.slice(
          answer.bytes.byteOffset + length,
          answer.bytes.byteOffset + answer.bytes.length,
        ),
      );
      assert.deepEqual([...floats], outputs[1]?.data);
    }
  });

  test('plain rows come to label, score and probabilities', async () => {
    const one = (await ask(PREDICT, { json: { features: FIRST } })).json as unknown as Said;
    assert.equal(one.label, HELD[0]?.[0]);
    assert.equal(one.score, one.probabilities[String(one.label)]);
    const all = await ask('/predict/acme~digits:production', {
      json: { features: PIXELS, version: undefined },
    });
    const predictions = all.json['predictions'] as readonly Said[];
    assert.deepEqual(predictions[0], {
      label: one.label,
      score: one.score,
      probabilities: one.probabilities,
    });
    assert.deepEqual(
      predictions.map(({ label }) => label),
      HELD.map(([label]) => label),
    );
    const named = Object.fromEntries(NAMES.map((name, at) => [name, FIRST[at]]));
    assert.deepEqual((await ask(PREDICT, { json: { rows: [named], version: 1 } })).json['predictions'], [
      predictions[0],
    ]);
    assert.equal((await ask(`${PREDICT}@1`, { json: { features: FIRST, version: 2 } })).status, 400);
  });

  test('CSV and lines of JSON stream through', async () => {
    const csv = [NAMES, ...PIXELS].map((row) => row.join(',')).join('\n');
    const asCsv = await ask(PREDICT, { body: csv, headers: { 'content-type': 'text/csv' } });
    assert.match(String(asCsv.headers['content-type']), /^text\/csv/);
    const [header, ...rows] = asCsv.text.trimEnd().split('\r\n');
    assert.equal(
      header,
      `label,score,${Array.from({ length: 10 }, (_none, at) => `probability_${at}`).join(',')}`,
    );
    assert.deepEqual(
      rows.map((row) => Number(row.split(',')[0])),
      HELD.map(([label]) => label),
    );
    const lines = Array.from({ length: 600 }, (_none, at) => `${JSON.stringify(PIXELS[at % 5])}\n`).join('');
    const headers = { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' };
    const asLines = await ask(PREDICT, { body: gzipSync(lines), headers });
    const said = asLines.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Said);
    assert.deepEqual(
      said.map(({ label }) => label),
      Array.from({ length: 600 }, (_none, at) => HELD[at % 5]?.[0]),
    );
  });

  test('what fails in the middle of a stream is said in its last line', async () => {
    const good = `${JSON.stringify(FIRST)}\n`;
    const headers = { 'content-type': 'application/x-ndjson' };
    const late = await ask(PREDICT, { body: `${good.repeat(300)}[1]\n`, headers });
    const lines = late.text.trimEnd().split('\n');
    assert.equal(lines.length, 257);
    assert.match(String(lines.at(-1)), /"problem":\{.*row 300 has 1 features/);
    const early = await ask(PREDICT, { body: '[1]\n', headers });
    assert.deepEqual([early.status, early.json['code']], [400, 'FEATURE_INVALID']);
  });

  const bad: Readonly<
    Record<string, readonly [call: Call & { readonly path?: string }, status: number, message: RegExp]>
  > = {
    'a wrong name': [{ json: { inputs: [pixels({ name: 'x' })] } }, 400, /no input "x"/],
    'a wrong datatype': [{ json: { inputs: [pixels({ datatype: 'FP64' })] } }, 400, /datatype is FP64/],
    'a wrong rank': [{ json: { inputs: [pixels({ shape: [64] })] } }, 400, /1 dimensions/],
    'a wrong shape': [
      { json: { inputs: [pixels({ shape: [1, 63], data: FIRST.slice(1) })] } },
      400,
      /dimension 1 is 63/,
    ],
    'a product of dimensions beyond all bounds': [
      { json: { inputs: [pixels({ shape: [2 ** 40, 2 ** 40] })] } },
      400,
      /"pixels"/,
    ],
    'a header length beyond the body': [
      { body: '{"inputs":[]}', headers: { 'inference-header-content-length': '5000' } },
      400,
      /5000 bytes, and the body has 13/,
    ],
    'lengths of texts outside of the body': [
      {
        body: Buffer.concat([TEXTS, Buffer.from([0xff, 0xff, 0xff, 0x7f])]),
        headers: { 'inference-header-content-length': String(TEXTS.length) },
      },
      400,
      /longer than what there is/,
    ],
    'shared memory': [
      { json: { inputs: [pixels({ data: undefined, parameters: { shared_memory_region: 'r' } })] } },
      400,
      /shared memory/,
    ],
    NaN: [
      { body: JSON.stringify({ inputs: [pixels()] }).replace('[0,', '[NaN,') },
      400,
      /element 0 is no finite/,
    ],
    'a value outside of its range': [
      { json: { inputs: [pixels({ data: FIRST.with(2, 1.5) })] } },
      400,
      /feature "p2", row 0: 1.5 is above 1/,
    ],
    'too many rows': [
      { json: { inputs: [pixels({ shape: [501, 64], data: Array.from({ length: 501 * 64 }, () => 0) })] } },
      400,
      /501 rows at once/,
    ],
    'an output that there is not': [
      { json: { inputs: [pixels()], outputs: [{ name: 'x' }] } },
      400,
      /no output "x"/,
    ],
    '10,000 inputs': [
      {
        json: { inputs: Array.from({ length: 10_000 }, (_none, at) => pixels({ name: `x${at}`, data: [] })) },
      },
      400,
      /inputs/,
    ],
    'a gzip bomb': [
      { body: gzipSync(Buffer.alloc(64 * 2 ** 20, ' ')), headers: { 'content-encoding': 'gzip' } },
      413,
      /larger than 8388608 bytes/,
    ],
    'what is no gzip': [{ body: '{}', headers: { 'content-encoding': 'gzip' } }, 400, /no gzip/],
    'an unknown encoding': [{ body: '{}', headers: { 'content-encoding': 'br' } }, 415, /gzip nor deflate/],
    'a body that is too large': [{ body: Buffer.alloc(9 * 2 ** 20, ' ') }, 413, /larger/],
    'no body': [{}, 400, /no JSON/],
    'load overrides': [
      {
        path: '/v2/repository/models/acme/digits/load',
        json: { parameters: { 'file:1/model.onnx': 'AAAA' } },
      },
      400,
      /as they are stored/,
    ],
    'a configuration with the load': [
      { path: '/v2/repository/models/acme/digits/load', json: { parameters: { config: '{}' } } },
      400,
      /as they are stored/,
    ],
    'shared memory by its address': [
      { path: '/v2/systemsharedmemory/region/r/register', json: {} },
      400,
      /shared memory/,
    ],
    'settings of the log': [{ path: '/v2/logging', json: { log_verbose_level: 9 } }, 400, /log/],
    'what is no model': [{ path: '/v2/models/acme/nothing/infer', json: { inputs: [] } }, 409, /./],
    'a model that is not there': [
      { path: '/v2/models/acme/other/infer', json: { inputs: [] } },
      404,
      /no model/,
    ],
    'an address that is not there': [{ path: '/v2/nothing' }, 404, /nothing at this address/],
  };
  for (const [what, [{ path = `${V2}/infer`, ...call }, status, message]] of Object.entries(bad)) {
    test(`refuses ${what}, and goes on`, async () => {
      const answer = await ask(path, call);
      assert.equal(answer.status, status, answer.text);
      assert.match(String(answer.json['error']), message);
      assert.equal(answer.json['requestId'], answer.headers['x-request-id']);
      assert.doesNotMatch(answer.text, /Gemm|node_|onnxruntime|\.ts:|\/home|stack/i);
      assert.equal((await infer([pixels()])).status, 200);
    });
  }

  test('refuses plain rows in a type that it does not know', async () => {
    const answer = await ask(PREDICT, { body: '<x/>', headers: { 'content-type': 'text/xml' } });
    assert.deepEqual([answer.status, answer.json['code']], [415, 'MEDIA_TYPE_UNSUPPORTED']);
  });

  test('what was asked is listed and counted', async () => {
    const index = await ask('/v2/repository/index', { body: '' });
    const rows = JSON.parse(index.text) as readonly { readonly name: string; readonly state: string }[];
    assert.deepEqual(rows.find(({ name }) => name === 'acme/digits')?.state, 'READY');
    const { model_stats: stats } = (await served.call(`${V2}/stats`, { token })).json as unknown as {
      readonly model_stats: readonly { readonly inference_count: number; readonly name: string }[];
    };
    assert.equal(stats[0]?.name, 'acme/digits');
    assert.ok(stats[0].inference_count > 600);
    assert.equal(
      (await served.call('/v2/repository/models/acme/digits/unload', { method: 'POST', token })).status,
      403,
    );
  });
});

test('predictions have a limit of their own', async (t) => {
  const served = await serveHome(t, { config: { STRONGROOM_RATES_PREDICT_PER_MINUTE: '3' } });
  const token = await served.tokenOf('predictor');
  const statuses: number[] = [];
  for (let count = 0; count < 6; count++)
    statuses.push((await served.call(PREDICT, { method: 'POST', token, json: { features: [1] } })).status);
  assert.ok(statuses.includes(404) && statuses.at(-1) === 429, statuses.join());
  assert.equal((await served.call('/v2/models', { token })).status, 200);
});
