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
  /** Tells the record what becomes known on the way. */
  note(facts: ActFacts): void;
  /** Tells the record what was released: bytes of a file of the version, from, to (exclusive). */
  released(file: string, start: number, end: number): void;
  /** The act does not end with `work`, but when what this gives is called: for content that flows afterwards. */
  hold(): EndAct;
  readonly [passed]: true;
}

/** What becomes known of an act while it is done. */
export interface ActFacts {
  /** The version that it turned out to be: `acme/churn@3`. */
  readonly version?: string;
  /** The key that opened or sealed content: `acme@2`. */
  readonly key?: string;
  /** Id of the approval that it took. */
  readonly approval?: string;
}

/** Ends an act that was held open, well or with an error. Only the first call counts. */
export type EndAct = (error?: unknown) => Promise<void>;

/** Decides. It answers without side effects and throws when it cannot decide, which stops the act. */
export interface Authorizer {
  rightsOf(caller: Caller): Promise<Rights>;
  /** Whether the session or token that the caller came with still counts; absent: callers come without. */
  isCredentialLive?(caller: Caller): Promise<boolean>;
  /** Throws `LOCKED_DOWN` for what nobody may do now, whatever they were granted. */
  assertOpen?(action: Permission | OwnAct): Promise<void>;
}

/** Writes the record. A `begin` that fails stops the act: nothing happens unrecorded. */
export interface Recorder {
  /** Durable when it resolves, where the act changes or releases anything. `rule`: what lets the caller do it. */
  begin(caller: Caller, act: Act, rule?: string): Promise<RecordedEntry>;
  /** Records an act that was not allowed. Durable when it resolves. */
  refuse(caller: Caller, act: Act, code: string): Promise<void>;
}

export interface RecordedEntry {
  note(facts: ActFacts): void;
  released(file: string, start: number, end: number): void;
  /** Durable when it resolves, where the beginning was not. */
  end(outcome: 'done' | 'refused' | 'failed', code?: string): Promise<void>;
}

/** The one way to an act: decided and recorded before it, its outcome recorded after it. */
export interface Gate {
  /**
   * Runs `work` under a permit. Throws `ACCESS_DENIED` when the caller may not, what the act says where its place does
   * not exist for the caller, and whatever `work` throws. The caller must not do the act in any other way.
   */
  pass<T>(caller: Caller, act: Act, work: (permit: Permit) => Promise<T>): Promise<T>;
  /**
   * Decides before anything is spent on an act, for what costs much to even look at. Throws as `pass`, and records a
   * refusal as it does. What counts is the decision of the act itself, which follows.
   */
  assertMay(caller: Caller, act: Act): Promise<void>;
  /** Runs what a policy makes follow from an act: recorded as an act of the same caller, who needs no grant for it. */
  follow<T>(permit: Permit, act: Act, work: () => Promise<T>): Promise<T>;
}

/** A gate over one way to decide and one way to record. */
export function createGate(deps: { readonly authorizer: Authorizer; readonly recorder: Recorder }): Gate {
  const { authorizer, recorder } = deps;
  return {
    async pass(caller, act, work) {
      const rights = await decided(deps, caller, act);
      const entry = await recorder.begin(caller, act, ruleOf(act, rights));
      const assertHolds = () => assertStillAllowed(authorizer, caller, act);
      return await recorded(entry, (hold) =>
        work({
          ...{ caller, act, rights, assertHolds, hold },
          note: (facts) => {
            entry.note(facts);
          },
          released: (file, start, end) => {
            entry.released(file, start, end);
          },
        } as Permit),
      );
    },
    async assertMay(caller, act) {
      await decided(deps, caller, act);
    },
    async follow({ caller }, act, work) {
      return await recorded(await recorder.begin(caller, act, 'policy'), work);
    },
  };
}

/** The caller's rights, where they allow the act; a refusal is recorded before it is thrown. */
async function decided(
  { authorizer, recorder }: { readonly authorizer: Authorizer; readonly recorder: Recorder },
  caller: Caller,
  act: Act,
): Promise<Rights> {
  try {
    const rights = await authorizer.rightsOf(caller);
    assertAllowed(caller, act, rights);
    await authorizer.assertOpen?.(act.action);
    return rights;
  } catch (thrown) {
    throw await withRecord(thrown, (_outcome, code) => recorder.refuse(caller, act, code));
  }
}

function ruleOf(act: Act, rights: Rights): string | undefined {
  return 'on' in act ? rights.ruleFor(act.action, act.on) : 'own account';
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
  await authorizer.assertOpen?.(act.action);
}

async function recorded<T>(entry: RecordedEntry, work: (hold: () => EndAct) => Promise<T>): Promise<T> {
  const flow = { isHeld: false };
  const hold = (): EndAct => {
    flow.isHeld = true;
    return endOnce(entry);
  };
  let result: T;
  try {
    result = await work(hold);
  } catch (error) {
    throw await recordFailure(entry, error);
  }
  if (!flow.isHeld) await entry.end('done');
  return result;
}

function endOnce(entry: RecordedEntry): EndAct {
  let hasEnded = false;
  return async (error) => {
    if (hasEnded) return;
    hasEnded = true;
    if (error === undefined) await entry.end('done');
    else await recordFailure(entry, error);
  };
}

function recordFailure(entry: RecordedEntry, thrown: unknown): Promise<unknown> {
  return withRecord(thrown, (outcome, code) => entry.end(outcome, code));
}

/** What to throw: the failure itself, which also says when its record failed, as it will on a full disk. */
async function withRecord(
  thrown: unknown,
  record: (outcome: 'refused' | 'failed', code: string) => Promise<void>,
): Promise<unknown> {
  const error = thrown instanceof Hidden ? thrown.shown : thrown;
  const shown = toStrongroomError(error);
  const { code, kind, message, hint } = shown;
  try {
    if (thrown instanceof Hidden) await record('refused', 'ACCESS_DENIED');
    else await record(kind === 'forbidden' ? 'refused' : 'failed', code);
    return error;
  } catch (recordError) {
    const cause = new AggregateError([error, recordError], 'the act failed, and so did its record');
    return new StrongroomError(code, message, { hint, cause });
  }
}
