import type { AskedRow, RandomSource } from './asked-row.ts';
import type { Reference } from './calibration.ts';
import { type DefenceLevel, type EpochBounds, Ladder, type Measures, measuresOf } from './ladder.ts';
import { type JudgedWindow, ModelWatch } from './model-watch.ts';
import type { WindowSignals } from './window.ts';

/** Rows of one question, once they are answered. */
export interface Observation {
  readonly model: string;
  readonly principal: string;
  readonly rows: readonly AskedRow[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Where a principal stands with a model. */
export interface Standing {
  readonly model: string;
  /** Absent: everybody together. */
  readonly principal?: string;
  readonly level: DefenceLevel;
  readonly windows: number;
  readonly alarms: number;
  /** Of the last window: 3 is one honest window in a thousand. */
  readonly score: number;
  readonly surprises: WindowSignals;
  readonly lastAlarmAt?: number;
}

/** How a model is watched. */
export interface WatchedModel {
  readonly model: string;
  readonly isCalibrated: boolean;
  readonly learntRows: number;
  /** The only one it learns from, where somebody was named. */
  readonly learnsFrom?: string;
}

/** Something that whoever watches over the models should know. */
export interface ExtractionNotice {
  readonly kind: 'alarm' | 'level';
  readonly standing: Standing;
}

export interface ExtractionWatchDeps {
  readonly random: RandomSource;
  readonly now: () => number;
  /** Lets others have their turns. */
  readonly breathe: () => Promise<void>;
  readonly learningRows: number;
  readonly maxModels: number;
  /** Principals of one model whose rows are remembered. */
  readonly maxProfiles: number;
  /** Must not throw. */
  readonly onNotice: (notice: ExtractionNotice) => void;
  /** Must not throw. */
  readonly onError: (error: unknown) => void;
  readonly epochs?: EpochBounds;
}

/** Rows that wait to be looked at, of all and of one principal: one who floods does not hide the others. */
const MAX_WAITING = 4000;
const MAX_WAITING_EACH = 1000;
const MAX_STANDINGS = 20_000;
const ROWS_PER_BREATH = 32;

interface Kept {
  standing: Standing;
  readonly ladder: Ladder;
}

/**
 * Watches who asks what of which model, beside the answering: what is seen is queued and looked at in turns of their own,
 * and what does not fit the queue is counted and left out. It decides nothing by itself; whoever asks for the measures
 * applies them.
 */
export class ExtractionWatch {
  readonly #deps: ExtractionWatchDeps;
  readonly #models = new Map<string, ModelWatch>();
  readonly #standings = new Map<string, Kept>();
  readonly #queue: Observation[] = [];
  readonly #waiting = new Map<string, number>();
  #waitingRows = 0;
  #dropped = 0;
  #work: Promise<void> | undefined;
  #rowsInThisTurn = 0;
  #isClosed = false;

  constructor(deps: ExtractionWatchDeps) {
    this.#deps = deps;
  }

  /** Rows that were not looked at because too many waited. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Takes in what was answered; costs the caller next to nothing. */
  observe(observation: Observation): void {
    if (this.#isClosed) return;
    const { principal, rows } = observation;
    const mine = this.#waiting.get(principal) ?? 0;
    if (this.#waitingRows + rows.length > MAX_WAITING || mine + rows.length > MAX_WAITING_EACH) {
      this.#dropped += rows.length;
      return;
    }
    this.#queue.push(observation);
    this.#waiting.set(principal, mine + rows.length);
    this.#waitingRows += rows.length;
    this.#work ??= this.#lookAtAll().finally(() => {
      this.#work = undefined;
    });
  }

  /** Takes a sample of honest rows for what is normal for a model. Throws `RangeError` for too few rows. */
  async calibrate(model: string, reference: Reference): Promise<void> {
    await this.#watchOf(model).calibrate(reference);
  }

  /** What the next question of a principal is up against. */
  measures({ model, principal }: { readonly model: string; readonly principal: string }): Measures {
    const kept = this.#standings.get(nameOf(model, principal));
    if (kept === undefined) return measuresOf('observed');
    if (kept.ladder.pass(this.#deps.now())) this.#tellLevel(kept);
    return measuresOf(kept.ladder.level);
  }

  /** Everybody of whom something is known, the most suspicious first. */
  standings(): readonly Standing[] {
    return [...this.#standings.values()]
      .map(({ standing, ladder }) => ({ ...standing, level: ladder.level }))
      .sort((a, b) => b.alarms - a.alarms || b.score - a.score);
  }

  models(): readonly WatchedModel[] {
    return [...this.#models].map(([model, { isCalibrated, learntRows, learnsFrom }]) => ({
      ...{ model, isCalibrated, learntRows },
      ...(learnsFrom !== undefined && !isCalibrated && { learnsFrom }),
    }));
  }

  /** Forgets where a principal stands with a model, or everybody. */
  forget({ model, principal }: { readonly model: string; readonly principal?: string }): void {
    if (principal !== undefined) {
      this.#standings.delete(nameOf(model, principal));
      return;
    }
    for (const [name, { standing }] of this.#standings)
      if (standing.model === model) this.#standings.delete(name);
  }

  /** Forgets a model and learns it anew from what is asked next, by anybody or by one principal only. */
  relearn(model: string, from?: string): void {
    this.#models.delete(model);
    this.forget({ model });
    this.#watchOf(model).learnsFrom = from;
  }

  /** Looks at nothing more, and waits for what is looked at now. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#queue.length = 0;
    await this.#work;
  }

  /** Waits until all that was seen is looked at. */
  async settled(): Promise<void> {
    await this.#work;
  }

  async #lookAtAll(): Promise<void> {
    // Not in the turn of whoever asked; what else is asked in it is looked at together.
    await this.#breathe();
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const left = (this.#waiting.get(next.principal) ?? 0) - next.rows.length;
      if (left > 0) this.#waiting.set(next.principal, left);
      else this.#waiting.delete(next.principal);
      this.#waitingRows -= next.rows.length;
      try {
        await this.#lookAt(next);
      } catch (error) {
        this.#deps.onError(error);
      }
    }
  }

  async #lookAt({ model, principal, rows, at }: Observation): Promise<void> {
    const watch = this.#watchOf(model);
    for (const row of rows) {
      if (++this.#rowsInThisTurn >= ROWS_PER_BREATH) await this.#breathe();
      if (this.#isClosed) return;
      for (const window of watch.add(principal, row, at)) this.#judged(model, window, at);
    }
    if (watch.isReadyToLearn) await watch.learn();
  }

  async #breathe(): Promise<void> {
    this.#rowsInThisTurn = 0;
    await this.#deps.breathe();
  }

  #judged(model: string, window: JudgedWindow, at: number): void {
    const { principal, score, surprises, isAlarm, rows } = window;
    const kept = this.#keptFor(model, principal);
    const { standing } = kept;
    kept.standing = {
      ...standing,
      ...{ score, surprises },
      windows: standing.windows + 1,
      alarms: standing.alarms + (isAlarm ? 1 : 0),
      ...(isAlarm && { lastAlarmAt: at }),
    };
    if (isAlarm)
      this.#deps.onNotice({ kind: 'alarm', standing: { ...kept.standing, level: kept.ladder.level } });
    // Nothing can be done about everybody.
    if (principal !== undefined && kept.ladder.add({ isAlarm, rows }, at)) this.#tellLevel(kept);
  }

  #tellLevel({ standing, ladder }: Kept): void {
    this.#deps.onNotice({ kind: 'level', standing: { ...standing, level: ladder.level } });
  }

  #keptFor(model: string, principal: string | undefined): Kept {
    const name = nameOf(model, principal);
    const kept = this.#standings.get(name) ?? {
      ladder: new Ladder(this.#deps.random, this.#deps.epochs),
      standing: {
        model,
        ...(principal !== undefined && { principal }),
        level: 'observed' as const,
        ...{ windows: 0, alarms: 0, score: 0, surprises: {} },
      },
    };
    this.#standings.delete(name);
    this.#standings.set(name, kept);
    if (this.#standings.size > MAX_STANDINGS) this.#evict();
    return kept;
  }

  /** The one seen longest ago of whom nothing is suspected; if all are suspected, of all. */
  #evict(): void {
    let oldest: string | undefined;
    for (const [name, { ladder }] of this.#standings) {
      oldest ??= name;
      if (ladder.level !== 'observed') continue;
      oldest = name;
      break;
    }
    if (oldest !== undefined) this.#standings.delete(oldest);
  }

  #watchOf(model: string): ModelWatch {
    const watch = this.#models.get(model) ?? new ModelWatch(this.#deps);
    this.#models.delete(model);
    this.#models.set(model, watch);
    const oldest = this.#models.keys().next().value;
    if (this.#models.size > this.#deps.maxModels && oldest !== undefined) this.#models.delete(oldest);
    return watch;
  }
}

function nameOf(model: string, principal: string | undefined): string {
  return `${model} ${principal ?? ''}`;
}
