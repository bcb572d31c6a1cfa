import { networksOf, RateTable } from '../abuse/index.ts';
import type { Origin } from '../api/index.ts';
import type { KnownDevices } from './known-devices.ts';
import { throttled } from './throttled.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Buckets of one kind that are kept; each takes about 200 bytes. */
const MAX_BUCKETS = 50_000;

/** An attempt that was counted. */
export interface CountedAttempt {
  /** Nothing was tried after all. */
  giveBack(): void;
  /** It was right: it does not count, and nor do those before it in a row. */
  succeeded(): void;
}

/**
 * Slows guessing without letting a guesser lock somebody out. Every attempt is counted before anything is verified, in
 * one step, and given back when it succeeds:
 *
 * - account and network together: 5, then one every 3 minutes;
 * - network alone, whatever the account: 50, then 50 an hour;
 * - account alone, from anywhere: 20, then 20 an hour, and 100 since the last success (NIST SP 800-63B-4 §3.2.2).
 *
 * A device that logged in as this user before has a bucket of its own (10 in 15 minutes) and none of the others, so the
 * owner gets in while somebody else guesses; passkeys are not throttled by account either. The account is a name, be
 * there a user of it or not. It is the memory of one process: a restart forgets it.
 */
export class LogInThrottle {
  readonly #devices: KnownDevices;
  readonly #now: () => Date;
  readonly #byDevice = new RateTable({ limit: 10, periodMs: 15 * MINUTE_MS, burst: 10 }, MAX_BUCKETS);
  readonly #byPair = new RateTable({ limit: 5, periodMs: 15 * MINUTE_MS, burst: 5 }, MAX_BUCKETS);
  readonly #byNetwork = new RateTable({ limit: 50, periodMs: HOUR_MS, burst: 50 }, MAX_BUCKETS);
  readonly #byAccount = new RateTable({ limit: 20, periodMs: HOUR_MS, burst: 20 }, MAX_BUCKETS);
  readonly #byAccountLong = new RateTable({ limit: 100, periodMs: 30 * DAY_MS, burst: 100 }, MAX_BUCKETS);

  constructor(devices: KnownDevices, now: () => Date) {
    this.#devices = devices;
    this.#now = now;
  }

  /** Counts an attempt on an account. Throws `AUTH_THROTTLED`. */
  enter(account: string, origin: Origin): CountedAttempt {
    const giveBack = this.#take(this.#bucketsOf(account, origin));
    return {
      giveBack,
      succeeded: () => {
        giveBack();
        this.#byAccountLong.forget(account);
      },
    };
  }

  #bucketsOf(account: string, origin: Origin): readonly (readonly [RateTable, string])[] {
    if (this.#devices.isKnown(account, origin.device)) {
      return [[this.#byDevice, `${account} ${origin.device ?? ''}`]];
    }
    const { near, exact } = networksOf(origin.address);
    return [
      [this.#byNetwork, exact],
      [this.#byPair, `${account} ${near}`],
      [this.#byAccount, account],
      [this.#byAccountLong, account],
    ];
  }

  /** Counts an attempt that names no account: a token, a passkey. Throws `AUTH_THROTTLED`. */
  enterUnnamed(origin: Origin): () => void {
    return this.#take([[this.#byNetwork, networksOf(origin.address).exact]]);
  }

  #take(buckets: readonly (readonly [RateTable, string])[]): () => void {
    const now = this.#now().getTime();
    // A refused attempt fills no bucket, so that somebody who is refused at the door cannot fill the account's.
    const waits = buckets.map(([table, key]) => table.peek(key, now).retryAfterMs);
    const wait = Math.max(0, ...waits);
    if (wait > 0) throw throttled(wait);
    for (const [table, key] of buckets) table.take(key, now);
    return () => {
      for (const [table, key] of buckets) table.giveBack(key);
    };
  }
}
