/** What the queue needs to know of something that waits. */
export interface Queued {
  /** Whose turn it is. */
  readonly principal: string;
  /** Those of one key may be taken together; `undefined`: alone. */
  readonly key: string | undefined;
  readonly rows: number;
  readonly bytes: number;
}

export interface QueueLimits {
  readonly maxRequests: number;
  /** Of all that wait, together. */
  readonly maxBytes: number;
}

/** What may be taken at a time. */
export interface BatchRules {
  readonly maxRows: number;
  /** Whether requests of different principals may be taken together. */
  readonly mixesPrincipals: boolean;
}

/**
 * What waits for a model: a line for each principal, who come round in turn. When it is full, whoever waits with the
 * most makes room, so that one who floods it displaces their own.
 */
export class FairQueue<Item extends Queued> {
  readonly #limits: QueueLimits;
  /** In the order of whose turn it is. */
  readonly #lines = new Map<string, Item[]>();
  #requests = 0;
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** How many wait. */
  get length(): number {
    return this.#requests;
  }

  /** How many are taken before the next one of a principal would be. */
  turnsBefore(principal: string): number {
    const own = this.#lines.get(principal)?.length ?? 0;
    let turns = 0;
    for (const line of this.#lines.values()) turns += Math.min(line.length, own + 1);
    return turns;
  }

  /** Answers those that had to make room: the newest of the longest lines, perhaps the new one itself. */
  add(item: Item): readonly Item[] {
    const line = this.#lines.get(item.principal);
    if (line === undefined) this.#lines.set(item.principal, [item]);
    else line.push(item);
    this.#count(item, 1);
    const displaced: Item[] = [];
    while (this.#requests > this.#limits.maxRequests || this.#bytes > this.#limits.maxBytes) {
      const newest = this.#longestLine().at(-1);
      if (newest === undefined) break;
      this.remove(newest);
      displaced.push(newest);
    }
    return displaced;
  }

  /** The next batch: one of each principal in turn, as long as they fit together. Empty where nothing waits. */
  take(rules: BatchRules): readonly Item[] {
    const batch: Item[] = [];
    let rows = 0;
    for (let took = true; took; ) {
      took = false;
      for (const [principal, line] of [...this.#lines]) {
        const next = line[0];
        if (next === undefined || !fits(batch, rows, { next, rules })) continue;
        this.remove(next);
        // Whoever was served goes to the end.
        if (this.#lines.delete(principal)) this.#lines.set(principal, line);
        batch.push(next);
        rows += next.rows;
        took = true;
      }
    }
    return batch;
  }

  /** One that is not there any more is fine. */
  remove(item: Item): void {
    const line = this.#lines.get(item.principal) ?? [];
    const index = line.indexOf(item);
    if (index < 0) return;
    line.splice(index, 1);
    if (line.length === 0) this.#lines.delete(item.principal);
    this.#count(item, -1);
  }

  /** Takes everything. */
  drain(): readonly Item[] {
    const all = [...this.#lines.values()].flat();
    this.#lines.clear();
    this.#requests = 0;
    this.#bytes = 0;
    return all;
  }

  #count({ bytes }: Item, sign: 1 | -1): void {
    this.#requests += sign;
    this.#bytes += sign * bytes;
  }

  #longestLine(): readonly Item[] {
    const weigh = (line: readonly Item[]): number =>
      Math.max(
        line.length / this.#limits.maxRequests,
        line.reduce((sum, { bytes }) => sum + bytes, 0) / this.#limits.maxBytes,
      );
    return [...this.#lines.values()].reduce((one, other) => (weigh(other) > weigh(one) ? other : one), []);
  }
}

function fits(
  batch: readonly Queued[],
  rows: number,
  { next, rules }: { readonly next: Queued; readonly rules: BatchRules },
): boolean {
  const [first] = batch;
  if (first === undefined) return true;
  return (
    next.key !== undefined &&
    next.key === first.key &&
    rows + next.rows <= rules.maxRows &&
    (rules.mixesPrincipals || next.principal === first.principal)
  );
}
