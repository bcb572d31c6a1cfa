import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseModelName } from '../../src/api/index.ts';
import { putOf } from '../kit/temporary-home.ts';
import { MODEL, serveHome } from './server-kit.ts';

const NAME = parseModelName('acme/churn');

test('the same question gets the answer of now, whoever changed what it is about', async (t) => {
  const served = await serveHome(t);
  await served.withOwner(({ versions }) => versions.put(putOf('acme/churn', { 'w.bin': 'weights' })));
  const token = await served.tokenOf('admin');
  const ask = (headers: Record<string, string> = {}) => served.call(MODEL, { token, headers });

  const first = await ask();
  const again = await ask();
  assert.deepEqual(
    [first.status, again.text, again.headers['etag']],
    [200, first.text, first.headers['etag']],
  );
  assert.equal((await ask({ 'if-none-match': String(first.headers['etag']) })).status, 304);

  await served.call(MODEL, { method: 'PATCH', token, json: { description: 'by the server' } });
  assert.equal((await ask()).json['description'], 'by the server');

  // Another process writes to the same home.
  await served.withOwner(({ models }) => models.configure({ model: NAME, description: 'by its owner' }));
  const last = await ask();
  assert.equal(last.json['description'], 'by its owner');
  assert.notEqual(last.headers['etag'], first.headers['etag']);
});

test('what one caller was shown is not shown to another who may not see it', async (t) => {
  const served = await serveHome(t);
  await served.withOwner(({ versions }) => versions.put(putOf('acme/churn', { 'w.bin': 'weights' })));
  const admin = await served.tokenOf('admin');
  assert.equal((await served.call(MODEL, { token: admin })).status, 200);
  assert.equal((await served.call(MODEL, { token: await served.tokenOf() })).status, 404);
  assert.equal((await served.call(MODEL)).status, 401);
});

test('an address that was refused is refused again, and a long one is answered all the same', async (t) => {
  const served = await serveHome(t);
  const token = await served.tokenOf('admin');
  for (let round = 0; round < 2; round++) {
    assert.equal((await served.call('/api/v1/models/acme/Not%20a%20name', { token })).status, 400);
    assert.equal((await served.call(`${MODEL}?unknown=1`, { token })).status, 400);
    assert.equal((await served.call(`/api/v1/models/acme/${'x'.repeat(600)}`, { token })).status, 400);
  }
});
