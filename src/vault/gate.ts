import { type Rights } from '../access/index.ts';
import type { Caller, GrantPlace, OwnAct, Permission } from '../api/index.ts';
import { StrongroomError, toStrongroomError } from '../errors/index.ts';

/** What somebody wants to do, where, and to what. */
export type Act = GrantedAct | SelfAct;

/** What a grant must allow. */
export interface GrantedAct {
  readonly action: Permission;
  /** Where it must be held. `anywhere`: for lists, which then show what the caller may see. */
  readonly on: GrantPlace | 'anywhere';
  /** For the record: `acme`, `acme/churn`, `acme/churn@3`, `key acme@2`, `system`. */
  readonly resource: string;
  /** What to throw where the place does not exist for the caller: what they would get if it were not there. */
  readonly ifHidden: () => StrongroomError;
}

/** What everybody may do to themselves. */
export interface SelfAct {
  readonly action: OwnAct;
  readonly resource: string;
}

declare const passed: unique symbol;

/** Proof that the gate decided and recorded. Only the gate makes one; keepers' work happens under it. */
export interface Permit {
  readonly caller: Caller;
  readonly act: Act;
  /** What the caller may do, as of the decision. */
  readonly rights: Rights;
  /** Decides the same again, for what takes long. Throws `ACCESS_DENIED` when the grant or the log-in has ended. */
  assertHolds(): Promise<void>;
  readonly [passed]: true;
}

/** Decides. It answers without side effects and throws when it cannot decide, which stops the act. */
export interface Authorizer {
  rightsOf(caller: Caller): Promise<Rights>;
  /** Whether the session or token that the caller came with still counts; absent: callers come without. */
  isCredentialLive?(caller: Caller): Promise<boolean>;
}

/** Writes the record. A `begin` that fails stops the act: nothing happens unrecorded. */
export interface Recorder {
  /** Durable when it resolves. */
  begin(caller: Caller, act: Act): Promise<RecordedEntry>;
}

export interface RecordedEntry {
  end(outcome: 'done' | 'refused' | 'failed', code?: string): Promise<void>;
}

/** The one way to an act: decided and recorded before it, its outcome recorded after it. */
export interface Gate {
  /**
   * Runs `work` under a permit. Throws `ACCESS_DENIED` when the caller may not, what the act says where its place does
   * not exist for the caller, and whatever `work` throws. The caller must not do the act in any other way.
   */
  pass<T>(caller: Caller, act: Act, work: (permit: Permit) => Promise<T>): Promise<T>;
  /** Runs what a policy makes follow from an act: recorded as an act of the same caller, who needs no grant for it. */
  follow<T>(permit: Permit, act: Act, work: () => Promise<T>): Promise<T>;
}

/** A gate over one way to decide and one way to record. */
export function createGate(deps: { readonly authorizer: Authorizer; readonly recorder: Recorder }): Gate {
  const { authorizer, recorder } = deps;
  return {
    async pass(caller, act, work) {
      const entry = await recorder.begin(caller, act);
      return await recorded(entry, async () => {
        const rights = await authorizer.rightsOf(caller);
        assertAllowed(caller, act, rights);
        const assertHolds = () => assertStillAllowed(authorizer, caller, act);
        return await work({ caller, act, rights, assertHolds } as Permit);
      });
    },
    async follow({ caller }, act, work) {
      return await recorded(await recorder.begin(caller, act), work);
    },
  };
}

/** What to throw when a caller may not. */
export function denial(caller: Caller, action: Permission | OwnAct, on: string): StrongroomError {
  return new StrongroomError('ACCESS_DENIED', `${caller.id} may not ${action} on ${on}`);
}

/** A refusal that looks to the caller like something else; the record knows. */
class Hidden extends Error {
  readonly shown: StrongroomError;

  constructor(shown: StrongroomError) {
    super(shown.message);
    this.shown = shown;
  }
}

function assertAllowed(caller: Caller, act: Act, rights: Rights): void {
  if (isAllowed(caller, act, rights)) return;
  if ('on' in act && act.on !== 'anywhere' && !rights.sees(act.on)) throw new Hidden(act.ifHidden());
  throw denial(caller, act.action, act.resource);
}

function isAllowed(caller: Caller, act: Act, rights: Rights): boolean {
  if ('on' in act) {
    const { action, on } = act;
    return on === 'anywhere' ? rights.holdsAnywhere(action) : rights.holds(action, on);
  }
  // A token that was cut down to some acts must not change who it belongs to.
  return rights.isKnown && (act.action !== 'account:change' || caller.ceiling === undefined);
}

async function assertStillAllowed(authorizer: Authorizer, caller: Caller, act: Act): Promise<void> {
  if (
    !isAllowed(caller, act, await authorizer.rightsOf(caller)) ||
    (await authorizer.isCredentialLive?.(caller)) === false
  )
    throw denial(caller, act.action, act.resource);
}

async function recorded<T>(entry: RecordedEntry, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    throw await recordFailure(entry, error);
  }
  await entry.end('done');
  return result;
}

/** What to throw: the failure itself, which also says when its record failed, as it will on a full disk. */
async function recordFailure(entry: RecordedEntry, thrown: unknown): Promise<unknown> {
  const error = thrown instanceof Hidden ? thrown.shown : thrown;
  const shown = toStrongroomError(error);
  const { code, kind, message, hint } = shown;
  try {
    if (thrown instanceof Hidden) await entry.end('refused', 'ACCESS_DENIED');
    else await entry.end(kind === 'forbidden' ? 'refused' : 'failed', code);
    return error;
  } catch (recordError) {
    const cause = new AggregateError([error, recordError], 'the act failed, and so did its record');
    return new StrongroomError(code, message, { hint, cause });
  }
}
