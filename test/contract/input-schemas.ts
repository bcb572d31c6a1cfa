// The contract of StrongroomApi about what operators say of models' inputs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type InputSchema, parseModelName } from '../../src/api/index.ts';
import { putOf } from '../kit/temporary-home.ts';
import type { OpenApi } from './strongroom-api.ts';

const model = parseModelName('acme/churn');
const SCHEMA: InputSchema = {
  features: [
    { name: 'age', type: 'integer', unit: 'years', min: 0, max: 120.5 },
    { name: 'plan', categories: ['gold', 'free'] },
  ],
  maxRows: 100,
  labels: ['stays', 'leaves'],
};

export function testInputSchemas(open: OpenApi): void {
  test('the schema of a version counts before that of its model', async (t) => {
    const api = await open(t);
    for (const content of ['a', 'b']) await api.versions.put(putOf('acme/churn', { 'm.bin': content }));
    await assert.rejects(api.schemas.get({ model }), { code: 'SCHEMA_MISSING' });
    const set = await api.schemas.set({ model, schema: SCHEMA });
    assert.deepEqual([set.model, set.version, set.schema], [model, undefined, SCHEMA]);
    const own = { features: [{ name: 'age' }] };
    await api.schemas.set({ model, version: 2, schema: own });
    await api.schemas.set({ model, version: 2, schema: { ...own, maxRows: 5 } });
    assert.deepEqual((await api.schemas.get({ model })).schema, SCHEMA);
    assert.deepEqual((await api.schemas.get({ model, version: 1 })).schema, SCHEMA);
    assert.deepEqual((await api.schemas.get({ model, version: 2 })).schema, { ...own, maxRows: 5 });
    await assert.rejects(api.schemas.remove({ model, version: 1 }), { code: 'SCHEMA_MISSING' });
    await api.schemas.remove({ model, version: 2 });
    assert.deepEqual((await api.schemas.get({ model, version: 2 })).schema, SCHEMA);
  });

  test('a schema does not outlive its model or version', async (t) => {
    const api = await open(t);
    await assert.rejects(api.schemas.set({ model, schema: SCHEMA }), { kind: 'missing' });
    for (const content of ['a', 'b']) await api.versions.put(putOf('acme/churn', { 'm.bin': content }));
    await api.schemas.set({ model, version: 2, schema: SCHEMA });
    await api.versions.remove({ model, version: 2 });
    await assert.rejects(api.schemas.get({ model, version: 2 }), { kind: 'missing' });
    await api.schemas.set({ model, schema: SCHEMA });
    await api.models.remove({ model });
    await api.versions.put(putOf('acme/churn', { 'm.bin': 'c' }));
    await assert.rejects(api.schemas.get({ model }), { code: 'SCHEMA_MISSING' });
  });

  test('a schema that contradicts itself is refused', async (t) => {
    const api = await open(t);
    await api.versions.put(putOf('acme/churn', { 'm.bin': 'a' }));
    const bad: readonly InputSchema[] = [
      { features: [{ name: 'a' }, { name: 'a' }] },
      { features: [{ name: 'a', min: 2, max: 1 }] },
      { features: [{ name: 'a', min: 0, categories: ['x'] }] },
      { features: Array.from({ length: 2000 }, (_none, at) => ({ name: `feature number ${at}` })) },
    ];
    for (const schema of bad)
      await assert.rejects(api.schemas.set({ model, schema }), { code: 'SCHEMA_INVALID' });
  });
}
