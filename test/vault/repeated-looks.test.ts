import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseModelName, parseNamespaceName } from '../../src/api/index.ts';
import { openStrongroom } from '../../src/open/index.ts';
import { RepeatedLooks } from '../../src/vault/repeated-looks.ts';
import { putOf, temporaryHome } from '../kit/temporary-home.ts';

const MODEL = parseModelName('acme/churn');

test('the first look has an entry of its own, and those that follow it one with their number', async (t) => {
  const { home, strongroom } = await temporaryHome(t);
  await strongroom.api.versions.put(putOf('acme/churn', { 'notes.txt': 'text' }));
  for (let turn = 0; turn < 5; turn++) await strongroom.api.models.get({ model: MODEL });
  await strongroom.api.namespaces.get({ name: parseNamespaceName('acme') });
  await strongroom.close();
  await using again = await openStrongroom({ home });
  const looks = await again.api.audit.search({ action: 'model:read' });
  assert.deepEqual(
    looks.map(({ resource, outcome, calls }) => [resource, outcome, calls]),
    [
      ['acme/churn', 'done', 4],
      ['acme/churn', 'done', undefined],
    ],
  );
  const others = await again.api.audit.search({ action: 'namespace:read' });
  assert.deepEqual(
    others.map(({ calls }) => calls),
    [undefined],
  );
});

test('a look that fails has an entry each time', async (t) => {
  const { strongroom } = await temporaryHome(t);
  const { models, audit } = strongroom.api;
  for (let turn = 0; turn < 3; turn++)
    await assert.rejects(models.get({ model: MODEL }), { code: 'MODEL_MISSING' });
  const looks = await audit.search({ action: 'model:read' });
  assert.deepEqual(
    looks.map(({ outcome, code }) => [outcome, code]),
    Array.from({ length: 3 }, () => ['failed', 'MODEL_MISSING']),
  );
});

test('looks of many callers are counted apart', async (t) => {
  const { strongroom } = await temporaryHome(t);
  await strongroom.api.versions.put(putOf('acme/churn', { 'notes.txt': 'text' }));
  const as = (address: string) => strongroom.apiFor({ type: 'local', id: 'local', address });
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.1'])
    await as(address).models.get({ model: MODEL });
  const looks = await strongroom.api.audit.search({ action: 'model:read' });
  assert.equal(new Set(looks.map(({ caller }) => caller?.address)).size, 2);
  assert.equal(looks.length, 2);
});

test('nobody sees anything before the first look is on the record, and where it cannot be, nobody does', async () => {
  const looks = new RepeatedLooks();
  const counted: number[] = [];
  const repeated = (calls: number): void => void counted.push(calls);
  const gate = Promise.withResolvers<undefined>();
  let seen = 0;
  const two = [1, 2].map(() =>
    looks.look('kind', { first: () => gate.promise.then(() => undefined), repeated }).then(() => seen++),
  );
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(seen, 0);
  gate.reject(new Error('the disk is full'));
  for (const each of two) await assert.rejects(each, /the disk is full/);
  assert.equal(seen, 0);
  await looks.look('kind', { first: () => Promise.resolve(), repeated });
  await looks.look('kind', { first: () => Promise.reject(new Error('it is on the record')), repeated });
  looks.close();
  assert.deepEqual(counted, [1]);
});

test('more kinds than are counted at a time make room, and none is lost', async () => {
  const looks = new RepeatedLooks();
  let [first, repeated] = [0, 0];
  const look = {
    first: () => {
      first++;
      return Promise.resolve();
    },
    repeated: (calls: number) => void (repeated += calls),
  };
  for (let kind = 0; kind < 5000; kind++) {
    await looks.look(`kind ${kind}`, look);
    await looks.look(`kind ${kind}`, look);
  }
  looks.close();
  assert.deepEqual([first, repeated], [5000, 5000]);
});
