import type { Caller, Grant, Role } from '../api/index.ts';
import { parseOutputPolicy, parsePrincipalId } from '../api/index.ts';
import { Approvals } from './approvals.ts';
import { ADMIN } from './built-in-roles.ts';
import type { DocumentDeps } from './document-collection.ts';
import { GRANTS, Grants } from './grants.ts';
import { PRINCIPALS, type Principal, Principals } from './principals.ts';
import { Remembered } from './remembered.ts';
import { ALL_RIGHTS, type GrantedRole, NO_RIGHTS, type Rights, rightsFrom } from './rights.ts';
import { ROLES, Roles } from './roles.ts';
import { Turns } from './turn.ts';

export interface AccessDeps extends DocumentDeps {
  readonly now: () => Date;
}

/** Changes of these may change who may do what. */
const COLLECTIONS = [PRINCIPALS, ROLES, GRANTS] as const;

/** Who may do what, as the catalogue has it: at once, whichever process changed it. */
export class Access {
  readonly principals: Principals;
  readonly roles: Roles;
  readonly grants: Grants;
  readonly approvals: Approvals;
  readonly #deps: AccessDeps;
  readonly #turns: Turns;
  readonly #remembered: Remembered<Snapshot>;

  constructor(deps: AccessDeps) {
    this.#deps = deps;
    this.principals = new Principals(deps);
    this.roles = new Roles(deps);
    this.grants = new Grants(deps);
    this.approvals = new Approvals(deps);
    this.#turns = new Turns(deps);
    this.#remembered = new Remembered({
      changes: () => deps.catalogue.collectionChanges(COLLECTIONS),
      read: () => this.#read(),
    });
  }

  /** What a caller may do now. A principal that is not active may nothing. */
  async rightsOf(caller: Caller): Promise<Rights> {
    if (caller.type === 'local') return ALL_RIGHTS;
    const { principals, granted, lasting } = await this.#snapshot();
    const principal = principals.get(caller.id);
    if (principal?.state !== 'active' || principal.type !== caller.type) return NO_RIGHTS;
    const known = caller.ceiling === undefined ? lasting.get(caller.id) : undefined;
    if (known !== undefined) return known;
    const held = granted.get(caller.id) ?? [];
    const rights = rightsFrom(held, { now: this.#deps.now().toISOString(), ceiling: caller.ceiling });
    const isLasting = caller.ceiling === undefined && held.every(({ expiresAt }) => expiresAt === undefined);
    if (isLasting) lasting.set(caller.id, rights);
    return rights;
  }

  /** What a principal could do if it were active, without any ceiling. */
  async rightsGrantedTo(principal: string): Promise<Rights> {
    const { granted } = await this.#snapshot();
    const now = this.#deps.now().toISOString();
    return rightsFrom(granted.get(principal) ?? [], { now, ceiling: undefined });
  }

  /** The principal as it stands now, without a read of its own where nothing changed. */
  async findPrincipal(id: string): Promise<Principal | undefined> {
    return (await this.#snapshot()).principals.get(id);
  }

  /** Roles and places that a principal holds now. */
  async grantedTo(principal: string): Promise<readonly GrantedRole[]> {
    const now = this.#deps.now().toISOString();
    const granted = (await this.#snapshot()).granted.get(principal) ?? [];
    return granted.filter(({ expiresAt }) => expiresAt === undefined || now < expiresAt);
  }

  /** Users who can log in and may do everything, for good. While there is one, somebody can always help. */
  async administrators(): Promise<readonly Principal[]> {
    const { principals, grants } = await this.#snapshot();
    const holders = new Set(grants.filter(isAdministration).map(({ principal }) => String(principal)));
    return [...principals.values()].filter(
      ({ id, type, state }) => type === 'user' && state === 'active' && holders.has(id),
    );
  }

  /**
   * Changes who may do what, one after the other: what such a change has checked (that another administrator is left,
   * that a role is not in use) still holds when it writes.
   */
  change<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take('administration', work);
  }

  #snapshot(): Promise<Snapshot> {
    return this.#remembered.get('all');
  }

  async #read(): Promise<Snapshot> {
    const principals = await this.principals.list();
    const roles = new Map((await this.roles.list()).map((role) => [role.name, role]));
    const grants = await this.grants.list();
    return {
      principals: new Map(principals.map((principal) => [String(principal.id), principal])),
      grants,
      granted: grantedByPrincipal(grants, roles),
      lasting: new Map(),
    };
  }
}

interface Snapshot {
  readonly principals: ReadonlyMap<string, Principal>;
  readonly grants: readonly Grant[];
  readonly granted: ReadonlyMap<string, readonly GrantedRole[]>;
  /** Rights that only a change can change, of principals that have asked. */
  readonly lasting: Map<string, Rights>;
}

/** Whether a grant makes an administrator who stays one. */
export function isAdministration({ role, on, expiresAt }: Grant): boolean {
  return role === ADMIN && on === 'everything' && expiresAt === undefined;
}

function grantedByPrincipal(
  grants: readonly Grant[],
  roles: ReadonlyMap<string, Role>,
): ReadonlyMap<string, readonly GrantedRole[]> {
  const granted = new Map<string, GrantedRole[]>();
  const sets = new Map([...roles].map(([name, { permissions }]) => [name, new Set(permissions)]));
  for (const { id, principal, role, on, expiresAt, output } of grants) {
    const permissions = sets.get(role);
    // A role that is gone gives nothing.
    if (permissions === undefined) continue;
    const held = granted.get(principal) ?? [];
    const rule = `grant ${id}: ${role} on ${on}`;
    held.push({
      rule,
      on,
      permissions,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      ...(output === undefined ? {} : { output: parseOutputPolicy(output) }),
    });
    granted.set(parsePrincipalId(principal), held);
  }
  return granted;
}
