import type { Access, Rights } from '../access/index.ts';
import {
  type Caller,
  type GrantPlace,
  type Permission,
  type PrincipalType,
  parsePrincipalId,
} from '../api/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import type { Permit } from './gate.ts';

export interface SecondPersonDeps {
  readonly access: Pick<Access, 'approvals' | 'rightsOf'>;
}

/** An act that takes two people, exactly as it is about to happen. */
export interface JointAct {
  readonly action: Permission;
  readonly on: GrantPlace;
  /** With the number of the version, never an alias, which may be moved. */
  readonly resource: string;
}

/**
 * Uses up the approval of an act that takes two people. The owner of a home needs none: they hold the keys anyway.
 * Whoever agreed must still be allowed to. Throws `APPROVAL_REQUIRED`.
 */
export async function takeApproval(
  { access }: SecondPersonDeps,
  permit: Pick<Permit, 'caller' | 'note'>,
  { action, on, resource }: JointAct,
): Promise<void> {
  const { caller } = permit;
  if (caller.type === 'local') return;
  const approval = await access.approvals.use(
    { action, resource, requestedBy: parsePrincipalId(caller.id) },
    {
      ...(caller.credential === undefined ? {} : { credential: caller.credential }),
      mayGoOn: action === 'version:download',
      isStillAllowed: async (decidedBy) => {
        const rights = await rightsOfId(access, decidedBy);
        return rights.holds('approval:decide', 'everything') && rights.holds(action, on);
      },
    },
  );
  if (approval !== undefined) {
    permit.note({ approval });
    return;
  }
  throw new StrongroomError('APPROVAL_REQUIRED', `${action} on ${resource} takes a second person`, {
    hint: `ask for it: strongroom approval request ${action} "${resource}" --reason WHY; another person decides`,
  });
}

/** What somebody may do whose id stands in a document: a principal, or the local owner of the home. */
export async function rightsOfId(access: Pick<Access, 'rightsOf'>, id: string): Promise<Rights> {
  return await access.rightsOf(callerOfId(id));
}

function callerOfId(id: string): Caller {
  try {
    const principal = parsePrincipalId(id);
    return { type: principal.slice(0, principal.indexOf(':')) as PrincipalType, id };
  } catch (error) {
    // Only the owner of a home acts under a name that is no principal's.
    if (isStrongroomError(error, 'NAME_INVALID')) return { type: 'local', id };
    throw error;
  }
}

/** Whether somebody counts as a person: who decides for two must not be a program. */
export function isPerson({ type, methods = [] }: Caller): boolean {
  return type === 'local' || (type === 'user' && !methods.includes('token'));
}
