import type { AskedRow, RandomSource } from './asked-row.ts';
import { Baseline, PROJECTED_SIZE } from './baseline.ts';
import { LOW_MARGIN, type Sureness, surenessOf } from './margins.ts';
import { NearDuplicates } from './near-duplicates.ts';
import { GrowingSet } from './prada.ts';
import { Tail } from './tail.ts';
import { SIGNALS, type Signal, WINDOW_ROWS, Window, type WindowSignals } from './window.ts';

/** Fewest rows of a reference sample. */
export const MIN_REFERENCE_ROWS = 200;
/** Most rows of a reference sample that are used. */
export const MAX_REFERENCE_ROWS = 2000;
const SIMULATED_WINDOWS = 1000;
const SIMULATED_SEQUENCES = 120;
/** Fewest windows whose pace is known for pace to count. */
const MIN_PACES = 20;
/** How rarely honest windows are meant to raise an alarm. */
const ALARM_LIKELIHOOD = 1e-5;
/** How much a signal must rise for its likelihood to fall by the factor e, where honest windows hardly vary. */
const LEAST_SCALE = 1 / WINDOW_ROWS;

/** What a window looks like against honest traffic. */
export interface WindowVerdict {
  /** Minus the decimal logarithm of how likely honest traffic looks so: 3 is one window in a thousand. */
  readonly score: number;
  readonly isAlarm: boolean;
  /** The same for each signal by itself. */
  readonly surprises: WindowSignals;
}

/** What honest traffic looks like. */
export interface Reference {
  readonly rows: readonly AskedRow[];
  /** Regularity of honest windows, where it was seen; a sample has no pace. */
  readonly paces?: readonly number[];
}

/** What learning uses: it takes a second or so, in which others must get their turns. */
export interface LearningDeps {
  readonly random: RandomSource;
  readonly breathe: () => Promise<void>;
}

/**
 * Judges windows by what was learnt from a reference: the likelihoods of the signals are joined by Fisher's method
 * (Statistical Methods for Research Workers, 1925, §21.1), whose sum is held against the sums of simulated honest windows
 * again, because signals are not independent.
 */
export class Calibration {
  readonly baseline: Baseline;
  readonly #tails: ReadonlyMap<Signal, Tail>;
  readonly #joint: Tail;

  private constructor(baseline: Baseline, windows: readonly WindowSignals[]) {
    this.baseline = baseline;
    this.#tails = new Map(
      SIGNALS.flatMap((signal) => {
        const values = windows.flatMap((window) => window[signal] ?? []);
        return values.length < windows.length / 2 ? [] : [[signal, new Tail(values, LEAST_SCALE)] as const];
      }),
    );
    this.#joint = new Tail(
      windows.map((window) => this.#sum(this.#logLikelihoods(window))),
      1,
    );
  }

  /**
   * Learns from a reference, in steps of some milliseconds with a breath between them. Throws `RangeError` for fewer than
   * `MIN_REFERENCE_ROWS` rows.
   */
  static async learn(reference: Reference, { random, breathe }: LearningDeps): Promise<Calibration> {
    const rows = reference.rows.slice(0, MAX_REFERENCE_ROWS);
    if (rows.length < MIN_REFERENCE_ROWS) {
      throw new RangeError(`a reference needs ${MIN_REFERENCE_ROWS} rows`);
    }
    const baseline = await Baseline.learn(rows, { random, breathe });
    return new Calibration(
      baseline,
      await simulateWindows({ ...reference, rows }, baseline, { random, breathe }),
    );
  }

  judge(window: WindowSignals): WindowVerdict {
    const logs = this.#logLikelihoods(window);
    const likelihood = this.#joint.likelihood(this.#sum(logs));
    const surprises = Object.fromEntries(
      Object.entries(logs).map(([signal, log]) => [signal, log / Math.LN10]),
    );
    return { score: -Math.log10(likelihood), isAlarm: likelihood < ALARM_LIKELIHOOD, surprises };
  }

  #logLikelihoods(window: WindowSignals): WindowSignals {
    return Object.fromEntries(
      [...this.#tails].flatMap(([signal, tail]) => {
        const value = window[signal];
        return value === undefined ? [] : [[signal, -Math.log(tail.likelihood(value))]];
      }),
    );
  }

  #sum(logs: WindowSignals): number {
    return Object.values(logs).reduce((sum, log) => sum + log, 0);
  }
}

/** Windows of honest traffic made out of the reference: each row as often as chance has it. */
async function simulateWindows(
  { rows, paces = [] }: Reference,
  baseline: Baseline,
  deps: LearningDeps,
): Promise<readonly WindowSignals[]> {
  const { random, breathe } = deps;
  const sequences = await simulateSequences(baseline, deps);
  const sureness = rows.map(({ probabilities }) => surenessOf(probabilities));
  const windows: WindowSignals[] = [];
  while (windows.length < SIMULATED_WINDOWS) {
    const pace = paces.length < MIN_PACES ? undefined : paces[Math.floor(random() * paces.length)];
    windows.push({
      ...drawnRates(baseline, sureness, random),
      ...sequences[windows.length % sequences.length],
      ...(pace !== undefined && { regularity: pace }),
    });
    if (windows.length % 100 === 0) await breathe();
  }
  return windows;
}

/** Signals that depend on the order and novelty of rows, from the reference in random order, each row once. */
async function simulateSequences(
  { reference, nearRadius: radius }: Baseline,
  { random, breathe }: LearningDeps,
): Promise<readonly WindowSignals[]> {
  const windows: WindowSignals[] = [];
  while (windows.length < SIMULATED_SEQUENCES) {
    const duplicates = new NearDuplicates({ size: PROJECTED_SIZE, radius, random });
    const growing = new GrowingSet(random);
    let window = new Window();
    for (const at of shuffled(reference.length, random)) {
      const row = reference[at];
      if (row === undefined) continue;
      window.add({ ...row, novelty: duplicates.add(row.projected) }, growing);
      if (!window.isFull) continue;
      const { 'near-duplicates': near = 0, 'abnormal-distances': abnormal } = window.signals();
      windows.push({
        'near-duplicates': near,
        ...(abnormal !== undefined && { 'abnormal-distances': abnormal }),
      });
      window = new Window();
      await breathe();
    }
  }
  return windows;
}

/**
 * Signals of rows by themselves. The window is drawn from a sample that was itself drawn from the reference, so that
 * they vary as much as they do when the reference might as well have been another one (bootstrap: Efron 1979).
 */
function drawnRates(
  { reference }: Baseline,
  doubts: readonly (Sureness | undefined)[],
  random: RandomSource,
): WindowSignals {
  let [outliers, loners, judged, lowMargins, entropy] = [0, 0, 0, 0, 0];
  const sample = Array.from(reference, () => Math.floor(random() * reference.length));
  for (let drawn = 0; drawn < WINDOW_ROWS; drawn++) {
    const at = sample[Math.floor(random() * sample.length)] ?? 0;
    if (reference[at]?.isOutlier) outliers += 1;
    if (reference[at]?.isLoner) loners += 1;
    const sureness = doubts[at];
    if (sureness === undefined) continue;
    judged += 1;
    entropy += sureness.entropy;
    if (sureness.margin < LOW_MARGIN) lowMargins += 1;
  }
  return {
    outliers: outliers / WINDOW_ROWS,
    loners: loners / WINDOW_ROWS,
    ...(judged > 0 && { 'low-margins': lowMargins / judged, entropy: entropy / judged }),
  };
}

function shuffled(count: number, random: RandomSource): readonly number[] {
  const order = Array.from({ length: count }, (_, at) => at);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other] ?? 0, order[at] ?? 0];
  }
  return order;
}
