// The contract of the nouns of access: what every StrongroomApi does with principals, roles, grants and tokens.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseModelName, parseNamespaceName, parsePrincipalId } from '../../src/api/index.ts';
import { utf8Text } from '../../src/bytes/index.ts';
import type { OpenApi } from './strongroom-api.ts';

const ada = parsePrincipalId('user:ada');
const ci = parsePrincipalId('service-account:ci');
const acme = parseNamespaceName('acme');
const churn = parseModelName('acme/churn');

export function testAccessApi(name: string, open: OpenApi): void {
  suite(`AccessApi: ${name}`, () => {
    testPrincipals(open);
    testRoles(open);
    testGrants(open);
    testTokens(open);
    testWorkloads(open);
  });
}

function testPrincipals(open: OpenApi): void {
  test('a user is invited once, and the name stays taken', async (t) => {
    const api = await open(t);
    const { user, invitation } = await api.users.invite({ name: 'ada', displayName: 'Ada L.' });
    assert.deepEqual([user.id, user.state, user.displayName], [ada, 'invited', 'Ada L.']);
    assert.match(utf8Text(invitation.token.expose()) ?? '', /^sri_[0-9A-Za-z]{38}$/);
    assert.ok(Date.parse(invitation.expiresAt) > Date.now());
    await assert.rejects(api.users.invite({ name: 'ada' }), { code: 'USER_EXISTS' });
    assert.deepEqual(await api.users.get({ name: 'ada' }), user);
    assert.ok((await api.users.list()).some(({ id }) => id === ada));
    await assert.rejects(api.users.get({ name: 'eve' }), { code: 'USER_MISSING' });
  });

  test('a user is called and reached otherwise, disabled and enabled', async (t) => {
    const api = await open(t);
    await api.users.invite({ name: 'ada' });
    const named = await api.users.configure({ name: 'ada', email: 'ada@example.org' });
    assert.equal(named.email, 'ada@example.org');
    assert.equal((await api.users.disable({ name: 'ada' })).state, 'disabled');
    assert.notEqual((await api.users.enable({ name: 'ada' })).state, 'disabled');
    await assert.rejects(api.users.disable({ name: 'eve' }), { kind: 'missing' });
  });

  test('a service account is made, disabled and enabled', async (t) => {
    const api = await open(t);
    const made = await api.serviceAccounts.create({ name: 'ci', description: 'the build' });
    assert.deepEqual([made.id, made.state, made.description], [ci, 'active', 'the build']);
    await assert.rejects(api.serviceAccounts.create({ name: 'ci' }), { code: 'SERVICE_ACCOUNT_EXISTS' });
    assert.equal((await api.serviceAccounts.disable({ name: 'ci' })).state, 'disabled');
    assert.equal((await api.serviceAccounts.enable({ name: 'ci' })).state, 'active');
    assert.deepEqual(await api.serviceAccounts.get({ name: 'ci' }), made);
    assert.deepEqual(
      (await api.serviceAccounts.list()).map(({ id }) => id),
      [ci],
    );
  });
}

function testRoles(open: OpenApi): void {
  test('a role of one’s own is made and changed, and removed when nobody holds it', async (t) => {
    const api = await open(t);
    const made = await api.roles.set({ name: 'tester', permissions: ['model:read', 'model:predict'] });
    assert.deepEqual([...made.permissions].sort(), ['model:predict', 'model:read']);
    const changed = await api.roles.set({
      name: 'tester',
      description: 'for tests',
      permissions: ['model:predict'],
    });
    assert.deepEqual([changed.permissions, changed.description], [['model:predict'], 'for tests']);
    await api.serviceAccounts.create({ name: 'ci' });
    const { id } = await api.grants.create({ principal: ci, role: 'tester', on: acme });
    await assert.rejects(api.roles.remove({ name: 'tester' }), { code: 'ROLE_IN_USE' });
    await api.grants.remove({ id });
    await api.roles.remove({ name: 'tester' });
    await assert.rejects(api.roles.remove({ name: 'tester' }), { code: 'ROLE_MISSING' });
  });

  test('built-in roles are there and stay as they are', async (t) => {
    const api = await open(t);
    const names = (await api.roles.list()).filter(({ isBuiltIn }) => isBuiltIn).map(({ name }) => name);
    for (const name of ['viewer', 'predictor', 'developer', 'publisher', 'approver', 'admin', 'auditor'])
      assert.ok(names.includes(name), name);
    await assert.rejects(api.roles.set({ name: 'viewer', permissions: [] }), { code: 'ROLE_BUILT_IN' });
    await assert.rejects(api.roles.remove({ name: 'viewer' }), { code: 'ROLE_BUILT_IN' });
  });
}

function testGrants(open: OpenApi): void {
  test('a grant is given, renewed, found by its holder and its place, and taken away', async (t) => {
    const api = await open(t);
    await api.serviceAccounts.create({ name: 'ci' });
    const given = await api.grants.create({ principal: ci, role: 'developer', on: acme });
    assert.deepEqual(
      [given.principal, given.role, given.on, given.expiresAt],
      [ci, 'developer', acme, undefined],
    );
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const renewed = await api.grants.create({ principal: ci, role: 'developer', on: acme, expiresAt });
    assert.deepEqual([renewed.id, renewed.expiresAt], [given.id, expiresAt]);
    assert.deepEqual(
      (await api.grants.list({ principal: ci })).map(({ id }) => id),
      [given.id],
    );
    const above = await api.grants.list({ on: churn });
    assert.ok(
      above.some(({ id }) => id === given.id),
      'a grant above the place is seen from it',
    );
    await api.grants.remove({ id: given.id });
    assert.deepEqual(await api.grants.list({ principal: ci }), []);
    await assert.rejects(api.grants.remove({ id: given.id }), { code: 'GRANT_MISSING' });
  });

  test('nobody is granted something who is not there, nor a role that is not', async (t) => {
    const api = await open(t);
    const nobody = { principal: parsePrincipalId('user:nobody'), role: 'viewer', on: acme };
    await assert.rejects(api.grants.create(nobody), { kind: 'missing' });
    await api.serviceAccounts.create({ name: 'ci' });
    await assert.rejects(api.grants.create({ principal: ci, role: 'emperor', on: acme }), {
      code: 'ROLE_MISSING',
    });
  });
}

function testTokens(open: OpenApi): void {
  test('a token is shown once, listed without its secret, and revoked', async (t) => {
    const api = await open(t);
    await api.serviceAccounts.create({ name: 'ci' });
    const ceiling = { permissions: ['model:read'], places: [churn] } as const;
    const { token, secret } = await api.tokens.create({
      name: 'deploy',
      owner: ci,
      ceiling,
      addresses: ['10.0.0.0/8'],
    });
    const text = utf8Text(secret.expose()) ?? '';
    assert.match(text, /^srs_[0-9A-Za-z]{38}$/);
    assert.deepEqual([token.owner, token.name, token.addresses], [ci, 'deploy', ['10.0.0.0/8']]);
    assert.deepEqual(token.ceiling, ceiling);
    const days = (Date.parse(token.expiresAt) - Date.parse(token.createdAt)) / 86_400_000;
    assert.equal(Math.round(days), 90);
    const listed = await api.tokens.list({ owner: ci });
    assert.deepEqual(
      listed.map(({ id }) => id),
      [token.id],
    );
    assert.ok(!JSON.stringify(listed).includes(text));
    await api.tokens.revoke({ id: token.id });
    assert.deepEqual(await api.tokens.list({ owner: ci }), []);
  });

  test('a token that would live too long is refused', async (t) => {
    const api = await open(t);
    await api.serviceAccounts.create({ name: 'ci' });
    const expiresAt = new Date(Date.now() + 400 * 86_400_000).toISOString();
    await assert.rejects(api.tokens.create({ name: 'forever', owner: ci, expiresAt }), { kind: 'invalid' });
  });
}

function testWorkloads(open: OpenApi): void {
  test('a workload rule is made, changed and removed; one that lets in anybody is refused', async (t) => {
    const api = await open(t);
    const rule = {
      name: 'ci',
      issuer: 'https://token.actions.githubusercontent.com',
      audience: 'strongroom',
      claims: { repository_id: '4711' },
    };
    const made = await api.workloads.set(rule);
    assert.deepEqual([made.name, made.claims], ['ci', { repository_id: '4711' }]);
    const changed = await api.workloads.set({
      ...rule,
      claims: { repository_id: '4712' },
      tokenSeconds: 120,
    });
    assert.deepEqual([changed.claims, changed.tokenSeconds], [{ repository_id: '4712' }, 120]);
    assert.deepEqual(await api.workloads.list(), [changed]);
    await assert.rejects(api.workloads.set({ ...rule, name: 'wide', claims: { ref: '*' } }), {
      code: 'WORKLOAD_RULE_WIDE',
    });
    await api.workloads.remove({ name: 'ci' });
    assert.deepEqual(await api.workloads.list(), []);
  });
}
