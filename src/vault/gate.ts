import type { Caller, Permission } from '../api/index.ts';
import { StrongroomError, toStrongroomError } from '../errors/index.ts';

/** What somebody wants to do, and to what. */
export interface Act {
  readonly action: Permission;
  /** `acme`, `acme/churn`, `acme/churn@3`, `key acme@2`, `system`. */
  readonly resource: string;
}

declare const passed: unique symbol;

/** Proof that the gate decided and recorded. Only the gate makes one; keepers' work happens under it. */
export interface Permit {
  readonly caller: Caller;
  readonly act: Act;
  readonly [passed]: true;
}

/** Decides. It answers without side effects and throws when it cannot decide, which counts as no. */
export interface Authorizer {
  allows(caller: Caller, act: Act): Promise<boolean>;
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
   * Runs `work` under a permit. Throws `ACCESS_DENIED` when the caller may not, and whatever `work` throws.
   * The caller must not do the act in any other way.
   */
  pass<T>(caller: Caller, act: Act, work: (permit: Permit) => Promise<T>): Promise<T>;
}

/** A gate over one way to decide and one way to record. */
export function createGate(deps: { readonly authorizer: Authorizer; readonly recorder: Recorder }): Gate {
  return {
    async pass(caller, act, work) {
      const entry = await deps.recorder.begin(caller, act);
      if (!(await isAllowed(deps.authorizer, caller, act))) {
        await entry.end('refused', 'ACCESS_DENIED');
        throw new StrongroomError('ACCESS_DENIED', `${caller.id} may not ${act.action} on ${act.resource}`);
      }
      let result: Awaited<ReturnType<typeof work>>;
      try {
        result = await work({ caller, act } as Permit);
      } catch (error) {
        throw await recordFailure(entry, error);
      }
      await entry.end('done');
      return result;
    },
  };
}

async function isAllowed(authorizer: Authorizer, caller: Caller, act: Act): Promise<boolean> {
  try {
    return await authorizer.allows(caller, act);
  } catch {
    // Whoever cannot decide has not said yes.
    return false;
  }
}

/** What to throw: the failure itself, which also says when its record failed, as it will on a full disk. */
async function recordFailure(entry: RecordedEntry, error: unknown): Promise<unknown> {
  const shown = toStrongroomError(error);
  const { code, kind, message, hint } = shown;
  try {
    await entry.end(kind === 'forbidden' ? 'refused' : 'failed', code);
    return error;
  } catch (recordError) {
    const cause = new AggregateError([error, recordError], 'the act failed, and so did its record');
    return new StrongroomError(code, message, { hint, cause });
  }
}

/** In a local home the user of the operating system who can unseal it owns it; nobody else is let in. */
export const localOwnerOnly: Authorizer = {
  allows: (caller) => Promise.resolve(caller.type === 'local'),
};
