import type { Allowance, RouteClass } from '../api/index.ts';
import { type Rate } from './gcra.ts';
import { RateTable } from './rate-table.ts';
import { networksOf } from './source-network.ts';

/** Requests a minute; 0: no limit. */
export interface RatesPerMinute {
  /** Of one address, whatever it asks for. */
  readonly address: number;
  /** Log-ins of one address. */
  readonly logIn: number;
  /** Of one principal, by what is asked for. */
  readonly read: number;
  readonly write: number;
  readonly content: number;
  readonly predict: number;
}

export interface LimitDecision {
  readonly allowance: Allowance;
  /** Set where the request is refused. */
  readonly retryAfterSeconds?: number;
}

/** Addresses whose key is remembered: whoever keeps asking is not hidden anew each time. */
const MAX_KEYS = 1024;
const MINUTE_MS = 60_000;
/** What changes something, or moves content, is dearer to answer than what reads. */
const COST: Readonly<Record<RouteClass, number>> = {
  'log-in': 5,
  read: 1,
  write: 2,
  content: 2,
  predict: 2,
  other: 1,
};

export interface RateLimitsDeps {
  readonly rates: RatesPerMinute;
  /** Sources and principals that are counted at a time, each. */
  readonly maxSources: number;
  /** Hides addresses in memory: a MAC under a key of this process. */
  readonly hide: (text: string) => string;
  readonly now: () => number;
}

interface Limit {
  readonly policy: string;
  readonly rate: Rate;
  readonly table: RateTable;
}

/** How many requests one source and one principal may make. All of it is the memory of one process, and bounded. */
export class RateLimits {
  readonly #deps: RateLimitsDeps;
  readonly #address: Limit | undefined;
  readonly #logIn: Limit | undefined;
  readonly #byClass: ReadonlyMap<RouteClass, Limit>;
  /** What the addresses of late are counted under. */
  readonly #keys = new Map<string, string>();

  constructor(deps: RateLimitsDeps) {
    this.#deps = deps;
    const { rates } = deps;
    this.#address = this.#limit('address', rates.address);
    this.#logIn = this.#limit('log-in', rates.logIn);
    const classes = [
      ['read', rates.read],
      ['write', rates.write],
      ['content', rates.content],
      ['predict', rates.predict],
    ] as const;
    this.#byClass = new Map(
      classes.flatMap(([name, perMinute]) => {
        const limit = this.#limit(name, perMinute);
        return limit === undefined ? [] : [[name, limit]];
      }),
    );
  }

  /** Counts a request against its address. `undefined`: nothing limits it. */
  takeAddress(address: string, routeClass: RouteClass): LimitDecision | undefined {
    const key = this.#keyOf(address);
    const all = this.#take(this.#address, key, COST[routeClass]);
    if (all?.retryAfterSeconds !== undefined || routeClass !== 'log-in') return all;
    return this.#take(this.#logIn, key, 1) ?? all;
  }

  /** Counts a request against whoever made it. `undefined`: nothing limits it. */
  takePrincipal(principal: string, routeClass: RouteClass): LimitDecision | undefined {
    return this.#take(this.#byClass.get(routeClass), principal, 1);
  }

  /** Buckets in memory. */
  get size(): number {
    const limits = [this.#address, this.#logIn, ...this.#byClass.values()];
    return limits.reduce((sum, limit) => sum + (limit?.table.size ?? 0), 0);
  }

  #keyOf(address: string): string {
    const known = this.#keys.get(address);
    if (known !== undefined) return known;
    const key = this.#deps.hide(networksOf(address).exact);
    if (this.#keys.size >= MAX_KEYS) this.#keys.clear();
    this.#keys.set(address, key);
    return key;
  }

  #limit(policy: string, perMinute: number): Limit | undefined {
    if (perMinute === 0) return undefined;
    const burst = Math.max(Math.ceil(perMinute / 2), COST['log-in']);
    const rate = { limit: perMinute, periodMs: MINUTE_MS, burst };
    return { policy, rate, table: new RateTable(rate, this.#deps.maxSources) };
  }

  #take(limit: Limit | undefined, key: string, cost: number): LimitDecision | undefined {
    if (limit === undefined) return undefined;
    const now = this.#deps.now();
    const { isAllowed, emptyAt, retryAfterMs, remaining } = limit.table.take(key, now, cost);
    const allowance = {
      policy: limit.policy,
      quota: limit.rate.limit,
      windowSeconds: MINUTE_MS / 1000,
      remaining,
      resetSeconds: Math.ceil(Math.max(0, emptyAt - now) / 1000),
    };
    if (isAllowed) return { allowance };
    return { allowance, retryAfterSeconds: Math.ceil(retryAfterMs / 1000) };
  }
}
