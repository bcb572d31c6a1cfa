// The verbs on users, service accounts, roles and grants.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseModelName, parseNamespaceName, parsePrincipalId } from '../../src/api/index.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { password, refusal, sharedHome } from './access-kit.ts';

const ACME = parseNamespaceName('acme');
const CHURN = parseModelName('acme/churn');

test('a user is invited, described, disabled and enabled, and the name stays taken', async (t) => {
  const { owner, person } = await sharedHome(t);
  const { user, invitation } = await owner.users.invite({ name: 'joe', displayName: 'Joe' });
  assert.deepEqual([user.state, user.factors.password], ['invited', false]);
  assert.ok(Buffer.from(invitation.token.expose()).toString().startsWith('sri_'));
  assert.equal((await owner.users.disable({ name: 'joe' })).state, 'disabled');
  assert.equal((await refusal(owner.users.reset({ name: 'joe' }))).code, 'USER_STATE');
  assert.equal((await owner.users.enable({ name: 'joe' })).state, 'invited');
  await assert.rejects(owner.users.invite({ name: 'joe' }), withCode('USER_EXISTS'));
  await person('ada');
  assert.equal(
    (await owner.users.configure({ name: 'ada', email: 'ada@example.org' })).email,
    'ada@example.org',
  );
  await owner.users.disable({ name: 'ada' });
  assert.equal((await owner.users.enable({ name: 'ada' })).state, 'active');
  assert.deepEqual(
    (await owner.users.list()).map(({ name }) => name),
    ['ada', 'joe'],
  );
  await assert.rejects(owner.users.get({ name: 'eve' }), withCode('USER_MISSING'));
});

test('a disabled user can do nothing at the next call, and old log-ins stay ended', async (t) => {
  const { owner, strongroom, person } = await sharedHome(t);
  const ada = await person('ada', 'viewer on acme');
  const { identity } = strongroom.serve();
  const origin = { requestId: 'test', address: '127.0.0.1' };
  const loggedIn = await identity.logIn({ name: 'ada', password: password(), wants: 'tokens' }, origin);
  assert.equal(loggedIn.kind, 'logged-in');
  const bearer = { kind: 'bearer', token: loggedIn.accessToken } as const;
  assert.equal((await identity.authenticate(bearer, origin)).id, 'user:ada');
  await owner.users.disable({ name: 'ada' });
  assert.equal((await refusal(ada.api.models.get({ model: CHURN }))).code, 'MODEL_MISSING');
  assert.equal((await refusal(identity.authenticate(bearer, origin))).code, 'AUTH_FAILED');
  await owner.users.enable({ name: 'ada' });
  assert.equal((await refusal(identity.authenticate(bearer, origin))).code, 'AUTH_FAILED');
  assert.equal((await ada.api.models.get({ model: CHURN })).name, CHURN);
});

test('service accounts are made, disabled and enabled', async (t) => {
  const { owner, program } = await sharedHome(t);
  const { api, id } = await program('ci', 'viewer on acme');
  await assert.rejects(owner.serviceAccounts.create({ name: 'ci' }), withCode('SERVICE_ACCOUNT_EXISTS'));
  assert.equal((await owner.serviceAccounts.disable({ name: 'ci' })).state, 'disabled');
  assert.equal((await refusal(api.models.get({ model: CHURN }))).code, 'MODEL_MISSING');
  assert.equal((await owner.serviceAccounts.enable({ name: 'ci' })).state, 'active');
  assert.equal((await api.models.get({ model: CHURN })).name, CHURN);
  assert.equal((await owner.serviceAccounts.get({ name: 'ci' })).id, id);
  assert.equal((await owner.serviceAccounts.list()).length, 1);
  await assert.rejects(owner.serviceAccounts.get({ name: 'x' }), withCode('SERVICE_ACCOUNT_MISSING'));
});

test('nobody hands on what they lack at that place, nor for longer', async (t) => {
  const { owner, program } = await sharedHome(t);
  const until = new Date(Date.now() + 86_400_000).toISOString();
  const later = new Date(Date.now() + 2 * 86_400_000).toISOString();
  const head = await program('head', 'admin on acme');
  const guest = await program('guest');
  const grant = { principal: guest.id, role: 'developer', on: ACME } as const;
  assert.equal((await head.api.grants.create(grant)).createdBy, head.id);
  assert.equal((await head.api.grants.create({ ...grant, on: CHURN })).on, CHURN);
  const beyond = parseNamespaceName('beta');
  assert.equal((await refusal(head.api.grants.create({ ...grant, on: beyond }))).code, 'NAMESPACE_MISSING');
  assert.equal((await refusal(head.api.grants.create({ ...grant, on: 'everything' }))).code, 'ACCESS_DENIED');
  // An admin of a namespace makes others of it: the permissions that need everything are not handed on with it.
  assert.equal((await head.api.grants.create({ ...grant, role: 'admin' })).role, 'admin');
  // Whoever may grant, and lacks what the role allows.
  await owner.roles.set({ name: 'usher', permissions: ['grant:create', 'grant:read', 'model:read'] });
  const usher = await program('usher', 'usher on acme');
  assert.equal((await refusal(usher.api.grants.create(grant))).code, 'GRANT_EXCEEDS');
  await owner.roles.set({ name: 'peek', permissions: ['model:read'] });
  assert.equal((await usher.api.grants.create({ ...grant, role: 'peek' })).role, 'peek');
  // A right that ends is handed on until then at most.
  const temporary = await program('temporary');
  await owner.grants.create({ principal: temporary.id, role: 'admin', on: ACME, expiresAt: until });
  const peek = { ...grant, role: 'peek', on: CHURN } as const;
  assert.equal((await refusal(temporary.api.grants.create(peek))).code, 'GRANT_EXCEEDS');
  assert.equal(
    (await refusal(temporary.api.grants.create({ ...peek, expiresAt: later }))).code,
    'GRANT_EXCEEDS',
  );
  assert.equal((await temporary.api.grants.create({ ...peek, expiresAt: until })).expiresAt, until);
});

test('a ceiling limits what is handed on', async (t) => {
  const { strongroom, program } = await sharedHome(t);
  const head = await program('head', 'admin on acme');
  const guest = await program('guest');
  const api = strongroom.apiFor({
    ...head.caller,
    ceiling: { permissions: ['grant:create', 'grant:read', 'model:read'], places: [CHURN] },
  });
  const grant = { principal: guest.id, role: 'developer', on: CHURN } as const;
  assert.equal((await refusal(api.grants.create(grant))).code, 'GRANT_EXCEEDS');
  assert.equal((await refusal(api.grants.create({ ...grant, on: ACME }))).code, 'NAMESPACE_MISSING');
});

test('grants are refused that say nothing sensible', async (t) => {
  const { owner, program } = await sharedHome(t);
  const { id: principal } = await program('ci');
  const grant = { principal, role: 'viewer', on: ACME } as const;
  const create = (more: object) => refusal(owner.grants.create({ ...grant, ...more }));
  assert.equal((await create({ principal: parsePrincipalId('user:nobody') })).code, 'PRINCIPAL_MISSING');
  assert.equal((await create({ role: 'nothing' })).code, 'ROLE_MISSING');
  for (const expiresAt of [
    'tomorrow',
    '2020-01-01T00:00:00.000Z',
    '2099-01-01',
    '+010000-01-01T00:00:00.000Z',
  ]) {
    assert.equal((await create({ expiresAt })).code, 'GRANT_INVALID', expiresAt);
  }
  await owner.roles.set({ name: 'clerk', permissions: ['user:read'] });
  assert.equal((await create({ role: 'clerk', on: CHURN })).code, 'GRANT_INVALID');
  assert.equal((await refusal(owner.grants.remove({ id: 'nothing' }))).code, 'GRANT_MISSING');
});

test('grants of elsewhere are neither shown nor removed', async (t) => {
  const { owner, program, give } = await sharedHome(t);
  const head = await program('head', 'admin on acme');
  const guest = await program('guest');
  const beyond = await give(guest.id, 'viewer on beta');
  const here = await give(guest.id, 'viewer on acme/churn');
  assert.deepEqual(
    (await head.api.grants.list({ principal: guest.id })).map(({ id }) => id),
    [here.id],
  );
  assert.deepEqual(
    await refusal(head.api.grants.remove({ id: beyond.id })),
    await refusal(head.api.grants.remove({ id: 'nothing' })),
  );
  await head.api.grants.remove({ id: here.id });
  const above = (await owner.grants.list({ on: CHURN })).map(({ principal }) => String(principal));
  assert.deepEqual(above, ['service-account:head']);
});

test('nothing gets into a role that whoever puts it there does not hold everywhere', async (t) => {
  const { owner, program } = await sharedHome(t);
  await owner.roles.set({ name: 'role-maker', permissions: ['role:configure', 'role:read', 'model:read'] });
  const { api } = await program('maker', 'role-maker on everything', 'admin on acme');
  const set = (permissions: readonly ['model:read' | 'model:delete', ...'model:delete'[]]) =>
    api.roles.set({ name: 'mine', permissions });
  assert.deepEqual((await set(['model:read'])).permissions, ['model:read']);
  assert.equal((await refusal(set(['model:read', 'model:delete']))).code, 'GRANT_EXCEEDS');
  await owner.roles.set({ name: 'mine', description: 'ours', permissions: ['model:delete', 'model:read'] });
  // What is in it already may stay, and what one does not hold may be taken out.
  assert.equal((await set(['model:read', 'model:delete'])).description, 'ours');
  assert.deepEqual((await set(['model:read'])).permissions, ['model:read']);
  assert.equal((await refusal(api.roles.set({ name: 'admin', permissions: [] }))).code, 'ROLE_BUILT_IN');
  await assert.rejects(owner.roles.remove({ name: 'role-maker' }), withCode('ROLE_IN_USE'));
  await api.roles.remove({ name: 'mine' });
  assert.ok(!(await api.roles.list()).some(({ name }) => name === 'mine'));
});

test('the last administrator stays one, however many try at once', async (t) => {
  const { owner, person } = await sharedHome(t);
  const ada = await person('ada', 'admin on everything');
  const bob = await person('bob', 'admin on everything');
  const grantOf = async (principal: typeof ada.id) => (await owner.grants.list({ principal }))[0]!;
  const [adas, bobs] = [await grantOf(ada.id), await grantOf(bob.id)];
  const attempts = await Promise.allSettled([
    ada.api.grants.remove({ id: bobs.id }),
    bob.api.grants.remove({ id: adas.id }),
    ada.api.users.disable({ name: 'bob' }),
    bob.api.users.disable({ name: 'ada' }),
  ]);
  assert.ok(attempts.some(({ status }) => status === 'rejected'));
  const left = (await owner.users.list()).filter(({ state }) => state === 'active');
  const grants = await owner.grants.list();
  const administrators = left.filter(({ id }) => grants.some(({ principal }) => principal === id));
  assert.equal(administrators.length, 1);
  const { name, id } = administrators[0]!;
  assert.equal((await refusal(owner.users.disable({ name }))).code, 'ACCESS_LAST_ADMIN');
  const last = await grantOf(id);
  assert.equal((await refusal(owner.grants.remove({ id: last.id }))).code, 'ACCESS_LAST_ADMIN');
  const ending = { ...last, expiresAt: new Date(Date.now() + 1e6).toISOString() };
  assert.equal((await refusal(owner.grants.create(ending))).code, 'ACCESS_LAST_ADMIN');
});

test('nobody resets, or brings back, somebody who may do more than they', async (t) => {
  const { owner, person } = await sharedHome(t);
  await person('ada', 'admin on everything');
  await owner.users.invite({ name: 'eve' });
  const officer = await person('bob', 'security-officer on everything');
  assert.equal((await refusal(officer.api.users.reset({ name: 'ada' }))).code, 'GRANT_EXCEEDS');
  assert.ok((await officer.api.users.reset({ name: 'eve' })).token.length > 0);
  // The owner of the home helps an administrator who lost the password.
  assert.ok((await owner.users.reset({ name: 'ada', removeFactors: true })).token.length > 0);
});
