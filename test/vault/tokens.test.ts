// Long-lived tokens and accounts, through the gate of a served home.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Secret, TOTP } from 'otpauth';
import {
  type Caller,
  type Origin,
  parseModelName,
  parseNamespaceName,
  parsePrincipalId,
} from '../../src/api/index.ts';
import { SecretBytes, utf8Bytes, utf8Text } from '../../src/bytes/index.ts';
import { putOf, temporaryHome } from '../kit/temporary-home.ts';
import { withCode } from '../storage/temporary-folder.ts';

const PASSWORD = 'vintage llama orbits 42 moons';
const ORIGIN: Origin = { requestId: 'r1', address: '192.0.2.10' };
const CI = parsePrincipalId('service-account:ci');
const secret = (text: string): SecretBytes => SecretBytes.take(utf8Bytes(text));

async function serveHome(t: TestContext) {
  const { strongroom, home } = await temporaryHome(t);
  const served = strongroom.serve();
  const { identity } = served;
  const apiFor = (caller: Caller) => served.apiFor(caller);
  const token = await served.bootstrapToken();
  assert.ok(token !== undefined);
  const first = await identity.bootstrap({ token, name: 'ada', password: secret(PASSWORD) }, ORIGIN);
  const asBearer = (bearer: SecretBytes, from: Partial<Origin> = {}) =>
    identity.authenticate({ kind: 'bearer', token: bearer }, { ...ORIGIN, ...from });
  const ada = await asBearer(first.accessToken);
  await strongroom.api.versions.put(putOf('acme/churn', { 'a.bin': 'x' }));
  return { strongroom, home, identity, apiFor, asBearer, ada, admin: apiFor(ada) };
}

test('a token of one’s own can do what one can, less where it is cut down', async (t) => {
  const { admin, apiFor, asBearer } = await serveHome(t);
  const full = await admin.tokens.create({ name: 'laptop' });
  assert.match(utf8Text(full.secret.expose()) ?? '', /^srp_[0-9A-Za-z]{38}$/);
  const days = (Date.parse(full.token.expiresAt) - Date.parse(full.token.createdAt)) / 86_400_000;
  assert.ok(Math.abs(days - 90) < 0.01);
  assert.equal((await apiFor(await asBearer(full.secret)).root.list()).length, 1);
  const cut = await admin.tokens.create({
    name: 'reader',
    ceiling: { permissions: ['model:read', 'version:read'], places: [parseNamespaceName('acme')] },
  });
  const reader = apiFor(await asBearer(cut.secret));
  assert.equal((await reader.models.get({ model: parseModelName('acme/churn') })).name, 'acme/churn');
  await assert.rejects(reader.root.list(), withCode('ACCESS_DENIED'));
  await assert.rejects(reader.versions.put(putOf('acme/churn', { 'b.bin': 'y' })), withCode('ACCESS_DENIED'));
});

test('a token makes no token that allows more, lasts longer or comes from further away than itself', async (t) => {
  const { admin, apiFor, asBearer } = await serveHome(t);
  const places = [parseNamespaceName('acme')];
  const soon = new Date(Date.now() + 7 * 86_400_000).toISOString();
  const { secret: cut } = await admin.tokens.create({
    name: 'cut',
    expiresAt: soon,
    ceiling: { permissions: ['model:read', 'version:read'], places },
    addresses: ['192.0.2.0/24'],
  });
  const { tokens } = apiFor(await asBearer(cut));
  const within = { permissions: ['model:read'] as const, places: [parseModelName('acme/churn')] };
  const allowed = { name: 'less', expiresAt: soon, ceiling: within, addresses: ['192.0.2.10'] };
  await tokens.create(allowed);
  for (const more of [
    { ceiling: {} },
    { ceiling: { permissions: ['model:read', 'model:delete'] as const, places } },
    { ceiling: { permissions: ['model:read'] as const } },
    { ceiling: { ...within, places: [parseNamespaceName('other')] } },
    { expiresAt: new Date(Date.now() + 8 * 86_400_000).toISOString() },
    { addresses: [] },
    { addresses: ['192.0.0.0/16'] },
    { addresses: ['2001:db8::/32'] },
  ])
    await assert.rejects(
      tokens.create({ ...allowed, ...more }),
      withCode('TOKEN_EXCEEDS'),
      JSON.stringify(more),
    );
});

test('a token is refused from other networks, and IPv4 in the clothes of IPv6 is IPv4', async (t) => {
  const { admin, asBearer } = await serveHome(t);
  const { secret: bound } = await admin.tokens.create({
    name: 'bound',
    addresses: ['192.0.2.0/24', '2001:db8:1::/48'],
  });
  for (const address of ['192.0.2.255', '::ffff:192.0.2.1', '2001:db8:1:2::3'])
    await asBearer(bound, { address });
  for (const address of ['192.0.3.1', '::ffff:192.0.3.1', '2001:db8:2::1', '', 'unix', '192.0.2.1.evil'])
    await assert.rejects(asBearer(bound, { address }), withCode('AUTH_FAILED'));
});

test('the end of a token lies ahead, within a year, and is written one way', async (t) => {
  const { admin } = await serveHome(t);
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  await admin.tokens.create({ name: 'year', expiresAt: inDays(364.9) });
  for (const expiresAt of [inDays(366), inDays(-1), '2030-01-01', 'never', ''])
    await assert.rejects(admin.tokens.create({ name: 'x', expiresAt }), withCode('TOKEN_INVALID'));
  for (const name of ['', ' x', 'x'.repeat(65), 'a\nb'])
    await assert.rejects(admin.tokens.create({ name }), withCode('TOKEN_INVALID'));
  for (const addresses of [
    ['10.0.0.1/8'],
    ['example.org'],
    ['10.0.0.0/33'],
    Array.from({ length: 33 }, () => '::1'),
  ])
    await assert.rejects(admin.tokens.create({ name: 'x', addresses }), withCode('TOKEN_INVALID'));
});

test('a service account’s token is made by who holds what it can do, and by nobody else', async (t) => {
  const { strongroom, admin, apiFor, asBearer } = await serveHome(t);
  const { api } = strongroom;
  await api.serviceAccounts.create({ name: 'ci' });
  await api.grants.create({ principal: CI, role: 'developer', on: parseNamespaceName('acme') });
  const made = await admin.tokens.create({ name: 'pipeline', owner: CI });
  assert.match(utf8Text(made.secret.expose()) ?? '', /^srs_/);
  const pipeline = apiFor(await asBearer(made.secret));
  assert.equal((await pipeline.models.get({ model: parseModelName('acme/churn') })).name, 'acme/churn');
  await api.roles.set({
    name: 'helpdesk',
    permissions: ['service-account:read', 'service-account:configure'],
  });
  await api.serviceAccounts.create({ name: 'helper' });
  const helper = parsePrincipalId('service-account:helper');
  await api.grants.create({ principal: helper, role: 'helpdesk', on: 'everything' });
  const { secret: held } = await admin.tokens.create({ name: 'helper', owner: helper });
  const helpdesk = apiFor(await asBearer(held));
  await assert.rejects(helpdesk.tokens.create({ name: 'more', owner: CI }), withCode('TOKEN_EXCEEDS'));
  await helpdesk.tokens.create({ name: 'nothing', owner: CI, ceiling: { permissions: [] } });
});

test('nobody makes a token of another user, of who is unknown or of who is disabled', async (t) => {
  const { strongroom, admin } = await serveHome(t);
  await strongroom.api.serviceAccounts.create({ name: 'ci' });
  await strongroom.api.serviceAccounts.disable({ name: 'ci' });
  await assert.rejects(admin.tokens.create({ name: 'x', owner: CI }), withCode('PRINCIPAL_DISABLED'));
  const nobody = parsePrincipalId('service-account:nobody');
  await assert.rejects(admin.tokens.create({ name: 'x', owner: nobody }), withCode('PRINCIPAL_MISSING'));
  await assert.rejects(
    strongroom.api.tokens.create({ name: 'x', owner: parsePrincipalId('user:ada') }),
    withCode('TOKEN_INVALID'),
  );
});

test('disabling a service account refuses its tokens at the next call, until it is enabled again', async (t) => {
  const { strongroom, admin, asBearer } = await serveHome(t);
  await strongroom.api.serviceAccounts.create({ name: 'ci' });
  const { secret: held } = await admin.tokens.create({ name: 'x', owner: CI });
  await asBearer(held);
  await strongroom.api.serviceAccounts.disable({ name: 'ci' });
  await assert.rejects(asBearer(held), withCode('AUTH_FAILED'));
  await strongroom.api.serviceAccounts.enable({ name: 'ci' });
  assert.equal((await asBearer(held)).id, CI);
});

test('one ends one’s own tokens; those of others, and unknown ones, look alike to who may not', async (t) => {
  const { strongroom, admin, apiFor, asBearer } = await serveHome(t);
  await strongroom.api.serviceAccounts.create({ name: 'ci' });
  const { secret: held, token } = await admin.tokens.create({ name: 'x', owner: CI });
  const own = await admin.tokens.create({ name: 'own' });
  const ci = apiFor(await asBearer(held));
  for (const id of [own.token.id, 'unknown'])
    await assert.rejects(ci.tokens.revoke({ id }), withCode('ACCESS_DENIED'));
  assert.deepEqual(
    (await ci.tokens.list()).map(({ id }) => id),
    [token.id],
  );
  await assert.rejects(ci.tokens.list({ owner: parsePrincipalId('user:ada') }), withCode('ACCESS_DENIED'));
  await assert.rejects(admin.tokens.revoke({ id: 'unknown' }), withCode('TOKEN_MISSING'));
  await ci.tokens.revoke({ id: token.id });
  await assert.rejects(asBearer(held), withCode('AUTH_FAILED'));
});

test('a token that was cut down ends itself, and no other of its owner’s', async (t) => {
  const { admin, apiFor, asBearer } = await serveHome(t);
  const other = await admin.tokens.create({ name: 'other' });
  const cut = await admin.tokens.create({ name: 'cut', ceiling: { permissions: [] } });
  const { tokens } = apiFor(await asBearer(cut.secret));
  await assert.rejects(tokens.revoke({ id: other.token.id }), withCode('ACCESS_DENIED'));
  await tokens.revoke({ id: cut.token.id });
  await assert.rejects(asBearer(cut.secret), withCode('AUTH_FAILED'));
});

test('changing the password wants the old one and a recent log-in, and ends the other sessions', async (t) => {
  const { identity, admin, ada, apiFor, asBearer } = await serveHome(t);
  const other = await identity.logIn({ name: 'ada', password: secret(PASSWORD), wants: 'tokens' }, ORIGIN);
  if (other.kind !== 'logged-in') throw new assert.AssertionError({ message: 'not logged in' });
  const next = 'a harbour full of copper kettles';
  const change = (caller: Caller, current: string, wanted = next) =>
    apiFor(caller).account.changePassword({ current: secret(current), next: secret(wanted) });
  await assert.rejects(change(ada, 'not the old password at all'), withCode('AUTH_FAILED'));
  await assert.rejects(change(ada, PASSWORD, 'ada ada ada ada ada'), withCode('PASSWORD_WEAK'));
  const stale = { ...ada, authenticatedAt: new Date(Date.now() - 11 * 60_000).toISOString() };
  await assert.rejects(change(stale, PASSWORD), withCode('AUTH_STALE'));
  const { secret: personal } = await admin.tokens.create({ name: 'laptop' });
  await assert.rejects(change(await asBearer(personal), PASSWORD), withCode('AUTH_STALE'));
  await change(ada, PASSWORD);
  await assert.rejects(asBearer(other.accessToken), withCode('AUTH_FAILED'));
  assert.equal((await admin.account.sessions()).length, 1);
  await identity.logIn({ name: 'ada', password: secret(next), wants: 'tokens' }, ORIGIN);
});

test('an account shows its sessions, ends them, and nobody else’s', async (t) => {
  const { identity, admin, strongroom, apiFor, asBearer } = await serveHome(t);
  const other = await identity.logIn(
    { name: 'ada', password: secret(PASSWORD), wants: 'tokens' },
    { ...ORIGIN, address: '198.51.100.7', client: 'curl/8' },
  );
  if (other.kind !== 'logged-in') throw new assert.AssertionError({ message: 'not logged in' });
  const sessions = await admin.account.sessions();
  const elsewhere = sessions.find(({ isCurrent }) => !isCurrent);
  assert.equal(sessions.length, 2);
  assert.equal(elsewhere?.address, '198.51.100.7');
  assert.equal(elsewhere.client, 'curl/8');
  await strongroom.api.serviceAccounts.create({ name: 'ci' });
  const { secret: held } = await admin.tokens.create({ name: 'x', owner: CI });
  const { account } = apiFor(await asBearer(held));
  assert.deepEqual(await account.sessions(), []);
  await assert.rejects(account.endSession({ id: elsewhere.id }), withCode('SESSION_MISSING'));
  await admin.account.endSession({ id: elsewhere.id });
  await assert.rejects(asBearer(other.accessToken), withCode('AUTH_FAILED'));
});

test('an authenticator app is added and removed by its user, and every log-in stands in the record', async (t) => {
  const { identity, admin, strongroom } = await serveHome(t);
  const { uri } = await admin.account.beginTotp();
  const link = new URL(utf8Text(uri.expose()) ?? '');
  const app = new TOTP({ secret: Secret.fromBase32(link.searchParams.get('secret') ?? '') });
  const { recoveryCodes } = await admin.account.confirmTotp({ code: app.generate() });
  assert.equal(recoveryCodes.length, 10);
  assert.deepEqual((await admin.account.get()).user?.factors, { password: true, totp: true, passkeys: 0 });
  const logIn = () => identity.logIn({ name: 'ada', password: secret(PASSWORD), wants: 'tokens' }, ORIGIN);
  assert.equal((await logIn()).kind, 'factor-wanted');
  await admin.account.removeTotp();
  assert.equal((await logIn()).kind, 'logged-in');
  await assert.rejects(
    identity.logIn({ name: 'ada', password: secret('a wrong guess that is long'), wants: 'tokens' }, ORIGIN),
    withCode('AUTH_FAILED'),
  );
  const acts = await strongroom.api.audit.search({ action: 'account:log-in' });
  assert.deepEqual(
    acts.map(({ caller, outcome }) => `${caller?.id ?? ''} ${outcome ?? ''}`),
    ['nobody refused', 'user:ada done', 'user:ada done'],
  );
});
