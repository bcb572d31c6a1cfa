import assert from 'node:assert/strict';
import test from 'node:test';
import { type Grant, principalId, type Role, type Token, type User } from '../../src/api/index.ts';
import { type AccessFacts, checkAccess } from '../../src/doctor/index.ts';
import { daysAgo, expectLine, NOW } from './line-of.ts';

function userOf(name: string, more: Partial<User> = {}): User {
  return {
    id: principalId('user', name),
    name,
    state: 'active',
    createdAt: daysAgo(100),
    createdBy: 'bootstrap',
    factors: { password: true, totp: false, passkeys: 1 },
    ...more,
  };
}

const ADMIN: Role = {
  name: 'admin',
  description: '',
  permissions: ['user:create', 'grant:create'],
  isBuiltIn: true,
};
const VIEWER: Role = { name: 'viewer', description: '', permissions: ['model:read'], isBuiltIn: true };

function grantOf(name: string, more: Partial<Grant> = {}): Grant {
  const grant = { id: name, principal: principalId('user', name), role: 'admin', on: 'everything' as const };
  return { ...grant, createdAt: daysAgo(100), createdBy: 'bootstrap', ...more };
}

function tokenOf(more: Partial<Token> = {}): Token {
  return {
    id: 't',
    owner: principalId('service-account', 'ci'),
    name: 'deploy',
    hint: 'srs_ab…yz',
    createdAt: daysAgo(60),
    expiresAt: daysAgo(-60),
    lastUsedAt: daysAgo(1),
    ceiling: { permissions: ['model:read'] },
    addresses: [],
    ...more,
  };
}

const GOOD: AccessFacts = {
  users: [userOf('ada'), userOf('bob')],
  roles: [ADMIN, VIEWER],
  grants: [grantOf('ada'), grantOf('bob')],
  tokens: [tokenOf()],
};

function look(facts: Partial<AccessFacts>) {
  return checkAccess({ ...GOOD, ...facts }, NOW);
}

test('a well-kept access passes every line', () => {
  assert.deepEqual([...new Set(look({}).map(({ standing }) => standing))], ['pass']);
  assert.equal(look({}).length, 7);
});

test('bootstrap: warns, and nothing else is said, while there is nobody', () => {
  const lines = look({ users: [], grants: [], tokens: [] });
  expectLine(lines, 'bootstrap', ['warn', /still open/]);
  assert.equal(lines.length, 1);
});

test('administrators: fails for none, warns for one', () => {
  expectLine(look({ grants: [] }), 'administrators', ['fail', /nobody/]);
  expectLine(look({ grants: [grantOf('ada')] }), 'administrators', ['warn', /only ada/]);
});

test('a grant that has expired, is on one namespace, or of a weak role makes no administrator', () => {
  const weak: readonly Partial<Grant>[] = [
    { expiresAt: daysAgo(1) },
    { on: 'acme' as Grant['on'] },
    { role: 'viewer' },
  ];
  for (const more of weak)
    expectLine(look({ grants: [grantOf('ada', more)] }), 'administrators', ['fail', /nobody/]);
  const disabled = [userOf('ada', { state: 'disabled' })];
  expectLine(look({ users: disabled }), 'administrators', ['fail', /nobody/]);
});

test("a role of one's own with the power to grant makes an administrator", () => {
  const own: Role = { name: 'owner', description: '', permissions: ['grant:create'], isBuiltIn: false };
  const grants = [grantOf('ada', { role: 'owner' }), grantOf('bob')];
  expectLine(look({ roles: [ADMIN, own], grants }), 'administrators', ['pass', /ada, bob/]);
});

test('second factors: fails for an administrator with a password alone', () => {
  const bare = userOf('bob', { factors: { password: true, totp: false, passkeys: 0 } });
  expectLine(look({ users: [userOf('ada'), bare] }), 'second-factors', ['fail', /alone: bob/]);
  const totp = userOf('bob', { factors: { password: true, totp: true, passkeys: 0 } });
  expectLine(look({ users: [userOf('ada'), totp] }), 'second-factors', ['pass', /./]);
});

test('invitations: warns for one that nobody took for a week', () => {
  const invited = (days: number) => userOf('eve', { state: 'invited', createdAt: daysAgo(days) });
  expectLine(look({ users: [...GOOD.users, invited(8)] }), 'invitations', ['warn', /eve/]);
  expectLine(look({ users: [...GOOD.users, invited(2)] }), 'invitations', ['pass', /./]);
});

test('tokens: warns for those that nobody uses, that expire soon, and that are not limited', () => {
  const fresh = { id: 'u', owner: GOOD.tokens[0]?.owner, createdAt: daysAgo(1) };
  const { lastUsedAt: _, ...neverUsed } = tokenOf();
  expectLine(look({ tokens: [neverUsed] }), 'unused-tokens', ['warn', /service-account:ci\/deploy/]);
  expectLine(look({ tokens: [tokenOf({ lastUsedAt: daysAgo(31) })] }), 'unused-tokens', ['warn', /deploy/]);
  expectLine(look({ tokens: [{ ...neverUsed, createdAt: fresh.createdAt }] }), 'unused-tokens', [
    'pass',
    /./,
  ]);
  expectLine(look({ tokens: [tokenOf({ expiresAt: daysAgo(-10) })] }), 'expiring-tokens', ['warn', /deploy/]);
  expectLine(look({ tokens: [tokenOf({ expiresAt: daysAgo(10) })] }), 'expiring-tokens', ['pass', /./]);
  expectLine(look({ tokens: [tokenOf({ ceiling: {} })] }), 'boundless-tokens', ['warn', /deploy/]);
  const bound = tokenOf({ ceiling: {}, addresses: ['10.0.0.0/8'] });
  expectLine(look({ tokens: [bound] }), 'boundless-tokens', ['pass', /./]);
});
