import type { AuditedAct, AuditOutcome, AuditQuery } from '../api/index.ts';
import type { AuditEntry, PlacedEntry } from '../audit/index.ts';

type Outcome = Extract<AuditEntry, { readonly kind: 'outcome' }>;

/** What an act is looked for by, with the address masked. */
export type MaskedQuery = AuditQuery & { readonly maskedAddress?: string | undefined };

/** Joins entries, newest first, into acts with what became of them. */
export class AuditedActs {
  readonly #outcomes = new Map<string, { readonly index: number; readonly entry: Outcome }>();

  /** The act that an entry begins; `undefined` for one that ends an act, which comes later here. */
  take({ index, entry }: PlacedEntry): AuditedAct | undefined {
    if (entry.kind === 'outcome') {
      this.#outcomes.set(`${entry.intentNode}/${entry.intent}`, { index, entry });
      return undefined;
    }
    if (entry.kind === 'event') return eventOf(index, entry);
    const { at, caller, requestId, action, resource, rule } = entry;
    const words = { index, kind: 'act' as const, at, caller, requestId, action, resource, rule };
    if (entry.kind === 'act') return tidy({ ...words, ...endOf(entry) });
    const key = `${entry.node}/${entry.seq}`;
    const end = this.#outcomes.get(key);
    this.#outcomes.delete(key);
    if (end === undefined) return tidy({ ...words, outcome: 'open' });
    return tidy({ ...words, ...endOf(end.entry), outcomeIndex: end.index, endedAt: end.entry.at });
  }
}

/** Whether an act is one that was looked for. */
export function isAskedFor(act: AuditedAct, query: MaskedQuery): boolean {
  // The log's own bookkeeping is shown where it is asked for.
  if (act.action === 'audit.anchor' && query.action === undefined) return false;
  return (
    fits(act.caller?.id, query.caller) &&
    fits(act.action, query.action) &&
    fits(act.resource, query.resource) &&
    fits(act.outcome, query.outcome) &&
    fits(act.requestId, query.requestId) &&
    fits(act.caller?.address, query.maskedAddress) &&
    (query.from === undefined || query.from <= act.at) &&
    (query.to === undefined || act.at <= query.to)
  );
}

function fits(value: string | undefined, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  return wanted.endsWith('*') ? (value?.startsWith(wanted.slice(0, -1)) ?? false) : value === wanted;
}

function endOf(entry: Outcome | Extract<AuditEntry, { readonly kind: 'act' }>) {
  const { code, version, key, approval, bytes, ranges, calls, failedCalls } = entry;
  const outcome: AuditOutcome = entry.outcome;
  return { outcome, code, version, key, approval, bytes, ranges, calls, failedCalls };
}

function eventOf(index: number, entry: Extract<AuditEntry, { readonly kind: 'event' }>): AuditedAct {
  const { at, caller, requestId, resource, code, severity, details } = entry;
  const words = { caller, requestId, resource, code, severity, details };
  return tidy({ index, kind: 'event' as const, at, action: entry.event, ...words });
}

type Loose<T> = { readonly [Key in keyof T]: T[Key] | undefined };

/** Leaves out what is not known. */
function tidy(act: Loose<AuditedAct>): AuditedAct {
  return Object.fromEntries(
    Object.entries(act).filter(([, value]) => value !== undefined),
  ) as unknown as AuditedAct;
}
