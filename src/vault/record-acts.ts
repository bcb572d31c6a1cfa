import type { Caller } from '../api/index.ts';
import { type AuditLog, cutText, type NewEntry, type RecordedCaller } from '../audit/index.ts';
import { redactText } from '../telemetry/index.ts';
import type { Act, ActFacts, RecordedEntry, Recorder } from './gate.ts';
import { type Calls, JoinedActs, type SharedEntry } from './joined-acts.ts';
import { ReleasedRanges } from './released-ranges.ts';
import { RepeatedLooks } from './repeated-looks.ts';

/** Outcomes that could not be written yet; more than these are counted only. */
const MAX_OWED = 4096;
/** File names in an entry: several must fit. */
const MAX_FILE_NAME = 255;

/** What is recorded after it happened, and before its answer leaves. */
const OVER_WHEN_KNOWN: ReadonlySet<string> = new Set(['account:log-in', 'credential:end']);

/** What looks into the record itself: two entries for each of its tiles would make an export grow what it exports. */
const ABOUT_THE_RECORD: ReadonlySet<string> = new Set(['audit:export', 'audit:verify']);

/** What comes by the thousand: one entry stands for many calls of one caller. */
const BY_THE_THOUSAND: ReadonlySet<string> = new Set(['model:predict', 'model:predict-raw']);

type Outcome = Extract<NewEntry, { readonly kind: 'outcome' }>;
type OutcomeWords = Omit<Outcome, 'kind' | 'intent' | 'intentNode'>;
type IntentWords = Omit<Extract<NewEntry, { readonly kind: 'intent' }>, 'kind'>;

/** What the recorder needs of the log. */
export type RecordLog = Pick<AuditLog, 'append' | 'mask'>;

/**
 * The record in the audit log. What changes or releases something is on it before it happens, and what became of it
 * afterwards; what only looks, or was refused, is one entry before the answer leaves.
 */
export class AuditRecorder implements Recorder {
  readonly #log: RecordLog;
  readonly #open = new Set<ActEntry>();
  readonly #joined = new JoinedActs();
  readonly #looks = new RepeatedLooks();
  readonly #writing = new Set<Promise<void>>();
  #owed: NewEntry[] = [];
  #lost = 0;

  constructor(log: RecordLog) {
    this.#log = log;
  }

  async begin(caller: Caller, act: Act, rule?: string): Promise<RecordedEntry> {
    if (isOneEntry(act.action))
      return new ActEntry((outcome) => this.#recordWhole(caller, act, { rule, outcome }));
    await this.#payOwed();
    const intend = () => this.#intend(this.#words(caller, act, rule));
    if (!BY_THE_THOUSAND.has(act.action)) return await intend();
    return await this.#joined.join(kindOf(caller, act, [rule]), intend);
  }

  /** An act as one entry; a look that succeeds, as many before it did, is counted. */
  async #recordWhole(
    caller: Caller,
    act: Act,
    { rule, outcome }: { readonly rule: string | undefined; readonly outcome: OutcomeWords },
  ): Promise<void> {
    const entry = () => ({ kind: 'act' as const, ...this.#words(caller, act, rule), ...outcome });
    const first = async (): Promise<void> => {
      await this.#payOwed();
      await this.#log.append(entry());
    };
    // While the record cannot be written, nobody looks at anything either.
    const isBehind = this.#owed.length > 0;
    if (!act.action.endsWith(':read') || outcome.outcome !== 'done' || isBehind) {
      await first();
      return;
    }
    const { version, key, approval } = outcome;
    await this.#looks.look(kindOf(caller, act, [rule, version, key, approval]), {
      first,
      repeated: (calls) => {
        const { requestId: _requestId, ...words } = entry();
        this.#write({ ...words, calls });
      },
    });
  }

  async #intend(words: IntentWords): Promise<ActEntry> {
    const { node, seq } = await this.#log.append({ kind: 'intent', ...words });
    const entry = new ActEntry((outcome) => {
      this.#open.delete(entry);
      // The intent is durable, which is what the act had to wait for.
      this.#write({ kind: 'outcome', intent: seq, intentNode: node, ...outcome });
      return Promise.resolve();
    });
    this.#open.add(entry);
    return entry;
  }

  async refuse(caller: Caller, act: Act, code: string): Promise<void> {
    await this.#log.append({ kind: 'act', ...this.#words(caller, act), outcome: 'refused', code });
  }

  /** Ends what nobody ended and waits until everything is written. Throws `AUDIT_UNAVAILABLE` when it cannot be. */
  async close(): Promise<void> {
    await this.#joined.close();
    this.#looks.close();
    for (const entry of this.#open) await entry.end('done');
    await Promise.all(this.#writing);
    await this.#payOwed();
  }

  #words(caller: Caller, act: Act, rule?: string): IntentWords {
    return {
      caller: this.#caller(caller),
      ...(caller.requestId === undefined ? {} : { requestId: cutText(caller.requestId) }),
      action: act.action,
      // Names come from callers, who may mistake a secret for one.
      resource: cutText(redactText(act.resource)),
      ...(rule === undefined ? {} : { rule: cutText(rule) }),
    };
  }

  #caller({ type, id, methods, credential, address }: Caller): RecordedCaller {
    return {
      type: id === 'nobody' ? 'nobody' : type,
      id: cutText(id),
      ...(methods === undefined ? {} : { methods: methods.slice(0, 8) }),
      ...(credential === undefined ? {} : { credential: cutText(credential) }),
      ...(address === undefined ? {} : { address: this.#log.mask(address) }),
    };
  }

  #write(entry: NewEntry): void {
    const writing = this.#log.append(entry).then(
      () => undefined,
      () => {
        // It is written with the next act, which does not happen unless it can be.
        if (this.#owed.length < MAX_OWED) this.#owed.push(entry);
        else this.#lost += 1;
      },
    );
    this.#writing.add(writing);
    void writing.then(() => this.#writing.delete(writing));
  }

  async #payOwed(): Promise<void> {
    if (this.#owed.length === 0 && this.#lost === 0) return;
    const [owed, lost] = [this.#owed, this.#lost];
    [this.#owed, this.#lost] = [[], 0];
    try {
      while (owed.length > 0) {
        await Promise.all(owed.slice(0, 1024).map((entry) => this.#log.append(entry)));
        owed.splice(0, 1024);
      }
      if (lost === 0) return;
      const details = { outcomes: lost };
      await this.#log.append({ kind: 'event', event: 'audit.outcomes-lost', severity: 'critical', details });
    } catch (error) {
      this.#owed.unshift(...owed);
      this.#lost += lost;
      throw error;
    }
  }
}

/** Names what acts of one caller have in common that may share an entry. None of it holds a NUL where the act may be done. */
function kindOf(caller: Caller, act: Act, more: readonly (string | undefined)[]): string {
  const { id, type, methods, credential, address } = caller;
  return [id, type, methods, credential, address, act.action, act.resource, ...more].join('\0');
}

/** Whether an act neither changes nor releases anything, or is over when it becomes known. */
function isOneEntry(action: Act['action']): boolean {
  return action.endsWith(':read') || OVER_WHEN_KNOWN.has(action) || ABOUT_THE_RECORD.has(action);
}

/** One act while it is under way. */
class ActEntry implements SharedEntry {
  readonly #finish: (outcome: OutcomeWords) => Promise<void>;
  readonly #released = new ReleasedRanges();
  #facts: ActFacts = {};

  constructor(finish: (outcome: OutcomeWords) => Promise<void>) {
    this.#finish = finish;
  }

  note(facts: ActFacts): void {
    this.#facts = { ...this.#facts, ...facts };
  }

  released(file: string, start: number, end: number): void {
    this.#released.add(file, start, end);
  }

  end(outcome: 'done' | 'refused' | 'failed', code?: string): Promise<void> {
    return this.#write(outcome, code === undefined ? {} : { code });
  }

  finish({ calls, failedCalls }: Calls): Promise<void> {
    return this.#write('done', { calls, failedCalls });
  }

  async #write(outcome: OutcomeWords['outcome'], more: Partial<OutcomeWords>): Promise<void> {
    const { version, key, approval } = this.#facts;
    const ranges = this.#released.list().map(({ file, ...rest }) => ({
      file: cutText(file).slice(0, MAX_FILE_NAME).toWellFormed(),
      ...rest,
    }));
    await this.#finish({
      outcome,
      ...more,
      ...(version === undefined ? {} : { version: cutText(version) }),
      ...(key === undefined ? {} : { key: cutText(key) }),
      ...(approval === undefined ? {} : { approval: cutText(approval) }),
      ...(ranges.length === 0 ? {} : { bytes: this.#released.bytes, ranges }),
    });
  }
}
