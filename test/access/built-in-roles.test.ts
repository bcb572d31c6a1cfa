// The table of roles against one that was written by hand, permission by permission, and every place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BUILT_IN_ROLES } from '../../src/access/index.ts';
import { PERMISSIONS, type Permission } from '../../src/api/index.ts';
import { addUser, at, openAccess } from './access-kit.ts';

const COLUMNS = [
  'viewer',
  'predictor',
  'developer',
  'publisher',
  'approver',
  'admin',
  'auditor',
  'security-officer',
];

/** One line a permission: its level (System, Namespace, Model), then x for each role of `COLUMNS` that has it. */
const EXPECTED = `
  namespace:create          S  . . . . . x . .
  namespace:read            N  x . x x x x x x
  namespace:configure       N  . . . . . x . .
  namespace:delete          N  . . . . . x . .
  model:create              N  . . x . . x . .
  model:read                M  x x x x x x x x
  model:configure           M  . . x . . x . .
  model:delete              M  . . . . . x . .
  model:predict             M  . x x . . x . .
  model:predict-raw         M  . . x . . x . .
  version:create            M  . . x . . x . .
  version:read              M  x . x x x x x x
  version:download          M  . . x . . x . .
  version:verify            M  . . x x x x x x
  version:configure         M  . . x . . x . .
  version:delete            M  . . . . . x . .
  version:sign              M  . . . x . x . .
  version:withdraw          M  . . . x . x . x
  quarantine:read           M  . . . . x x x x
  quarantine:release        M  . . . . x x . x
  quarantine:delete         M  . . . . . x . x
  scan:read                 M  x . x x x x x x
  scan:run                  M  . . x . . x . x
  alias:set                 M  . . . x . x . .
  alias:delete              M  . . . x . x . .
  trust:read                N  x . x x x x x x
  trust:configure           N  . . . . . x . x
  signing-key:read          S  . . . x . x x x
  signing-key:create        S  . . . . . x . x
  signing-key:revoke        S  . . . . . x . x
  key:read                  N  . . . . . x x x
  key:rotate                N  . . . . . x . x
  key:retire                N  . . . . . x . x
  key:destroy               N  . . . . . x . x
  key:backup                S  . . . . . x . x
  root:read                 S  . . . . . x x x
  root:change               S  . . . . . x . x
  user:read                 S  . . . . . x x x
  user:create               S  . . . . . x . .
  user:configure            S  . . . . . x . x
  service-account:read      S  . . . . . x x x
  service-account:create    S  . . . . . x . .
  service-account:configure S  . . . . . x . x
  role:read                 S  . . . . . x x x
  role:configure            S  . . . . . x . .
  grant:read                M  . . . . . x x x
  grant:create              M  . . . . . x . .
  grant:delete              M  . . . . . x . x
  token:read                S  . . . . . x x x
  token:revoke              S  . . . . . x . x
  approval:read             S  . . . . x x x x
  approval:decide           S  . . . . x x . x
  workload:read             S  . . . . . x x x
  workload:configure        S  . . . . . x . .
  block:read                S  . . . . . x x x
  block:configure           S  . . . . . x . x
  lockdown:begin            S  . . . . . x . x
  lockdown:lift             S  . . . . . x . x
  defence:read              S  . . . . . x x x
  defence:configure         S  . . . . . x . x
  metrics:read              S  . . . . . x x x
  evidence:export           S  . . . . . x x x
  system:read               S  . . . . . x x x
  system:configure          S  . . . . . x . .
  system:backup             S  . . . . . x . .
  system:verify             S  . . . . . x x x
  audit:read                S  . . . . . x x x
  audit:export              S  . . . . . x x x
  audit:verify              S  . . . . . x x x
  audit:archive             S  . . . . . x . .
  audit:witness             S  . . . . . x . x
`;

const ROWS = EXPECTED.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/))
  .map(([permission = '', level = '', ...marks]) => ({
    permission: permission as Permission,
    level,
    roles: COLUMNS.filter((_, column) => marks[column] === 'x'),
  }));

/** Where a grant is, and where that lets one do what is about everything (S), a namespace (N) or a model (M). */
const PLACES = ['everything', 'acme', 'beta', 'acme/churn', 'acme/other', 'beta/churn'];
const REACH: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  everything: {
    // What concerns the whole strongroom is done to everything, wherever one stands.
    S: PLACES,
    N: PLACES,
    M: PLACES,
  },
  acme: { S: [], N: ['acme', 'acme/churn', 'acme/other'], M: ['acme', 'acme/churn', 'acme/other'] },
  'acme/churn': { S: [], N: [], M: ['acme/churn'] },
};

test('the table of expectations names every permission and every built-in role', () => {
  assert.deepEqual(
    ROWS.map(({ permission }) => permission),
    Object.keys(PERMISSIONS),
  );
  assert.deepEqual(
    BUILT_IN_ROLES.map(({ name }) => name),
    COLUMNS,
  );
  for (const { permission, level } of ROWS) {
    assert.equal(PERMISSIONS[permission], { S: 'system', N: 'namespace', M: 'model' }[level]);
  }
});

for (const grantedOn of Object.keys(REACH)) {
  test(`each role on ${grantedOn} allows exactly what is expected, at every place`, async (t) => {
    const { access } = await openAccess(t);
    for (const role of COLUMNS) {
      const rights = await access.rightsOf(await addUser(access, role, `${role} on ${grantedOn}`));
      for (const { permission, level, roles } of ROWS) {
        for (const place of PLACES) {
          const expected = roles.includes(role) && REACH[grantedOn]![level]!.includes(place);
          assert.equal(
            rights.holds(permission, at(place)),
            expected,
            `${role} on ${grantedOn}: ${permission} at ${place}`,
          );
        }
        const somewhere = roles.includes(role) && REACH[grantedOn]![level]!.length > 0;
        assert.equal(rights.holdsAnywhere(permission), somewhere, `${role} on ${grantedOn}: ${permission}`);
      }
    }
  });
}

test('whoever asks for predictions gets no content, and auditors get neither', () => {
  const of = (name: string) => BUILT_IN_ROLES.find((role) => role.name === name)!.permissions;
  assert.ok(!of('predictor').includes('version:download'));
  for (const name of ['auditor', 'security-officer', 'approver', 'publisher', 'viewer']) {
    for (const permission of ['version:download', 'model:predict', 'model:predict-raw'] as const) {
      assert.ok(!of(name).includes(permission), `${name} ${permission}`);
    }
  }
  assert.ok(of('auditor').every((each) => /:(?:read|verify)$|^(?:audit|evidence):export$/.test(each)));
});
