import {
  type Caller,
  type Ceiling,
  GRANTED_OUTPUT,
  type Grant,
  type GrantPlace,
  type OutputPolicy,
  PERMISSIONS,
  type Permission,
  strictestOutput,
} from '../api/index.ts';
import { covers, isModel, placeOf, reaches } from './place.ts';

/** An end that never comes; later than every time that is written. */
export const FOR_GOOD = '9999-12-31T23:59:59.999Z';

/** What a caller may do, as of the moment it was asked. */
export interface Rights {
  /** Whether the caller may do this there. */
  holds(permission: Permission, on: GrantPlace): boolean;
  /** Whether the caller may do this anywhere: enough to ask for a list, which then shows what they may see. */
  holdsAnywhere(permission: Permission): boolean;
  /** Whether the place exists for the caller: they may do something there. Everything exists for everybody. */
  sees(on: GrantPlace): boolean;
  /** Until when the caller may do this there: an ISO time, `FOR_GOOD`, or `undefined` when they may not. */
  holdsUntil(permission: Permission, on: GrantPlace): string | undefined;
  /** What lets the caller do this there, for the record: `owner`, `grant ID: ROLE on PLACE`; `undefined` when nothing does. */
  ruleFor(permission: Permission, on: GrantPlace | 'anywhere'): string | undefined;
  /**
   * How much of predictions the caller may see there: all with `model:predict-raw` from a grant that names no output
   * policy, else the strictest of all grants that let them predict. `undefined` when they may not predict.
   */
  outputOn(on: GrantPlace): OutputPolicy | undefined;
  /** Whether it is somebody who may do to themselves what everybody may. */
  readonly isKnown: boolean;
}

/** A grant with what its role allows. */
export interface GrantedRole {
  /** `grant ID: ROLE on PLACE`. */
  readonly rule: string;
  readonly on: Grant['on'];
  readonly expiresAt?: string;
  readonly permissions: ReadonlySet<Permission>;
  /** How much of a prediction gets out by it; absent: as its permissions say. */
  readonly output?: OutputPolicy;
}

/** Whoever may not do anything: unknown, disabled, or not invited any more. */
export const NO_RIGHTS: Rights = {
  holds: () => false,
  holdsAnywhere: () => false,
  sees: (on) => on === 'everything',
  holdsUntil: () => undefined,
  ruleFor: () => undefined,
  outputOn: () => undefined,
  isKnown: false,
};

/** The local owner of a home, who can open everything in it anyway. */
export const ALL_RIGHTS: Rights = {
  holds: () => true,
  holdsAnywhere: () => true,
  sees: () => true,
  holdsUntil: () => FOR_GOOD,
  ruleFor: () => 'owner',
  outputOn: () => ({}),
  isKnown: true,
};

/**
 * What grants give somebody at a time: the union of the roles that have not ended, cut down to what the credential
 * allows. Nothing is allowed that no grant gives, and a ceiling only ever takes away.
 */
export function rightsFrom(
  granted: readonly GrantedRole[],
  { now, ceiling }: { readonly now: string; readonly ceiling: Caller['ceiling'] },
): Rights {
  const inForce = granted.filter(({ expiresAt }) => expiresAt === undefined || now < expiresAt);
  const givers = (permission: Permission, on: GrantPlace): readonly GrantedRole[] => {
    const place = placeOf(permission, on);
    if (!isWithin(ceiling, permission, place)) return [];
    return inForce.filter((grant) => grant.permissions.has(permission) && covers(grant.on, place));
  };
  const giversAnywhere = (permission: Permission): readonly GrantedRole[] =>
    allowsPermission(ceiling, permission)
      ? inForce.filter(
          ({ on, permissions }) =>
            permissions.has(permission) && reaches(on, permission) && overlaps(ceiling, permission, on),
        )
      : [];
  const holds = (permission: Permission, on: GrantPlace): boolean => givers(permission, on).length > 0;
  return {
    holds,
    holdsAnywhere: (permission) => giversAnywhere(permission).length > 0,
    ruleFor: (permission, on) =>
      (on === 'anywhere' ? giversAnywhere(permission) : givers(permission, on))[0]?.rule,
    sees: (on) => on === 'everything' || tellingOf(on).some((permission) => holds(permission, on)),
    holdsUntil: (permission, on) =>
      givers(permission, on)
        .map(({ expiresAt }) => expiresAt ?? FOR_GOOD)
        .reduce<string | undefined>(
          (latest, end) => (latest === undefined || end > latest ? end : latest),
          undefined,
        ),
    outputOn: (on) => {
      const isRaw = givers('model:predict-raw', on).some(({ output }) => output === undefined);
      const predicting = givers('model:predict', on);
      if (predicting.length === 0) return isRaw ? {} : undefined;
      return isRaw ? {} : strictestOutput(predicting.map(({ output }) => output ?? GRANTED_OUTPUT));
    },
    isKnown: true,
  };
}

const MODEL_PERMISSIONS = permissionsOf('model');
const NAMESPACE_PERMISSIONS = [...permissionsOf('namespace'), ...MODEL_PERMISSIONS];

/** Permissions that cannot be held at a place without knowing that it is there. */
function tellingOf(on: GrantPlace): readonly Permission[] {
  return isModel(on) ? MODEL_PERMISSIONS : NAMESPACE_PERMISSIONS;
}

function permissionsOf(level: 'namespace' | 'model'): readonly Permission[] {
  return (Object.keys(PERMISSIONS) as Permission[]).filter((each) => PERMISSIONS[each] === level);
}

function isWithin(ceiling: Ceiling | undefined, permission: Permission, place: GrantPlace): boolean {
  return (
    allowsPermission(ceiling, permission) &&
    (ceiling?.places === undefined || ceiling.places.some((outer) => covers(outer, place)))
  );
}

function allowsPermission(ceiling: Ceiling | undefined, permission: Permission): boolean {
  return ceiling?.permissions === undefined || ceiling.permissions.includes(permission);
}

/** Whether there is a place both below a grant and within the ceiling where the permission could be held. */
function overlaps(ceiling: Ceiling | undefined, permission: Permission, on: GrantPlace): boolean {
  if (ceiling?.places === undefined) return true;
  return ceiling.places.some(
    (place) => reaches(place, permission) && (covers(place, on) || covers(on, place)),
  );
}
