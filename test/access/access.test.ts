import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Access, covers, isAdministration, parsePlace } from '../../src/access/index.ts';
import { type Ceiling, PERMISSIONS, type Permission, parsePrincipalId } from '../../src/api/index.ts';
import { withCode } from '../storage/temporary-folder.ts';
import { addUser, at, give, meddle, openAccess, seal } from './access-kit.ts';

const ADA = parsePrincipalId('user:ada');

test('who was granted nothing may nothing, and sees nothing', async (t) => {
  const { access } = await openAccess(t);
  const rights = await access.rightsOf(await addUser(access, 'ada'));
  for (const permission of Object.keys(PERMISSIONS) as Permission[]) {
    assert.ok(!rights.holdsAnywhere(permission));
    assert.ok(!rights.holds(permission, at('everything')));
  }
  assert.ok(rights.isKnown);
  assert.ok(!rights.sees(at('acme')));
});

test('who is unknown, invited or disabled may nothing at all', async (t) => {
  const { access } = await openAccess(t);
  const ada = await addUser(access, 'ada', 'admin on everything');
  assert.ok((await access.rightsOf(ada)).holds('user:read', at('everything')));
  for (const state of ['invited', 'disabled'] as const) {
    await access.principals.setState(ADA, state);
    const rights = await access.rightsOf(ada);
    assert.ok(!rights.holds('user:read', at('everything')) && !rights.isKnown, state);
  }
  await access.principals.setState(ADA, 'active');
  assert.ok((await access.rightsOf(ada)).isKnown);
  const stranger = await access.rightsOf({ type: 'user', id: 'user:eve' });
  assert.ok(!stranger.isKnown);
  // An id of one type in the mouth of another.
  assert.ok(!(await access.rightsOf({ type: 'service-account', id: 'user:ada' })).isKnown);
});

test('a grant that has ended counts no more, from its very moment on', async (t) => {
  const { access, clock } = await openAccess(t);
  const ada = await addUser(access, 'ada');
  await give(access, ADA, 'viewer on acme until 2026-05-01T00:00:01.000Z');
  assert.ok((await access.rightsOf(ada)).holds('model:read', at('acme/churn')));
  clock.now = new Date('2026-05-01T00:00:01.000Z');
  assert.ok(!(await access.rightsOf(ada)).holds('model:read', at('acme/churn')));
  assert.deepEqual(await access.grants.list(), []);
});

test('what another process changes counts at the next question', async (t) => {
  const { access, again } = await openAccess(t);
  const other = (await again()).access;
  const ada = await addUser(access, 'ada');
  const can = async () => (await other.rightsOf(ada)).holds('version:download', at('acme/churn'));
  assert.ok(!(await can()));
  const grant = await give(access, ADA, 'developer on acme');
  assert.ok(await can());
  await access.grants.remove(grant.id);
  assert.ok(!(await can()));
  await access.roles.set({ name: 'fetcher', description: '', permissions: ['version:download'] });
  await give(access, ADA, 'fetcher on acme/churn');
  assert.ok(await can());
  await access.roles.set({ name: 'fetcher', description: '', permissions: ['version:read'] });
  assert.ok(!(await can()));
  await access.roles.set({ name: 'fetcher', description: '', permissions: ['version:download'] });
  await access.principals.setState(ADA, 'disabled');
  assert.ok(!(await can()));
});

test('what was changed in the database is refused, not believed', async (t) => {
  const { access, path } = await openAccess(t);
  const ada = await addUser(access, 'ada', 'viewer on acme');
  await access.rightsOf(ada);
  meddle(
    path,
    `update documents set content = replace(content, '"viewer"', '"admin"') where collection = 'grants';
     update document_changes set changes = changes + 1`,
  );
  await assert.rejects(access.rightsOf(ada), withCode('CATALOGUE_DAMAGED'));
});

test('a name that was used is taken for good', async (t) => {
  const { access } = await openAccess(t);
  await addUser(access, 'ada');
  await access.principals.setState(ADA, 'disabled', { endsCredentials: true });
  const again = { type: 'user', name: 'ada', state: 'invited', createdBy: 'local' } as const;
  await assert.rejects(access.principals.create(again), withCode('USER_EXISTS'));
  const found = await access.principals.get('user', 'ada');
  assert.deepEqual([found.state, found.securityVersion], ['disabled', 2]);
  await assert.rejects(access.principals.get('user', 'bob'), withCode('USER_MISSING'));
  await assert.rejects(access.principals.create({ ...again, name: '../x' }), withCode('NAME_INVALID'));
  await assert.rejects(
    access.principals.create({ ...again, name: 'bob', displayName: 'x\u0000' }),
    withCode('INPUT_INVALID'),
  );
});

test('words of a principal are set, kept and taken away', async (t) => {
  const { access } = await openAccess(t);
  await addUser(access, 'ada');
  await access.principals.describe(ADA, { displayName: 'Ada', email: 'ada@example.org' });
  await access.principals.describe(ADA, { email: '' });
  const { displayName, email } = await access.principals.get('user', 'ada');
  assert.deepEqual([displayName, email], ['Ada', undefined]);
});

test('a role of that name is made once, changed, and removed; built-in ones stay', async (t) => {
  const { access } = await openAccess(t);
  const made = { name: 'tester', description: 'tests', permissions: ['scan:run', 'scan:read'] as const };
  assert.deepEqual((await access.roles.set(made)).permissions, ['scan:read', 'scan:run']);
  await access.roles.set({ ...made, permissions: ['scan:read'] });
  assert.deepEqual((await access.roles.get('tester')).permissions, ['scan:read']);
  await access.roles.remove('tester');
  await assert.rejects(access.roles.get('tester'), withCode('ROLE_MISSING'));
  await assert.rejects(access.roles.set({ ...made, name: 'admin' }), withCode('ROLE_BUILT_IN'));
  await assert.rejects(access.roles.remove('viewer'), withCode('ROLE_BUILT_IN'));
  for (const wrong of [
    { ...made, name: 'A' },
    { ...made, permissions: ['model:*' as Permission] },
    { ...made, permissions: ['toString' as Permission] },
    { ...made, description: 'x'.repeat(300) },
  ]) {
    await assert.rejects(access.roles.set(wrong), withCode('ROLE_INVALID'));
  }
});

test('the same grant again renews it; a place that is gone takes its grants along', async (t) => {
  const { access } = await openAccess(t);
  await addUser(access, 'ada', 'admin on everything');
  const first = await give(access, ADA, 'viewer on acme until 2026-06-01T00:00:00.000Z');
  const second = await give(access, ADA, 'viewer on acme');
  assert.equal(second.id, first.id);
  assert.equal(second.expiresAt, undefined);
  await give(access, ADA, 'viewer on acme/churn');
  await give(access, ADA, 'viewer on acmeic/churn');
  await access.grants.removeAt(parsePlace('acme') as never);
  const left = (await access.grants.list()).map(({ on }) => String(on));
  assert.deepEqual(left.toSorted(), ['acmeic/churn', 'everything']);
});

test('administrators are active users who hold everything for good', async (t) => {
  const { access } = await openAccess(t);
  await addUser(access, 'ada', 'admin on everything');
  await addUser(access, 'bob', 'admin on acme');
  await addUser(access, 'eve');
  await give(access, 'user:eve', 'admin on everything until 2027-01-01T00:00:00.000Z');
  await addUser(access, 'joe', 'admin on everything');
  await access.principals.setState(parsePrincipalId('user:joe'), 'invited');
  assert.deepEqual(
    (await access.administrators()).map(({ name }) => name),
    ['ada'],
  );
  assert.ok((await access.grants.list(ADA)).every(isAdministration));
});

test('changes of who may do what happen one after the other, also across processes', async (t) => {
  const { access, again } = await openAccess(t);
  const other = (await again()).access;
  let inside = 0;
  const work = async () => {
    inside += 1;
    assert.equal(inside, 1);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all([access, other, access, other].map((each) => each.change(work)));
  await assert.rejects(access.change(() => Promise.reject(new Error('no'))));
  await access.change(work);
});

test('a turn that nobody ended is over after half a minute', async (t) => {
  const { access, clock, catalogue } = await openAccess(t);
  void access.change(() => new Promise(() => undefined));
  while ((await catalogue.findDocument('turns', 'administration')) === undefined);
  clock.now = new Date(clock.now.getTime() + 30_000);
  const later = new Access({ catalogue, seal, now: () => clock.now });
  assert.equal(await later.change(() => Promise.resolve('done')), 'done');
});

const PLACES = ['everything', 'acme', 'beta', 'acme/churn', 'acme/other', 'beta/churn'];
const permissions = fc.subarray(Object.keys(PERMISSIONS) as Permission[]);
const ceilings: fc.Arbitrary<Ceiling> = fc.record(
  {
    permissions,
    places: fc.subarray(PLACES.filter((place) => place !== 'everything')) as fc.Arbitrary<never[]>,
  },
  { requiredKeys: [] },
);

test('a ceiling only ever takes away, and removing a grant only ever shrinks', async (t) => {
  const { access } = await openAccess(t);
  let count = 0;
  const grants = fc.uniqueArray(
    fc.tuple(fc.constantFrom('viewer', 'predictor', 'developer', 'admin'), fc.constantFrom(...PLACES)),
    { minLength: 1, maxLength: 3, selector: (grant) => grant.join() },
  );
  await fc.assert(
    fc.asyncProperty(grants, ceilings, async (given, ceiling) => {
      const name = `u${(count += 1)}`;
      const user = await addUser(access, name, ...given.map(([role, on]) => `${role} on ${on}`));
      const full = await access.rightsOf(user);
      const cut = await access.rightsOf({ ...user, ceiling });
      const [first] = await access.grants.list(user.id);
      await access.grants.remove(first!.id);
      const fewer = await access.rightsOf(user);
      for (const permission of Object.keys(PERMISSIONS) as Permission[]) {
        for (const place of PLACES.map(at)) {
          const has = full.holds(permission, place);
          assert.ok(has || !cut.holds(permission, place));
          assert.ok(has || !fewer.holds(permission, place));
          assert.equal(has, full.holdsUntil(permission, place) !== undefined);
          assert.ok(!has || full.holdsAnywhere(permission));
          assert.ok(!cut.holds(permission, place) || cut.holdsAnywhere(permission));
          const isCut = cut.holds(permission, place);
          assert.ok(!isCut || (ceiling.permissions ?? [permission]).includes(permission));
          const level = PERMISSIONS[permission];
          assert.ok(
            !isCut ||
              ceiling.places === undefined ||
              (level !== 'system' && ceiling.places.some((outer) => covers(outer, place))),
          );
        }
      }
    }),
    { numRuns: 40 },
  );
});
