// What takes two people.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAliasName, parseModelName, parseNamespaceName } from '../../src/api/index.ts';
import { bytesOf, putOf } from '../kit/temporary-home.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { refusal, sharedHome } from './access-kit.ts';

const CHURN = parseModelName('acme/churn');
const ACME = parseNamespaceName('acme');
const PRODUCTION = parseAliasName('production');
const WISH = { action: 'version:download', resource: 'acme/churn@1', reason: 'audit 7' } as const;
const YES = { decision: 'approved', reason: 'I was there' } as const;

test('the content of a protected model takes a second person, every time', async (t) => {
  const { owner, person, program } = await sharedHome(t);
  const ada = await person('ada', 'developer on acme');
  const bob = await person('bob', 'developer on acme', 'approver on everything');
  const ci = await program('ci', 'developer on acme');
  assert.equal(
    (await owner.models.configure({ model: CHURN, protection: 'two-person' })).protection,
    'two-person',
  );
  const open = () => ada.api.versions.open({ model: CHURN, version: 1 });
  const refused = await refusal(open());
  assert.equal(refused.code, 'APPROVAL_REQUIRED');
  assert.match(refused.hint, /strongroom approval request version:download "acme\/churn@1"/);
  assert.equal((await refusal(ci.api.versions.open({ model: CHURN }))).code, 'APPROVAL_REQUIRED');
  const wish = await ada.api.approvals.request(WISH);
  assert.deepEqual([wish.state, wish.requestedBy], ['open', 'user:ada']);
  assert.equal((await refusal(open())).code, 'APPROVAL_REQUIRED');
  await bob.api.approvals.decide({ id: wish.id, ...YES });
  await using opened = await open();
  assert.equal((await bytesOf(opened.files[0]!.read())).toString(), 'notes on acme/churn');
  const [used] = await ada.api.approvals.list();
  assert.deepEqual([used?.state, used?.decidedBy, used?.decisionReason], ['used', 'user:bob', 'I was there']);
  // Further requests of the same download belong to the same use, those of another log-in do not.
  await using more = await open();
  assert.equal(more.version.version, 1);
  // The owner holds the keys anyway.
  await using own = await owner.versions.open({ model: CHURN });
  assert.equal(own.version.version, 1);
});

test('an approval is good for one log-in, once, and for that version alone', async (t) => {
  const { owner, strongroom, person } = await sharedHome(t);
  const ada = await person('ada', 'developer on acme');
  const bob = await person('bob', 'developer on acme', 'approver on everything');
  await owner.models.configure({ model: CHURN, protection: 'two-person' });
  await owner.versions.put(putOf('acme/churn', { 'note.txt': 'second' }));
  await owner.aliases.set({ model: CHURN, alias: PRODUCTION, version: 1 });
  const approve = async () => {
    const { id } = await ada.api.approvals.request(WISH);
    await bob.api.approvals.decide({ id, ...YES });
  };
  await approve();
  await owner.aliases.set({ model: CHURN, alias: PRODUCTION, version: 2 });
  // The alias leads to a version that nobody agreed to.
  assert.equal(
    (await refusal(ada.api.versions.open({ model: CHURN, alias: PRODUCTION }))).code,
    'APPROVAL_REQUIRED',
  );
  const elsewhere = (credential?: string) =>
    strongroom.apiFor({ type: 'user', id: ada.id, ...(credential && { credential }) });
  const results = await Promise.allSettled(
    ['one', 'two', 'three', undefined].map((log) =>
      elsewhere(log).versions.open({ model: CHURN, version: 1 }),
    ),
  );
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  assert.equal(
    (await refusal(bob.api.versions.open({ model: CHURN, version: 1 }))).code,
    'APPROVAL_REQUIRED',
  );
  await approve();
  // Without a log-in that it could belong to, the use is over at once.
  await (await elsewhere().versions.open({ model: CHURN, version: 1 })).close();
  assert.equal(
    (await refusal(elsewhere().versions.open({ model: CHURN, version: 1 }))).code,
    'APPROVAL_REQUIRED',
  );
});

test('whoever asks cannot agree, nor can a program, a token, or who may not do it themselves', async (t) => {
  const { owner, strongroom, person, program } = await sharedHome(t);
  const ada = await person('ada', 'admin on everything');
  const approver = await person('eve', 'approver on everything');
  const robot = await program('ci', 'admin on everything');
  await owner.models.configure({ model: CHURN, protection: 'two-person' });
  const { id } = await ada.api.approvals.request(WISH);
  const decide = (api: typeof owner) => refusal(api.approvals.decide({ id, ...YES }));
  assert.equal((await decide(ada.api)).code, 'APPROVAL_SAME_PERSON');
  assert.equal((await decide(robot.api)).code, 'ACCESS_DENIED');
  const withToken = strongroom.apiFor({ ...approver.caller, methods: ['token'] });
  assert.equal((await decide(withToken)).code, 'ACCESS_DENIED');
  // She may decide, but not fetch: nobody agrees to what they may not do.
  assert.match((await decide(approver.api)).message, /may not version:download/);
  assert.equal((await refusal(robot.api.approvals.request(WISH))).code, 'APPROVAL_INVALID');
  assert.equal((await refusal(owner.approvals.request(WISH))).code, 'APPROVAL_INVALID');
  await owner.approvals.decide({ id, decision: 'rejected', reason: 'not today' });
  assert.equal((await decide(owner)).code, 'APPROVAL_DECIDED');
  assert.equal((await refusal(ada.api.versions.open({ model: CHURN }))).code, 'APPROVAL_REQUIRED');
  await assert.rejects(ada.api.approvals.decide({ id: 'nothing', ...YES }), withCode('APPROVAL_MISSING'));
});

test('what was agreed to ends with the rights of who agreed', async (t) => {
  const { owner, person } = await sharedHome(t);
  const ada = await person('ada', 'developer on acme');
  const bob = await person('bob', 'developer on acme', 'approver on everything');
  await owner.models.configure({ model: CHURN, protection: 'two-person' });
  const { id } = await ada.api.approvals.request(WISH);
  await bob.api.approvals.decide({ id, ...YES });
  await owner.users.disable({ name: 'bob' });
  assert.equal((await refusal(ada.api.versions.open({ model: CHURN }))).code, 'APPROVAL_REQUIRED');
  await owner.users.enable({ name: 'bob' });
  await using opened = await ada.api.versions.open({ model: CHURN });
  assert.equal(opened.version.version, 1);
});

test('protection, and the number of people of a trust policy, are not lowered by one alone', async (t) => {
  const { owner, person } = await sharedHome(t);
  const ada = await person('ada', 'admin on everything');
  const bob = await person('bob', 'admin on everything');
  const approved = async (action: 'model:configure' | 'trust:configure', resource: string) => {
    const { id } = await ada.api.approvals.request({ action, resource, reason: 'an exception' });
    await bob.api.approvals.decide({ id, ...YES });
  };
  await ada.api.models.configure({ model: CHURN, protection: 'two-person' });
  const unprotect = () => ada.api.models.configure({ model: CHURN, protection: 'none' });
  assert.equal((await refusal(unprotect())).code, 'APPROVAL_REQUIRED');
  await ada.api.models.configure({ model: CHURN, description: 'still free to say' });
  await approved('model:configure', 'acme/churn');
  assert.equal((await unprotect()).protection, 'none');
  await owner.trust.set({ namespace: ACME, change: { approvals: 2 } });
  const lower = () => ada.api.trust.set({ namespace: ACME, change: { approvals: 1 } });
  assert.equal((await refusal(lower())).code, 'APPROVAL_REQUIRED');
  await approved('trust:configure', 'acme');
  assert.equal((await lower()).approvals, 1);
});

test('a key is destroyed by two', async (t) => {
  const { owner, person } = await sharedHome(t);
  const ada = await person('ada', 'security-officer on everything');
  const bob = await person('bob', 'security-officer on everything');
  await ada.api.keys.rotate({ name: 'acme' });
  await ada.api.keys.retire({ name: 'acme', version: 1 });
  const destroy = () => ada.api.keys.destroy({ name: 'acme', version: 1, now: true });
  const refused = await refusal(destroy());
  assert.equal(refused.code, 'APPROVAL_REQUIRED');
  const wish = { action: 'key:destroy', resource: 'key acme@1', reason: 'lost laptop' } as const;
  const { id } = await ada.api.approvals.request(wish);
  await bob.api.approvals.decide({ id, ...YES });
  assert.equal((await destroy()).versions[0]?.state, 'destroyed');
  await owner.keys.rotate({ name: 'beta' });
  await owner.keys.retire({ name: 'beta', version: 1 });
  assert.equal(
    (await owner.keys.destroy({ name: 'beta', version: 1, now: true })).versions[0]?.state,
    'destroyed',
  );
});

test('a quarantined version is let out by two people, and no program is one of them', async (t) => {
  const { owner, person, program } = await sharedHome(t);
  const ada = await person('ada', 'approver on acme');
  const bob = await person('bob', 'approver on acme');
  const robot = await program('ci', 'approver on acme');
  await owner.trust.set({ namespace: ACME, change: { approvals: 2, enter: { unknown: 'quarantine' } } });
  const odd = Uint8Array.from({ length: 4000 }, (_, at) => (at * 7919 + (at >> 3)) & 0xff);
  const { version, state } = await owner.versions.put(putOf('acme/churn', { 'm.bin': odd }));
  assert.equal(state, 'quarantined');
  const release = (api: typeof owner) =>
    api.quarantine.release({ model: CHURN, version, reason: 'our own format' });
  assert.equal((await refusal(release(robot.api))).code, 'TRUST_APPROVAL');
  assert.equal((await release(ada.api)).isReleased, false);
  assert.equal((await refusal(release(ada.api))).code, 'TRUST_APPROVAL');
  assert.equal((await refusal(release(robot.api))).code, 'TRUST_APPROVAL');
  // Whoever wished for it may not any more: then it is a new wish.
  await owner.users.disable({ name: 'ada' });
  assert.equal((await release(bob.api)).isReleased, false);
  await owner.users.enable({ name: 'ada' });
  assert.equal((await release(ada.api)).isReleased, true);
});

test('requests are for what takes two people, in the form of the record', async (t) => {
  const { person } = await sharedHome(t);
  const { api } = await person('ada', 'admin on acme');
  const ask = (action: string, resource: string, reason = 'why') =>
    refusal(api.approvals.request({ action: action as 'key:destroy', resource, reason }));
  assert.equal((await ask('model:read', 'acme/churn')).code, 'APPROVAL_INVALID');
  assert.equal((await ask('version:download', 'acme/churn:production')).code, 'APPROVAL_INVALID');
  assert.equal((await ask('key:destroy', 'acme@1')).code, 'APPROVAL_INVALID');
  assert.equal((await ask('version:download', 'acme/churn@9')).code, 'VERSION_MISSING');
  assert.equal((await ask('version:download', 'acme/churn@1', ' ')).code, 'APPROVAL_INVALID');
  assert.equal((await ask('version:download', '../x@1')).code, 'NAME_INVALID');
  await api.approvals.request(WISH);
  assert.equal((await api.approvals.list()).length, 1);
});
