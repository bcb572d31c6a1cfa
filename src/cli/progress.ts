import type { Progress } from '../api/index.ts';
import { escapeText, fitText } from './terminal.ts';
import { formatBytes, formatDuration } from './units.ts';

/** Redraws closer together than this only cost time. */
const REDRAW_MS = 100;
/** Work shorter than this is over before a bar can be read. */
const PATIENCE_MS = 400;
/** Weight of the newest sample in the smoothed rate. */
const SMOOTHING = 0.3;
const WIDEST_BAR = 30;

/** Where a bar is drawn, and by which clock. */
export interface ProgressDeps {
  readonly columns: number;
  /** Takes text at once; a bar never waits. */
  readonly write: (text: string) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Shows long work on one line of a terminal. */
export interface ProgressBar {
  readonly update: (progress: Progress) => void;
  /** Wipes the line. */
  readonly clear: () => void;
}

/** A bar on a terminal. The line appears only when the work lasts. */
export function createProgressBar(deps: ProgressDeps): ProgressBar {
  const startedAt = deps.now();
  let phase = '';
  let sample = { at: startedAt, done: 0 };
  let rate: number | undefined;
  let drawn = false;
  return {
    update(progress) {
      const now = deps.now();
      if (progress.phase !== phase || progress.done < sample.done) {
        phase = progress.phase;
        sample = { at: now, done: progress.done };
        rate = undefined;
      }
      const elapsed = now - sample.at;
      if (elapsed < REDRAW_MS || now - startedAt < PATIENCE_MS) return;
      const latest = ((progress.done - sample.done) / elapsed) * 1000;
      rate = rate === undefined ? latest : rate + SMOOTHING * (latest - rate);
      sample = { at: now, done: progress.done };
      deps.write(`\r\u001b[2K${formatProgress(progress, rate, deps.columns)}`);
      drawn = true;
    },
    clear() {
      if (drawn) deps.write('\r\u001b[2K');
      drawn = false;
    },
  };
}

/** A bar that shows nothing: a pipe, `--quiet`, `--json`. */
export const NO_PROGRESS: ProgressBar = {
  update: () => undefined,
  clear: () => undefined,
};

/** One line of progress: phase, share, bar, amount, rate per second, time left; never wider than `columns`. */
export function formatProgress(progress: Progress, perSecond: number, columns: number): string {
  const amount = (value: number): string =>
    progress.unit === 'bytes' ? formatBytes(value) : Math.round(value).toLocaleString('en-US');
  const phase = escapeText(progress.phase);
  const rate = `${amount(perSecond)}/s`;
  if (progress.total === undefined || progress.total <= 0) {
    return fitText(`${phase}  ${amount(progress.done)}  ${rate}`, columns - 1);
  }
  const share = Math.min(1, progress.done / progress.total);
  const left =
    perSecond > 0 ? `${formatDuration(((progress.total - progress.done) / perSecond) * 1000)} left` : '';
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const tail = `${amount(progress.done)} of ${amount(progress.total)}  ${rate}  ${left}`.trimEnd();
  const room = Math.min(WIDEST_BAR, columns - 1 - phase.length - percent.length - tail.length - 8);
  const bar = room >= 5 ? `  [${formatBar(share, room)}]` : '';
  return fitText(`${phase}  ${percent}${bar}  ${tail}`, columns - 1);
}

function formatBar(share: number, width: number): string {
  const filled = Math.round(share * width);
  return '#'.repeat(filled) + '-'.repeat(width - filled);
}
