import type { RandomSource } from './asked-row.ts';
import { type DefenceLevel, type EpochBounds, Ladder, type Measures, measuresOf } from './ladder.ts';
import type { Judgement, Observation, RowJudge, SeenWindow, WatchedModel } from './row-judge.ts';
import type { WindowSignals } from './window.ts';

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

/** Something that whoever watches over the models should know. */
export interface ExtractionNotice {
  readonly kind: 'alarm' | 'level';
  readonly standing: Standing;
}

export interface ExtractionWatchDeps {
  readonly random: RandomSource;
  readonly now: () => number;
  /** Who looks at the rows; belongs to the watch, which closes it. */
  readonly judge: RowJudge;
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
/** How long rows are gathered before they are looked at together, unless there are many. */
const GATHER_MS = 50;
const MANY_ROWS = 256;

interface Kept {
  standing: Standing;
  readonly ladder: Ladder;
}

/**
 * Watches who asks what of which model, beside the answering: what is seen is gathered and given to a judge, and what
 * does not fit the queue is counted and left out. It decides nothing by itself; whoever asks for the measures applies
 * them.
 */
export class ExtractionWatch {
  readonly #deps: ExtractionWatchDeps;
  /** As the judge last said. */
  readonly #models = new Map<string, WatchedModel>();
  readonly #standings = new Map<string, Kept>();
  #queue: Observation[] = [];
  readonly #waiting = new Map<string, number>();
  #waitingRows = 0;
  #dropped = 0;
  #work: Promise<void> | undefined;
  #endGathering: () => void = () => undefined;
  /** Models that are learnt anew since the judge got the rows that it looks at now. */
  readonly #begunAnew = new Set<string>();
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
    if (this.#waitingRows >= MANY_ROWS) this.#endGathering();
    this.#work ??= this.#lookAtAll();
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
    return [...this.#models.values()];
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
    this.#deps.judge.relearn(model, from);
    this.#begunAnew.add(model);
    this.forget({ model });
    this.#models.set(model, {
      model,
      isCalibrated: false,
      learntRows: 0,
      ...(from !== undefined && { learnsFrom: from }),
    });
  }

  /** Looks at nothing more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#queue = [];
    this.#endGathering();
    await this.#deps.judge.close();
    await this.#work;
  }

  /** Waits until all that was seen is looked at. */
  async settled(): Promise<void> {
    this.#endGathering();
    await this.#work;
  }

  async #lookAtAll(): Promise<void> {
    await this.#gather();
    while (this.#queue.length > 0) {
      const rows = this.#queue;
      this.#queue = [];
      this.#waiting.clear();
      this.#waitingRows = 0;
      await this.#lookAt(rows);
      if (this.#queue.length > 0) await this.#gather();
    }
    // In the same step as the last look at the queue: whoever comes after it begins anew.
    this.#work = undefined;
  }

  /** Rows that come together are looked at together. */
  async #gather(): Promise<void> {
    if (this.#isClosed || this.#waitingRows >= MANY_ROWS) return;
    await new Promise<void>((resolve) => {
      this.#endGathering = resolve;
      setTimeout(resolve, GATHER_MS).unref();
    });
  }

  async #lookAt(observations: readonly Observation[]): Promise<void> {
    this.#begunAnew.clear();
    try {
      this.#take(await this.#deps.judge.look(observations));
    } catch (error) {
      if (this.#isClosed) return;
      // With the judge went what it had learnt.
      this.#models.clear();
      this.#deps.onError(error);
    }
  }

  #take({ windows, models, forgotten, problems }: Judgement): void {
    for (const window of windows) if (!this.#begunAnew.has(window.model)) this.#judged(window);
    for (const known of models) if (!this.#begunAnew.has(known.model)) this.#models.set(known.model, known);
    for (const model of forgotten) this.#models.delete(model);
    for (const problem of problems) this.#deps.onError(problem);
  }

  #judged({ model, at, principal, score, surprises, isAlarm, rows }: SeenWindow): void {
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
}

function nameOf(model: string, principal: string | undefined): string {
  return `${model} ${principal ?? ''}`;
}
