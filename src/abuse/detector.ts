import type { Scenario } from './scenarios.ts';
import type { SecurityNotice } from './security-event.ts';
import { networksOf } from './source-network.ts';

/** A scenario that came about. */
export interface Detection {
  readonly scenario: Scenario;
  readonly notice: SecurityNotice;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface DetectorDeps {
  readonly scenarios: readonly Scenario[];
  /** Buckets of one scenario that are kept. */
  readonly maxSources: number;
  /** Hides addresses and targets in memory. */
  readonly hide: (text: string) => string;
  readonly now: () => number;
}

/** What is known of one source in one scenario. */
interface Bucket {
  /** `counter`: when it happened, the latest `capacity` times. */
  readonly times: number[];
  /** `leaky`: how full it was at `leakedAt`. */
  level: number;
  leakedAt: number;
  /** Targets that counted, with when; at most `capacity`. */
  readonly targets: Map<string, number>;
  quietUntil: number;
}

/** Fills the buckets of the scenarios with what happens, and says which of them run over. */
export class Detector {
  readonly #deps: DetectorDeps;
  readonly #buckets: ReadonlyMap<string, Map<string, Bucket>>;

  constructor(deps: DetectorDeps) {
    this.#deps = deps;
    this.#buckets = new Map(deps.scenarios.map(({ name }) => [name, new Map<string, Bucket>()]));
  }

  /** The scenarios that came about by it. */
  see(notice: SecurityNotice): readonly Detection[] {
    const at = this.#deps.now();
    const source = this.#deps.hide(sourceOf(notice));
    return this.#deps.scenarios
      .filter((scenario) => scenario.on.includes(notice.kind))
      .filter((scenario) => this.#fill(scenario, this.#bucketOf(scenario, source, at), { notice, at }))
      .map((scenario) => ({ scenario, notice, at }));
  }

  /** Sources that are kept, over all scenarios. */
  get size(): number {
    return [...this.#buckets.values()].reduce((sum, { size }) => sum + size, 0);
  }

  #bucketOf({ name }: Scenario, source: string, at: number): Bucket {
    const buckets = this.#buckets.get(name) ?? new Map<string, Bucket>();
    const bucket = buckets.get(source) ?? {
      times: [],
      level: 0,
      leakedAt: at,
      targets: new Map<string, number>(),
      quietUntil: 0,
    };
    // The order of the map is the order of use: the source that was seen longest ago goes first.
    buckets.delete(source);
    buckets.set(source, bucket);
    const oldest = buckets.keys().next().value;
    if (buckets.size > this.#deps.maxSources && oldest !== undefined) buckets.delete(oldest);
    return bucket;
  }

  #fill(
    scenario: Scenario,
    bucket: Bucket,
    { notice, at }: { readonly notice: SecurityNotice; readonly at: number },
  ): boolean {
    if (scenario.isDistinct === true && !this.#isNewTarget(scenario, bucket, { notice, at })) return false;
    if (!isOver(scenario, bucket, at) || at < bucket.quietUntil) return false;
    bucket.quietUntil = at + scenario.quietMs;
    return true;
  }

  #isNewTarget(
    { capacity, windowMs }: Scenario,
    { targets }: Bucket,
    { notice, at }: { readonly notice: SecurityNotice; readonly at: number },
  ): boolean {
    const target = this.#deps.hide(notice.target ?? '');
    const seenAt = targets.get(target);
    if (seenAt !== undefined && at - seenAt < windowMs) return false;
    targets.delete(target);
    targets.set(target, at);
    const oldest = targets.keys().next().value;
    if (targets.size > capacity && oldest !== undefined) targets.delete(oldest);
    return true;
  }
}

/** What comes from nowhere is told apart by who did it to what. */
function sourceOf({ address, principal = '', target = '' }: SecurityNotice): string {
  return address === undefined ? `${principal} ${target}` : networksOf(address).exact;
}

function isOver({ type, capacity, windowMs }: Scenario, bucket: Bucket, at: number): boolean {
  switch (type) {
    case 'trigger':
      return true;
    case 'counter': {
      bucket.times.push(at);
      if (bucket.times.length > capacity) bucket.times.shift();
      return bucket.times.length === capacity && at - (bucket.times[0] ?? at) < windowMs;
    }
    case 'leaky': {
      const leaked = ((at - bucket.leakedAt) / windowMs) * capacity;
      bucket.level = Math.min(Math.max(0, bucket.level - leaked) + 1, capacity + 1);
      bucket.leakedAt = at;
      return bucket.level > capacity;
    }
  }
}
