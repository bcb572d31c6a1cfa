// What is decided about a question over HTTP, and when: who may ask before it is read, and which version is meant once.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { parseAliasName, parseModelName } from '../../src/api/index.ts';
import { doublingModel } from '../kit/onnx-builder.ts';
import { putOf } from '../kit/temporary-home.ts';
import { serveHome } from './server-kit.ts';

const DIGITS = join(import.meta.dirname, '../../examples/digits/run-2/digits.onnx');
const V2 = '/v2/models/acme/digits';
const PREDICT = '/predict/acme/digits';

test('rows that stream are answered to the end by the version that the alias named when they began', async (t) => {
  const served = await serveHome(t);
  const model = parseModelName('acme/moving');
  const alias = parseAliasName('production');
  await served.withOwner(async (api) => {
    await api.versions.put(putOf(model, { 'model.onnx': doublingModel() }, { aliases: [alias] }));
    await api.versions.put(putOf(model, { 'digits.onnx': readFileSync(DIGITS) }));
  });
  const token = await served.tokenOf('predictor');
  const [firstAnswers, rest] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
  const answered = served.call(`/predict/${model}:${alias}`, {
    method: 'POST',
    token,
    headers: { 'content-type': 'application/x-ndjson' },
    body: Readable.from(
      (async function* () {
        yield '[1,2,3]\n'.repeat(256);
        await rest.promise;
        yield '[4,5,6]\n';
      })(),
    ),
    onAnswer: () => {
      firstAnswers.resolve(undefined);
    },
  });
  await firstAnswers.promise;
  await served.withOwner((api) => api.aliases.set({ model, alias, version: 2 }));
  rest.resolve(undefined);
  const { text } = await answered;
  assert.equal(text.trimEnd().split('\n').length, 257);
  assert.doesNotMatch(text, /problem/);
});

test('who may not ask is refused before a byte of the question is read', async (t) => {
  const served = await serveHome(t);
  await served.withOwner(async (api) => {
    await api.versions.put(putOf('acme/digits', { 'digits.onnx': readFileSync(DIGITS) }));
  });
  const [nobody, viewer, predictor] = [
    await served.tokenOf(),
    await served.tokenOf('viewer'),
    await served.tokenOf('predictor'),
  ];
  // The length is told, and nothing follows: whoever waits for it has no answer.
  const announced = { 'content-length': '1000', 'content-type': 'application/json' };
  for (const path of [`${V2}/infer`, `${V2}/versions/1/infer`, PREDICT, '/predict/acme~digits']) {
    for (const [token, status, code] of [
      [nobody, 404, 'MODEL_MISSING'],
      [viewer, 403, 'ACCESS_DENIED'],
    ] as const) {
      const answer = await served.announce(path, { token, headers: announced });
      assert.deepEqual([path, answer.status, answer.json['code']], [path, status, code]);
    }
  }
  // What is wrong with a question is said to those who may ask.
  const broken = { method: 'POST', body: 'no gzip', headers: { 'content-encoding': 'gzip' } };
  assert.equal((await served.call(PREDICT, { ...broken, token: viewer })).status, 403);
  assert.equal((await served.call(PREDICT, { ...broken, token: predictor })).status, 400);
  const refused = await served.withOwner((api) => api.audit.search({ action: 'model:predict', limit: 50 }));
  assert.equal(refused.filter(({ outcome }) => outcome === 'refused').length, 9);
});
