// Every verb against the permission that it needs, written by hand: with that one alone it is let through the gate,
// with all others it is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Caller,
  PERMISSIONS,
  type Permission,
  parseAliasName,
  parseModelName,
  parseNamespaceName,
  parsePrincipalId,
  type StrongroomApi,
} from '../../src/api/index.ts';
import { Passphrase } from '../../src/bytes/index.ts';
import { toStrongroomError } from '../../src/errors/index.ts';
import { putOf } from '../kit/temporary-home.ts';
import { sharedHome } from './access-kit.ts';

const model = parseModelName('acme/churn');
const name = parseNamespaceName('acme');
const alias = parseAliasName('production');
const principal = parsePrincipalId('service-account:guest');
const of = { model, version: 1 };
/** Is there for nobody, so that what removes things can be tried. */
const ghost = { model: parseModelName('acme/ghost'), version: 9 };
const reason = 'because';

type Call = (api: StrongroomApi) => Promise<unknown>;

const VERBS: Readonly<Record<string, readonly [Permission, Call]>> = {
  'namespaces.create': [
    'namespace:create',
    (api) => api.namespaces.create({ name: parseNamespaceName('acme') }),
  ],
  'namespaces.list': ['namespace:read', (api) => api.namespaces.list()],
  'namespaces.get': ['namespace:read', (api) => api.namespaces.get({ name })],
  'namespaces.configure': ['namespace:configure', (api) => api.namespaces.configure({ name })],
  'namespaces.remove': ['namespace:delete', (api) => api.namespaces.remove({ name })],
  'models.list': ['model:read', (api) => api.models.list()],
  'models.get': ['model:read', (api) => api.models.get({ model })],
  'models.configure': ['model:configure', (api) => api.models.configure({ model, description: 'x' })],
  'models.remove': ['model:delete', (api) => api.models.remove(ghost)],
  'versions.put': ['version:create', (api) => api.versions.put(putOf('acme/churn', { 'a.txt': 'a' }))],
  'versions.open': ['version:download', (api) => api.versions.open(of)],
  'versions.verify': ['version:verify', (api) => api.versions.verify({ ref: of })],
  'versions.list': ['version:read', (api) => api.versions.list({ model })],
  'versions.get': ['version:read', (api) => api.versions.get(of)],
  'versions.best': ['version:read', (api) => api.versions.best({ model, metric: 'accuracy' })],
  'versions.addMetrics': [
    'version:configure',
    (api) => api.versions.addMetrics({ ...of, metrics: { accuracy: 1 } }),
  ],
  'versions.remove': ['version:delete', (api) => api.versions.remove(ghost)],
  'aliases.set': ['alias:set', (api) => api.aliases.set({ ...of, alias })],
  'aliases.remove': [
    'alias:delete',
    (api) => api.aliases.remove({ model, alias: parseAliasName('nothing') }),
  ],
  'schemas.get': ['model:read', (api) => api.schemas.get({ model })],
  'schemas.set': ['model:configure', (api) => api.schemas.set({ model, schema: { features: [] } })],
  'schemas.remove': ['model:configure', (api) => api.schemas.remove({ model })],
  'rollouts.get': ['version:read', (api) => api.rollouts.get({ model, alias })],
  'rollouts.set': ['alias:set', (api) => api.rollouts.set({ model, alias, shadow: 1 })],
  'rollouts.promote': ['alias:set', (api) => api.rollouts.promote({ model, alias })],
  'rollouts.rollback': ['alias:set', (api) => api.rollouts.rollback({ model, alias })],
  'predictions.metadata': ['model:predict', (api) => api.predictions.metadata(of)],
  'predictions.isReady': ['model:predict', (api) => api.predictions.isReady(of)],
  'predictions.infer': ['model:predict', (api) => api.predictions.infer({ ...of, inputs: [] })],
  'predictions.index': ['model:predict', (api) => api.predictions.index()],
  'predictions.load': ['model:predict', (api) => api.predictions.load(of)],
  'predictions.unload': ['model:configure', (api) => api.predictions.unload(of)],
  'predictions.statistics': ['model:predict', (api) => api.predictions.statistics()],
  'keys.list': ['key:read', (api) => api.keys.list()],
  'keys.rotate': ['key:rotate', (api) => api.keys.rotate({ name: 'acme' })],
  'keys.retire': ['key:retire', (api) => api.keys.retire({ name: 'acme', version: 99 })],
  'keys.destroy': ['key:destroy', (api) => api.keys.destroy({ name: 'acme', version: 99 })],
  'keys.backup': [
    'key:backup',
    (api) => api.keys.backup({ passphrase: Passphrase.fromText('otter wagon sixpence lantern') }),
  ],
  'root.list': ['root:read', (api) => api.root.list()],
  'root.add': ['root:change', (api) => api.root.add({ kind: 'shares', total: 0, threshold: 0 })],
  'root.remove': ['root:change', (api) => api.root.remove({ id: 'nothing' })],
  'root.change': ['root:change', (api) => api.root.change({ seals: [] })],
  'trust.get': ['trust:read', (api) => api.trust.get({ namespace: name })],
  'trust.set': ['trust:configure', (api) => api.trust.set({ namespace: name, change: {} })],
  'signingKeys.list': ['signing-key:read', (api) => api.signingKeys.list()],
  'signingKeys.generate': ['signing-key:create', (api) => api.signingKeys.generate({ name: '!' })],
  'signingKeys.import': [
    'signing-key:create',
    (api) => api.signingKeys.import({ name: 'k', key: new Uint8Array(3) }),
  ],
  'signingKeys.revoke': ['signing-key:revoke', (api) => api.signingKeys.revoke({ id: 'nothing', reason })],
  'signatures.list': ['version:read', (api) => api.signatures.list(of)],
  'signatures.sign': ['version:sign', (api) => api.signatures.sign({ ...of, keyId: 'nothing' })],
  'signatures.add': ['version:sign', (api) => api.signatures.add({ ...of, content: new Uint8Array(3) })],
  'scans.get': ['scan:read', (api) => api.scans.get(of)],
  'scans.rescan': ['scan:run', (api) => api.scans.rescan({ ref: of })],
  'quarantine.list': ['quarantine:read', (api) => api.quarantine.list()],
  'quarantine.get': ['quarantine:read', (api) => api.quarantine.get(of)],
  'quarantine.release': ['quarantine:release', (api) => api.quarantine.release({ ...of, reason })],
  'quarantine.remove': ['quarantine:delete', (api) => api.quarantine.remove(of)],
  'system.status': ['system:read', (api) => api.system.status()],
  'audit.search': ['audit:read', (api) => api.audit.search()],
  'audit.verify': ['audit:verify', (api) => api.audit.verify()],
  'audit.key': ['audit:read', (api) => api.audit.key()],
  'audit.prove': ['audit:read', (api) => api.audit.prove({ index: 0 })],
  'audit.consistency': ['audit:read', (api) => api.audit.consistency({ size: 1 })],
  'audit.checkpoint': ['audit:export', (api) => api.audit.checkpoint()],
  'audit.tiles': ['audit:export', (api) => api.audit.tiles({ tiles: [] })],
  'audit.archives': ['audit:read', (api) => api.audit.archives()],
  'audit.witnessed': ['audit:read', (api) => api.audit.witnessed()],
  'audit.witness': ['audit:witness', (api) => api.audit.witness({ key: 'no key' })],
  'audit.cosign': ['audit:witness', (api) => api.audit.cosign({ growth: 'nothing' })],
  'users.list': ['user:read', (api) => api.users.list()],
  'users.get': ['user:read', (api) => api.users.get({ name: 'nobody' })],
  'users.invite': ['user:create', (api) => api.users.invite({ name: '!' })],
  'users.reset': ['user:configure', (api) => api.users.reset({ name: 'nobody' })],
  'users.configure': ['user:configure', (api) => api.users.configure({ name: 'nobody' })],
  'users.disable': ['user:configure', (api) => api.users.disable({ name: 'nobody' })],
  'users.enable': ['user:configure', (api) => api.users.enable({ name: 'nobody' })],
  'users.identities': ['user:read', (api) => api.users.identities({ name: 'nobody' })],
  'users.link': ['user:configure', (api) => api.users.link({ name: 'nobody', provider: 'x', subject: 'y' })],
  'users.unlink': ['user:configure', (api) => api.users.unlink({ name: 'nobody', id: 'x' })],
  'serviceAccounts.list': ['service-account:read', (api) => api.serviceAccounts.list()],
  'serviceAccounts.get': ['service-account:read', (api) => api.serviceAccounts.get({ name: 'guest' })],
  'serviceAccounts.create': [
    'service-account:create',
    (api) => api.serviceAccounts.create({ name: 'guest' }),
  ],
  'serviceAccounts.disable': [
    'service-account:configure',
    (api) => api.serviceAccounts.disable({ name: 'x' }),
  ],
  'serviceAccounts.enable': ['service-account:configure', (api) => api.serviceAccounts.enable({ name: 'x' })],
  'roles.list': ['role:read', (api) => api.roles.list()],
  'roles.set': ['role:configure', (api) => api.roles.set({ name: 'admin', permissions: [] })],
  'roles.remove': ['role:configure', (api) => api.roles.remove({ name: 'admin' })],
  'grants.list': ['grant:read', (api) => api.grants.list()],
  'grants.create': ['grant:create', (api) => api.grants.create({ principal, role: 'viewer', on: model })],
  'grants.remove': ['grant:delete', (api) => api.grants.remove({ id: 'nothing' })],
  'tokens.list': ['token:read', (api) => api.tokens.list({ owner: principal })],
  'tokens.create': ['service-account:configure', (api) => api.tokens.create({ name: 't', owner: principal })],
  'tokens.revoke': ['token:revoke', (api) => api.tokens.revoke({ id: 'nothing' })],
  'approvals.decide': [
    'approval:decide',
    (api) => api.approvals.decide({ id: 'nothing', decision: 'rejected', reason }),
  ],
  'blocks.list': ['block:read', (api) => api.blocks.list()],
  'blocks.add': ['block:configure', (api) => api.blocks.add({ source: '192.0.2.7', reason })],
  'blocks.remove': ['block:configure', (api) => api.blocks.remove({ source: '192.0.2.8' })],
  'lockdown.status': ['system:read', (api) => api.lockdown.status()],
  // Without a reason, so that the others still find it open.
  'lockdown.begin': ['lockdown:begin', (api) => api.lockdown.begin({ reason: '' })],
  'lockdown.lift': ['lockdown:lift', (api) => api.lockdown.lift({ reason })],
  'clientCertificates.list': ['service-account:read', (api) => api.clientCertificates.list()],
  'clientCertificates.bind': [
    'service-account:configure',
    (api) => api.clientCertificates.bind({ serviceAccount: 'guest', certificate: new Uint8Array(3) }),
  ],
  'clientCertificates.unbind': [
    'service-account:configure',
    (api) => api.clientCertificates.unbind({ id: 'nothing' }),
  ],
  'defence.status': ['defence:read', (api) => api.defence.status()],
  'defence.configure': ['defence:configure', (api) => api.defence.configure({ mode: 'alert', reason })],
  'defence.learn': ['defence:configure', (api) => api.defence.learn({ model })],
  'defence.forgive': ['defence:configure', (api) => api.defence.forgive({ model, principal: 'user:x' })],
  'workloads.list': ['workload:read', (api) => api.workloads.list()],
  'workloads.set': [
    'workload:configure',
    (api) =>
      api.workloads.set({ name: 'w', issuer: 'https://example.org', audience: 'a', claims: {}, keys: '{}' }),
  ],
  'workloads.remove': ['workload:configure', (api) => api.workloads.remove({ name: 'nothing' })],
};

/** What everybody may do to themselves. */
const OWN = ['approvals.list', 'approvals.request', 'audit.receipt'];

/** Verbs that need another permission when they are about everything. */
const EVERYTHING: Readonly<Record<string, readonly [Permission, Call]>> = {
  'versions.verify': ['system:verify', (api) => api.versions.verify({ depth: 'sealed' })],
  'scans.rescan': ['scan:run', (api) => api.scans.rescan()],
  'keys.rotate': ['key:rotate', (api) => api.keys.rotate({})],
};

test('the table names every verb that there is', async (t) => {
  const { owner } = await sharedHome(t);
  const nouns = Object.getOwnPropertyNames(Object.getPrototypeOf(owner)).filter(
    (name) => name !== 'constructor' && name !== 'account',
  ) as (keyof typeof owner)[];
  const verbs = nouns.flatMap((noun) => Object.keys(owner[noun]).map((verb) => `${noun}.${verb}`));
  assert.deepEqual(verbs.toSorted(), [...Object.keys(VERBS), ...OWN].toSorted());
});

test('each verb is let through by its own permission, and by no other', async (t) => {
  const { owner, strongroom, person } = await sharedHome(t);
  await owner.serviceAccounts.create({ name: 'guest' });
  const ada = await person('ada', 'admin on everything');
  const caller: Caller = { type: 'user', id: ada.id, methods: ['pwd'] };
  const all = Object.keys(PERMISSIONS) as Permission[];
  for (const [verb, [permission, call]] of [...Object.entries(VERBS), ...Object.entries(EVERYTHING)]) {
    const withAll = (permissions: readonly Permission[]) =>
      outcome(call(strongroom.apiFor({ ...caller, ceiling: { permissions } })));
    const without = await withAll(all.filter((each) => each !== permission));
    assert.equal(without.code, 'ACCESS_DENIED', `${verb} without ${permission}`);
    assert.match(without.message, new RegExp(` may not ${permission} `), verb);
    const only = await withAll([permission]);
    assert.notEqual(only.code, 'ACCESS_DENIED', `${verb} with ${permission}: ${only.message}`);
    assert.notEqual(only.code, 'INTERNAL', `${verb}: ${only.message}`);
  }
});

/** What lets content, answers of models or keys out, written by hand. */
const RELEASES: ReadonlySet<Permission> = new Set<Permission>([
  'version:download',
  'model:predict',
  'model:predict-raw',
  'key:backup',
]);

test('a lockdown refuses every verb that lets something out, and no other', async (t) => {
  const { owner, strongroom, person } = await sharedHome(t);
  await owner.serviceAccounts.create({ name: 'guest' });
  const ada = await person('ada', 'admin on everything');
  await owner.lockdown.begin({ reason: 'drill' });
  const api = strongroom.apiFor({ type: 'user', id: ada.id, methods: ['pwd'] });
  for (const [verb, [permission, call]] of [...Object.entries(VERBS), ...Object.entries(EVERYTHING)]) {
    const { code } = await outcome(call(api));
    assert.equal(code === 'LOCKED_DOWN', RELEASES.has(permission), `${verb}: ${code}`);
  }
});

/** How a call ended, well or not. */
async function outcome(call: Promise<unknown>): Promise<{ readonly code: string; readonly message: string }> {
  try {
    await call;
    return { code: 'done', message: '' };
  } catch (error) {
    const { code, message } = toStrongroomError(error);
    return { code, message };
  }
}
