import type { Grant, Role, Token, User } from '../api/index.ts';
import { fail, type Line, listed, pass, warn } from './line.ts';

/** What is known of who gets in. */
export interface AccessFacts {
  readonly users: readonly User[];
  readonly roles: readonly Role[];
  readonly grants: readonly Grant[];
  readonly tokens: readonly Token[];
}

const DAY_MS = 86_400_000;
const INVITED_DAYS = 7;
const UNUSED_DAYS = 30;
const EXPIRING_DAYS = 14;
/** Whoever holds these can give themselves everything. */
const POWERFUL = ['user:create', 'grant:create', 'role:configure', 'root:change'] as const;

/** Checks what is left open: the first start, invitations, tokens that nobody uses, administrators with a password alone. */
export function checkAccess(facts: AccessFacts, now: Date): readonly Line[] {
  const bootstrap = checkBootstrap(facts.users);
  if (facts.users.length === 0) return [bootstrap];
  return [
    bootstrap,
    checkAdmins(facts, now),
    checkFactors(facts, now),
    checkInvitations(facts.users, now),
    checkUnused(facts.tokens, now),
    checkExpiring(facts.tokens, now),
    checkBoundless(facts.tokens),
  ];
}

function checkBootstrap(users: readonly User[]): Line {
  const name = { area: 'access', name: 'bootstrap' } as const;
  return users.length > 0
    ? pass(name, 'over: there is an administrator')
    : warn(
        name,
        'still open: whoever has the token that serve printed becomes the administrator',
        'make the first administrator now',
      );
}

/** Users whose grants on everything would let them take all the rest. */
function adminsOf({ users, roles, grants }: AccessFacts, now: Date): readonly User[] {
  const strong = new Set(
    roles
      .filter(({ permissions }) => POWERFUL.some((permission) => permissions.includes(permission)))
      .map((role) => role.name),
  );
  const ids = new Set<string>(
    grants
      .filter(
        ({ role, on, expiresAt }) =>
          on === 'everything' &&
          strong.has(role) &&
          (expiresAt === undefined || Date.parse(expiresAt) > now.getTime()),
      )
      .map(({ principal }) => principal),
  );
  return users.filter(({ id, state }) => state === 'active' && ids.has(id));
}

function checkAdmins(facts: AccessFacts, now: Date): Line {
  const name = { area: 'access', name: 'administrators' } as const;
  const admins = adminsOf(facts, now);
  if (admins.length === 0)
    return fail(name, 'nobody can administer', 'grant the role admin from the local command line');
  return admins.length === 1
    ? warn(
        name,
        `only ${admins[0]?.name ?? ''}: if they cannot log in, nobody can`,
        'make a second administrator',
      )
    : pass(name, listed(admins.map((user) => user.name)));
}

function checkFactors(facts: AccessFacts, now: Date): Line {
  const name = { area: 'access', name: 'second-factors' } as const;
  const bare = adminsOf(facts, now).filter(
    ({ factors }) => factors.password && !factors.totp && factors.passkeys === 0,
  );
  return bare.length === 0
    ? pass(name, 'every administrator has one')
    : fail(
        name,
        `administrators with a password alone: ${listed(bare.map((user) => user.name))}`,
        'they add a passkey or TOTP to their account',
      );
}

function checkInvitations(users: readonly User[], now: Date): Line {
  const name = { area: 'access', name: 'invitations' } as const;
  const old = users.filter(
    ({ state, createdAt }) => state === 'invited' && isOlder(createdAt, INVITED_DAYS, now),
  );
  return old.length === 0
    ? pass(name, 'none has been open for long')
    : warn(
        name,
        `invited more than ${INVITED_DAYS} days ago and never came: ${listed(old.map((user) => user.name))}`,
        'strongroom user disable NAME, or invite them anew',
      );
}

function checkUnused(tokens: readonly Token[], now: Date): Line {
  const name = { area: 'access', name: 'unused-tokens' } as const;
  const unused = tokens.filter(({ createdAt, lastUsedAt }) =>
    isOlder(lastUsedAt ?? createdAt, UNUSED_DAYS, now),
  );
  return unused.length === 0
    ? pass(name, `every token was used within ${UNUSED_DAYS} days`)
    : warn(
        name,
        `not used for ${UNUSED_DAYS} days: ${listed(unused.map(toldToken))}`,
        'strongroom token revoke ID',
      );
}

function checkExpiring(tokens: readonly Token[], now: Date): Line {
  const name = { area: 'access', name: 'expiring-tokens' } as const;
  const soon = tokens.filter(({ expiresAt }) => {
    const leftMs = Date.parse(expiresAt) - now.getTime();
    return leftMs > 0 && leftMs < EXPIRING_DAYS * DAY_MS;
  });
  return soon.length === 0
    ? pass(name, `no token expires within ${EXPIRING_DAYS} days`)
    : warn(
        name,
        `expire within ${EXPIRING_DAYS} days: ${listed(soon.map(toldToken))}`,
        'make new ones in time',
      );
}

function checkBoundless(tokens: readonly Token[]): Line {
  const name = { area: 'access', name: 'boundless-tokens' } as const;
  const open = tokens.filter(
    ({ ceiling, addresses }) =>
      ceiling.permissions === undefined && ceiling.places === undefined && addresses.length === 0,
  );
  return open.length === 0
    ? pass(name, 'every token is limited to permissions, places or addresses')
    : warn(
        name,
        `may do all that their owner may, from anywhere: ${listed(open.map(toldToken))}`,
        'make tokens with --permission, --on or --address',
      );
}

function toldToken({ owner, name }: Token): string {
  return `${owner}/${name}`;
}

function isOlder(at: string, days: number, now: Date): boolean {
  return now.getTime() - Date.parse(at) > days * DAY_MS;
}
