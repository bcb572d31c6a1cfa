// What is decided about a question over HTTP, and when: who may ask before it is read, and which version is meant once.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { parseAliasName, parseModelName, ROUTES, type Route } from '../../src/api/index.ts';
import { doublingModel } from '../kit/onnx-builder.ts';
import { putOf } from '../kit/temporary-home.ts';
import { serveHome } from './server-kit.ts';

const DIGITS = join(import.meta.dirname, '../../examples/digits/run-2/digits.onnx');
const V2 = '/v2/models/acme/digits';
const PREDICT = '/predict/acme/digits';

/** The length is told, and nothing follows: whoever waits for it has no answer. */
const announced = (length: string) => ({ 'content-length': length, 'content-type': 'application/json' });

test('rows that stream are answered to the end by the version that the alias named when they began', async (t) => {
  // Whoever streams waits for the alias here, however long that takes.
  const served = await serveHome(t, { limits: { bodyWindowMs: 120_000 } });
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

/** A model that is served, and callers who may do nothing with it, see it, and ask it. */
async function serveDigits(t: TestContext) {
  const served = await serveHome(t);
  await served.withOwner(async (api) => {
    await api.versions.put(putOf('acme/digits', { 'digits.onnx': readFileSync(DIGITS) }));
  });
  return {
    served,
    nobody: await served.tokenOf(),
    viewer: await served.tokenOf('viewer'),
    predictor: await served.tokenOf('predictor'),
  };
}

test('who may not ask is refused before a byte of the question is read', async (t) => {
  const { served, nobody, viewer, predictor } = await serveDigits(t);
  for (const path of [`${V2}/infer`, `${V2}/versions/1/infer`, PREDICT, '/predict/acme~digits']) {
    for (const [token, status, code] of [
      [nobody, 404, 'MODEL_MISSING'],
      [viewer, 403, 'ACCESS_DENIED'],
    ] as const) {
      const answer = await served.announce(path, { token, headers: announced('1000') });
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

test('who may not load, unload or list models is refused before a byte of the body is read', async (t) => {
  const { served, nobody, viewer, predictor } = await serveDigits(t);
  const MODELS = '/v2/repository/models/acme/digits';
  // Neither a body that never comes nor one that is too large is waited for.
  for (const length of ['1000', '1000000000']) {
    for (const [path, token, status, code] of [
      [`${MODELS}/load`, nobody, 404, 'MODEL_MISSING'],
      [`${MODELS}/load`, viewer, 403, 'ACCESS_DENIED'],
      [`${MODELS}/unload`, nobody, 404, 'MODEL_MISSING'],
      [`${MODELS}/unload`, predictor, 403, 'ACCESS_DENIED'],
      ['/v2/repository/models/acme~digits/unload', predictor, 403, 'ACCESS_DENIED'],
      ['/v2/repository/index', viewer, 403, 'ACCESS_DENIED'],
    ] as const) {
      const answer = await served.announce(path, { token, headers: announced(length) });
      assert.deepEqual([path, answer.status, answer.json['code']], [path, status, code]);
    }
  }
  const allowed = await served.announce('/v2/repository/index', {
    token: predictor,
    headers: announced('1000000000'),
  });
  assert.equal(allowed.json['code'], 'INPUT_TOO_LARGE');
  const refused = await served.withOwner((api) =>
    api.audit.search({ action: 'model:configure', outcome: 'refused' }),
  );
  assert.equal(refused.length, 6, 'and each refusal is on the record');
});

test('whatever of predictions has a body asks for the grant first', async (t) => {
  const served = await serveHome(t);
  const nobody = await served.tokenOf();
  const withBody = Object.values<Route>(ROUTES.inference).filter(({ words }) => words.method === 'POST');
  assert.ok(withBody.length >= 5);
  for (const { words } of withBody) {
    const path = words.path.replace('{namespace}', 'acme').replace('{model}', 'digits');
    const { status } = await served.announce(path, { token: nobody, headers: announced('1000') });
    assert.ok(status === 403 || status === 404, `${path} answers ${status}`);
  }
});

test('what is for no caller at all is refused before a byte of it is read', async (t) => {
  const served = await serveHome(t);
  for (const path of ['/v2/systemsharedmemory/region/r/register', '/v2/logging']) {
    const answer = await served.announce(path, { headers: announced('1000') });
    assert.equal(answer.json['code'], 'PREDICTION_UNSUPPORTED');
  }
});
