import { type Access, covers, FOR_GOOD, isAdministration, isModel, reaches } from '../access/index.ts';
import {
  type Caller,
  formatOutputPolicy,
  GRANTED_OUTPUT,
  type Grant,
  type GrantPlace,
  type GrantsApi,
  type OutputPolicy,
  type Permission,
  parseOutputPolicy,
  strictestOutput,
} from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { listing, onEverything, onModel, onNamespace } from './act.ts';
import { type Clock, stamp } from './deps.ts';
import { denial, type Gate, type GrantedAct } from './gate.ts';

export interface GrantVerbsDeps {
  readonly gate: Gate;
  readonly access: Pick<Access, 'principals' | 'roles' | 'grants' | 'change' | 'rightsOf' | 'administrators'>;
  readonly clock: Clock;
}

/** The verbs on grants. */
export function grantVerbs(deps: GrantVerbsDeps, caller: Caller): GrantsApi {
  const { gate, access } = deps;
  return {
    list: ({ principal, on } = {}) =>
      gate.pass(caller, listing('grant:read', 'grants'), async ({ rights }) =>
        (await access.grants.list(principal)).filter(
          (grant) => rights.holds('grant:read', grant.on) && (on === undefined || covers(grant.on, on)),
        ),
      ),
    create: (input) =>
      gate.pass(caller, granting(input), () => access.change(() => createGrant(deps, caller, input))),
    remove: ({ id }) =>
      gate.pass(caller, listing('grant:delete', `grant ${id.slice(0, 64)}`), () =>
        access.change(() => removeGrant(deps, caller, id)),
      ),
  };
}

type NewGrant = Parameters<GrantsApi['create']>[0];

function granting({ principal, role, on }: NewGrant): GrantedAct {
  return { ...actAt('grant:create', on), resource: `${role} for ${principal} on ${on}` };
}

function actAt(action: 'grant:create', on: GrantPlace): GrantedAct {
  if (on === 'everything') return onEverything(action);
  return isModel(on) ? onModel(action, { model: on }) : onNamespace(action, on);
}

async function createGrant(deps: GrantVerbsDeps, caller: Caller, input: NewGrant): Promise<Grant> {
  const { access } = deps;
  const { principal, role, on, expiresAt } = input;
  if ((await access.principals.find(principal)) === undefined) {
    throw new StrongroomError('PRINCIPAL_MISSING', `there is no ${principal}`);
  }
  assertEnd(expiresAt, stamp(deps.clock));
  const before = await access.grants.find({ principal, role, on });
  // A policy that was set is not lost by a renewal that does not think of it.
  const output = canonicalOutput(input.output) ?? before?.output;
  const next = {
    ...{ principal, role, on },
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(output === undefined ? {} : { output }),
  };
  const { permissions } = await access.roles.get(role);
  await assertMayHandOn(deps, caller, { ...next, permissions });
  if (before !== undefined && (endOf(next) < endOf(before) || isTighter(next, before, permissions))) {
    const rights = await access.rightsOf(caller);
    // An earlier end, or a tighter policy, takes something away.
    if (!rights.holds('grant:delete', on)) throw denial(caller, 'grant:delete', on);
    if (endOf(next) < endOf(before)) await assertAdministratorStays(deps, before);
  }
  return await access.grants.put({ ...next, createdBy: caller.id });
}

function canonicalOutput(text: string | undefined): string | undefined {
  return text === undefined ? undefined : formatOutputPolicy(parseOutputPolicy(text));
}

/** How much a grant lets out of a prediction, if its role lets anybody predict. */
function outputOf({ output }: Pick<Grant, 'output'>, permissions: readonly Permission[]): OutputPolicy {
  if (output !== undefined) return parseOutputPolicy(output);
  return permissions.includes('model:predict-raw') ? {} : GRANTED_OUTPUT;
}

function isTighter(next: Pick<Grant, 'output'>, before: Grant, permissions: readonly Permission[]): boolean {
  const [now, then] = [outputOf(next, permissions), outputOf(before, permissions)];
  return formatOutputPolicy(strictestOutput([now, then])) !== formatOutputPolicy(then);
}

/** Throws `GRANT_EXCEEDS` unless the caller holds all that the role would give there, for as long. */
async function assertMayHandOn(
  { access }: GrantVerbsDeps,
  caller: Caller,
  grant: NewGrant & { readonly permissions: readonly Permission[] },
): Promise<void> {
  const { permissions } = grant;
  const given = permissions.filter((permission) => reaches(grant.on, permission));
  if (given.length === 0) {
    throw new StrongroomError('GRANT_INVALID', `the role ${grant.role} allows nothing on ${grant.on}`);
  }
  const rights = await access.rightsOf(caller);
  const end = endOf(grant);
  const lacking = given.find((permission) => (rights.holdsUntil(permission, grant.on) ?? '') < end);
  if (lacking === undefined) {
    assertOutputWithin(caller, grant, rights.outputOn(grant.on));
    return;
  }
  const held = rights.holds(lacking, grant.on) ? 'for so long' : '';
  throw new StrongroomError(
    'GRANT_EXCEEDS',
    `${caller.id} does not hold ${lacking} on ${grant.on} ${held}`.trimEnd(),
  );
}

/** Throws `GRANT_EXCEEDS` where more of predictions would get out than the caller may see there, `GRANT_INVALID`. */
function assertOutputWithin(
  caller: Caller,
  grant: NewGrant & { readonly permissions: readonly Permission[] },
  own: OutputPolicy | undefined,
): void {
  if (!grant.permissions.includes('model:predict')) {
    if (grant.output === undefined) return;
    throw new StrongroomError('GRANT_INVALID', `the role ${grant.role} lets nobody predict`);
  }
  const given = outputOf(grant, grant.permissions);
  const shown = formatOutputPolicy(strictestOutput([given, own ?? { isLabelOnly: true }]));
  if (shown === formatOutputPolicy(given)) return;
  throw new StrongroomError(
    'GRANT_EXCEEDS',
    `${caller.id} sees less of predictions on ${grant.on} than ${formatOutputPolicy(given)}`,
  );
}

async function removeGrant(deps: GrantVerbsDeps, caller: Caller, id: string): Promise<void> {
  const rights = await deps.access.rightsOf(caller);
  const grant = await deps.access.grants.get(id, ({ on }) => rights.holds('grant:read', on));
  if (!rights.holds('grant:delete', grant.on)) throw denial(caller, 'grant:delete', grant.on);
  await assertAdministratorStays(deps, grant);
  await deps.access.grants.remove(id);
}

/** Throws `ACCESS_LAST_ADMIN` when nobody would be left who can help. */
async function assertAdministratorStays({ access }: GrantVerbsDeps, grant: Grant): Promise<void> {
  if (!isAdministration(grant)) return;
  const administrators = await access.administrators();
  if (administrators.length === 1 && administrators[0]?.id === grant.principal) {
    throw new StrongroomError('ACCESS_LAST_ADMIN', `${grant.principal} is the last administrator`);
  }
}

function endOf({ expiresAt }: Pick<Grant, 'expiresAt'> | NewGrant): string {
  return expiresAt ?? FOR_GOOD;
}

function assertEnd(expiresAt: string | undefined, now: string): void {
  if (expiresAt === undefined) return;
  const time = new Date(expiresAt);
  const isTime = !Number.isNaN(time.getTime()) && time.toISOString() === expiresAt;
  if (isTime && expiresAt > now && expiresAt < FOR_GOOD) return;
  throw new StrongroomError('GRANT_INVALID', 'a grant ends at a time that is still to come', {
    hint: 'write it as 2026-12-31T23:59:59.000Z',
  });
}
