import { type PrincipalId, principalId, principalName, quoteForMessage } from '../api/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { Access } from './access.ts';
import { authFailed } from './auth-failed.ts';
import type { ExternalIdentities } from './external-identities.ts';
import type { Invitations } from './invitations.ts';
import type { OidcClaims } from './oidc-client.ts';
import type { OidcProviderRules } from './oidc-provider.ts';

/** Groups of one person that are looked at. */
const MAX_GROUPS = 2000;

export interface OidcArrivalsDeps {
  readonly access: Pick<Access, 'principals' | 'grants' | 'roles' | 'change' | 'findPrincipal'>;
  readonly identities: ExternalIdentities;
  readonly invitations: Pick<Invitations, 'withdraw'>;
  /** How long roles of groups last after a log-in: as long as the longest session. */
  readonly roleSeconds: number;
  readonly now: () => Date;
}

/** From somebody whom a provider vouches for to a user of ours. */
export class OidcArrivals {
  readonly #deps: OidcArrivalsDeps;

  constructor(deps: OidcArrivalsDeps) {
    this.#deps = deps;
  }

  /**
   * The user, made or activated where the rules say so, with the roles of the groups. Throws `OIDC_FACTOR_WANTED`,
   * `OIDC_NOT_LINKED`, and `AUTH_FAILED` for a user who is disabled.
   */
  async receive(rules: OidcProviderRules, claims: OidcClaims): Promise<PrincipalId> {
    assertStrength(rules, claims);
    const user = await this.#userOf(rules, claims);
    await this.#activate(user);
    await this.#giveRoles(user, rules, claims);
    return user;
  }

  async #userOf(rules: OidcProviderRules, claims: OidcClaims): Promise<PrincipalId> {
    const { iss: issuer, sub: subject } = claims;
    const linked = await this.#deps.identities.find({ issuer, subject });
    if (linked !== undefined) return linked.user;
    if (!rules.isOpen) throw notLinked(`nobody here is linked to the subject ${quoteForMessage(subject)}`);
    return await this.#makeUser(rules, claims);
  }

  /** A name that is or was taken is never taken over: whose it is, is not for the provider to say. */
  async #makeUser(rules: OidcProviderRules, claims: OidcClaims): Promise<PrincipalId> {
    const user = userNamed(claims[rules.nameClaim]);
    const linkedBy = `oidc:${rules.id}`;
    const { iss: issuer, sub: subject, email, name: displayName } = claims;
    try {
      await this.#deps.access.principals.create({
        type: 'user',
        name: principalName(user),
        state: 'active',
        createdBy: linkedBy,
        ...(typeof displayName === 'string' && { displayName: displayName.slice(0, 128) }),
        ...(typeof email === 'string' && { email: email.slice(0, 254) }),
      });
    } catch (error) {
      if (!isStrongroomError(error, 'USER_EXISTS')) throw error;
      throw notLinked('there is or was a user of that name, who is somebody else');
    }
    await this.#deps.identities.link({ user, provider: rules.id, issuer, subject, linkedBy });
    return user;
  }

  /** Somebody who was invited and linked needs no password. */
  async #activate(user: PrincipalId): Promise<void> {
    const principal = await this.#deps.access.principals.find(user);
    if (principal === undefined || principal.state === 'disabled') throw authFailed();
    if (principal.state !== 'invited') return;
    await this.#deps.access.principals.setState(user, 'active');
    await this.#deps.invitations.withdraw(user);
  }

  /** Roles of groups end by themselves, and with the next log-in after somebody left the group. */
  async #giveRoles(user: PrincipalId, rules: OidcProviderRules, claims: OidcClaims): Promise<void> {
    const createdBy = `oidc:${rules.id}`;
    const groups = new Set(groupsOf(claims[rules.groupsClaim]));
    const wanted = rules.roles.filter(({ group }) => groups.has(group));
    const { access, now, roleSeconds } = this.#deps;
    const given = (await access.grants.list(user)).filter((grant) => grant.createdBy === createdBy);
    if (wanted.length === 0 && given.length === 0) return;
    const expiresAt = new Date(now().getTime() + roleSeconds * 1000).toISOString();
    await access.change(async () => {
      for (const { id, role, on } of given)
        if (!wanted.some((each) => each.role === role && each.on === on)) await access.grants.remove(id);
      for (const { role, on } of wanted) {
        const known = await access.grants.find({ principal: user, role, on });
        // What somebody granted by hand stays as it was granted.
        const isByHand =
          known !== undefined && known.createdBy !== createdBy && !isOver(known.expiresAt, now());
        if (!isByHand) await access.grants.put({ principal: user, role, on, expiresAt, createdBy });
      }
    });
  }
}

function isOver(expiresAt: string | undefined, now: Date): boolean {
  return expiresAt !== undefined && expiresAt <= now.toISOString();
}

function assertStrength({ requiredAcr, requiredAmr }: OidcProviderRules, { acr, amr }: OidcClaims): void {
  const isReached = requiredAcr.length === 0 || (typeof acr === 'string' && requiredAcr.includes(acr));
  const used: readonly unknown[] = Array.isArray(amr) ? amr : [];
  if (isReached && requiredAmr.every((method) => used.includes(method))) return;
  throw new StrongroomError(
    'OIDC_FACTOR_WANTED',
    'the provider did not vouch for the way of logging in that is wanted',
  );
}

function groupsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.slice(0, MAX_GROUPS).filter((group): group is string => typeof group === 'string');
}

/** The name that a claim gives: an address without its host, in lower case. Throws `OIDC_NOT_LINKED`. */
function userNamed(claim: unknown): PrincipalId {
  const name = typeof claim === 'string' ? (claim.split('@')[0] ?? '').toLowerCase() : '';
  try {
    return principalId('user', name);
  } catch (error) {
    if (!isStrongroomError(error, 'NAME_INVALID')) throw error;
    throw notLinked('the provider gives no name that a user can have');
  }
}

function notLinked(message: string): StrongroomError {
  return new StrongroomError('OIDC_NOT_LINKED', message);
}
