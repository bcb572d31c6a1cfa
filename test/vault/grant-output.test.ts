// How much of predictions a grant lets out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rightsFrom } from '../../src/access/rights.ts';
import {
  type Ceiling,
  formatOutputPolicy,
  GRANTED_OUTPUT,
  type Permission,
  parseModelName,
  parseNamespaceName,
  parseOutputPolicy,
} from '../../src/api/index.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { refusal, sharedHome } from './access-kit.ts';

const ACME = parseNamespaceName('acme');
const CHURN = parseModelName('acme/churn');

/** What grants `role output` on a model let out, where `raw` may predict raw and `predict` may not. */
function shown(grants: readonly string[], ceiling?: Ceiling): string | undefined {
  const rights = rightsFrom(
    grants.map((words) => {
      const [role = '', output] = words.split(' ');
      const permissions = new Set<Permission>(['model:read']);
      if (role !== 'look') permissions.add('model:predict');
      if (role === 'raw') permissions.add('model:predict-raw');
      return { rule: words, on: ACME, permissions, ...(output && { output: parseOutputPolicy(output) }) };
    }),
    { now: '2026-01-01T00:00:00.000Z', ceiling },
  );
  const policy = rights.outputOn(CHURN);
  return policy && formatOutputPolicy(policy);
}

test('a grant that says nothing lets out rounded answers, one of raw predictions everything', () => {
  assert.equal(shown(['look']), undefined);
  assert.equal(shown(['predict']), formatOutputPolicy(GRANTED_OUTPUT));
  assert.equal(shown(['raw']), 'full');
});

test('of several grants the strictest holds, unless one gives raw predictions without a policy', () => {
  assert.equal(shown(['predict top-3', 'predict round-1']), 'top-3+round-1');
  assert.equal(shown(['predict full', 'predict label']), 'label');
  assert.equal(shown(['raw label', 'predict full']), 'label');
  assert.equal(shown(['raw', 'predict label']), 'full');
});

test('a token that may not predict raw sees no more than the grants to predict let out', () => {
  assert.equal(shown(['raw', 'predict top-1'], { permissions: ['model:predict'] }), 'top-1+round-3');
  assert.equal(shown(['raw'], { permissions: ['model:read'] }), undefined);
});

test('a grant keeps its policy in one form, and through a renewal that names none', async (t) => {
  const { owner, program } = await sharedHome(t);
  const shop = await program('shop');
  const grant = { principal: shop.id, role: 'predictor', on: CHURN };
  assert.equal((await owner.grants.create({ ...grant, output: 'round-2+top-1' })).output, 'top-1+round-2');
  assert.equal((await owner.grants.create(grant)).output, 'top-1+round-2');
  assert.equal((await owner.grants.create({ ...grant, output: 'full' })).output, 'full');
  assert.equal((await owner.grants.list({ principal: shop.id })).length, 1);
});

test('refuses a policy that is none, and one for a role that lets nobody predict', async (t) => {
  const { owner, program } = await sharedHome(t);
  const { id: principal } = await program('shop');
  const create = (role: string, output: string) => owner.grants.create({ principal, role, on: ACME, output });
  await assert.rejects(create('predictor', 'top-zero'), withCode('OUTPUT_POLICY_INVALID'));
  await assert.rejects(create('viewer', 'label'), withCode('GRANT_INVALID'));
});

test('nobody hands on more of predictions than they see, nor tightens what they could not take away', async (t) => {
  const { owner, program } = await sharedHome(t);
  const permissions = ['model:read', 'model:predict', 'grant:read', 'grant:create'] as const;
  await owner.roles.set({ name: 'lender', permissions });
  const lender = await program('lender');
  await owner.grants.create({ principal: lender.id, role: 'lender', on: ACME, output: 'top-3+round-2' });
  const shop = await program('shop');
  const lend = (output?: string) =>
    lender.api.grants.create({
      principal: shop.id,
      role: 'predictor',
      on: CHURN,
      ...(output !== undefined && { output }),
    });
  for (const output of ['full', 'round-2', 'top-4+round-2', undefined]) {
    assert.equal((await refusal(lend(output))).code, 'GRANT_EXCEEDS');
  }
  assert.equal((await lend('top-2+round-2')).output, 'top-2+round-2');
  assert.equal((await refusal(lend('label'))).code, 'ACCESS_DENIED');
  assert.equal((await owner.grants.list({ principal: shop.id }))[0]?.output, 'top-2+round-2');
});
