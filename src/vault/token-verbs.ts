import { areWithin, covers, type IdentityParts, isWithinCeiling, reaches } from '../access/index.ts';
import type { Caller, Ceiling, GrantPlace, Permission, PrincipalId, Token, TokensApi } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { onEverything } from './act.ts';
import type { Clock } from './deps.ts';
import { type Act, denial, type Gate, type Permit } from './gate.ts';

const DAY_MS = 86_400_000;

export interface TokenVerbsDeps {
  readonly gate: Gate;
  readonly identity: Pick<IdentityParts, 'access' | 'issuedTokens' | 'tokenDays'>;
  readonly clock: Clock;
}

type CreateInput = Parameters<TokensApi['create']>[0];

/** The verbs on long-lived tokens. */
export function tokenVerbs(deps: TokenVerbsDeps, caller: Caller): TokensApi {
  const { gate, identity } = deps;
  return {
    list: ({ owner } = {}) => {
      const isOwn = owner === undefined || owner === caller.id;
      const act: Act =
        isOwn && caller.type !== 'local'
          ? { action: 'account:read', resource: 'own tokens' }
          : onEverything('token:read', owner === undefined ? 'tokens' : `tokens of ${owner}`);
      const whose = owner ?? (caller.type === 'local' ? undefined : (caller.id as PrincipalId));
      return gate.pass(caller, act, () => identity.issuedTokens.list(whose));
    },
    create: (input) => {
      const owner = input.owner ?? (caller.id as PrincipalId);
      const act: Act =
        owner === caller.id
          ? { action: 'token:create', resource: 'own token' }
          : onEverything('service-account:configure', `token of ${owner}`);
      return gate.pass(caller, act, (permit) => create(deps, permit, { ...input, owner }));
    },
    revoke: ({ id }) => revoke(deps, caller, id),
  };
}

async function create(
  { identity, clock }: TokenVerbsDeps,
  permit: Permit,
  input: CreateInput & { readonly owner: PrincipalId },
) {
  const { caller } = permit;
  const { owner, name, ceiling = {}, addresses = [] } = input;
  const principal = await identity.access.findPrincipal(owner);
  if (principal === undefined)
    throw new StrongroomError('PRINCIPAL_MISSING', `there is no ${owner} that could have a token`);
  if (owner !== caller.id && principal.type !== 'service-account')
    throw invalid('the token of a user is made by that user');
  if (principal.type === 'workload') throw invalid('workloads exchange tokens and have none of their own');
  if (principal.state !== 'active') throw new StrongroomError('PRINCIPAL_DISABLED', `${owner} is not active`);
  const own = await ownToken(identity, caller);
  const usual = expiryOf(input.expiresAt, clock.now(), identity.tokenDays);
  // Nobody said until when: then as long as the token that asks, at most.
  const expiresAt =
    input.expiresAt === undefined && own !== undefined && own.expiresAt < usual ? own.expiresAt : usual;
  if (!isWithinCeiling(ceiling, caller.ceiling)) throw exceeds('more permissions or places');
  if (own !== undefined) assertWithinToken(own, { expiresAt, addresses });
  if (owner !== caller.id) await assertHoldsAll(identity, permit, { owner, ceiling });
  return await identity.issuedTokens.create({
    owner,
    name,
    createdBy: caller.id,
    securityVersion: principal.securityVersion,
    expiresAt,
    ceiling,
    addresses,
  });
}

/** The token that the caller came with, where it was one. */
async function ownToken(
  { issuedTokens }: TokenVerbsDeps['identity'],
  { credential }: Caller,
): Promise<Pick<Token, 'expiresAt' | 'addresses'> | undefined> {
  return credential === undefined ? undefined : (await issuedTokens.find(credential))?.content;
}

/** A token that makes another must not outlive itself in it, nor let it out of its networks. */
function assertWithinToken(
  own: Pick<Token, 'expiresAt' | 'addresses'>,
  wanted: Pick<Token, 'expiresAt' | 'addresses'>,
): void {
  if (wanted.expiresAt > own.expiresAt) throw exceeds('a later end');
  if (!areWithin(wanted.addresses, own.addresses)) throw exceeds('more networks');
}

/** Whoever makes a token of a service account could use it: they must hold all that it can do. */
async function assertHoldsAll(
  { access }: TokenVerbsDeps['identity'],
  { rights }: Permit,
  token: { readonly owner: PrincipalId; readonly ceiling: Ceiling },
): Promise<void> {
  for (const { on, permissions } of await access.grantedTo(token.owner)) {
    for (const permission of permissions) {
      if (!reaches(on, permission)) continue;
      const isHeld = placesOf(token.ceiling, permission, on).every((place) =>
        rights.holds(permission, place),
      );
      if (!isHeld) throw exceeds(`${permission} on ${on}, which ${token.owner} holds and you do not`);
    }
  }
}

/** Where a grant gives a permission to whoever has the token. */
function placesOf(ceiling: Ceiling, permission: Permission, on: GrantPlace): readonly GrantPlace[] {
  const { permissions, places } = ceiling;
  if (permissions !== undefined && !permissions.includes(permission)) return [];
  if (places === undefined || places.some((place) => covers(place, on))) return [on];
  return places.filter((place) => covers(on, place) && reaches(place, permission));
}

async function revoke({ gate, identity }: TokenVerbsDeps, caller: Caller, id: string): Promise<void> {
  const found = await identity.issuedTokens.find(id);
  const isOwn = found !== undefined && found.content.owner === caller.id;
  const act: Act = isOwn
    ? { action: 'credential:end', resource: `token ${id}` }
    : onEverything('token:revoke', `token ${id}`);
  await gate.pass(caller, act, async () => {
    if (found === undefined) throw new StrongroomError('TOKEN_MISSING', 'there is no token of that id');
    // A token that was cut down may end itself, and nothing else of its owner's.
    if (isOwn && caller.ceiling !== undefined && caller.credential !== id)
      throw denial(caller, act.action, act.resource);
    await identity.issuedTokens.revoke(id);
  });
}

function expiryOf(
  wanted: string | undefined,
  now: Date,
  days: { readonly usual: number; readonly most: number },
): string {
  if (wanted === undefined) return new Date(now.getTime() + days.usual * DAY_MS).toISOString();
  const time = new Date(wanted);
  if (Number.isNaN(time.getTime()) || time.toISOString() !== wanted)
    throw invalid('a time is written as 2026-12-31T23:59:59.000Z');
  if (time <= now) throw invalid('the end of the token is past');
  if (time.getTime() > now.getTime() + days.most * DAY_MS)
    throw invalid(`a token lasts at most ${days.most} days`);
  return wanted;
}

function exceeds(what: string): StrongroomError {
  return new StrongroomError('TOKEN_EXCEEDS', `the token would allow ${what}`);
}

function invalid(message: string): StrongroomError {
  return new StrongroomError('TOKEN_INVALID', message);
}
