import type { AskedRow } from './asked-row.ts';
import type { JudgedWindow } from './model-watch.ts';

/** Rows of one question, once they are answered. */
export interface Observation {
  readonly model: string;
  readonly principal: string;
  readonly rows: readonly AskedRow[];
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** How a model is watched. */
export interface WatchedModel {
  readonly model: string;
  readonly isCalibrated: boolean;
  readonly learntRows: number;
  /** The only one it learns from, where somebody was named. */
  readonly learnsFrom?: string;
}

/** A window that is full, with where and when its last row came. */
export interface SeenWindow extends JudgedWindow {
  readonly model: string;
  readonly at: number;
}

/** What came of looking at some rows. */
export interface Judgement {
  readonly windows: readonly SeenWindow[];
  /** How the models that were asked are watched now. */
  readonly models: readonly WatchedModel[];
  /** Models that others took the place of. */
  readonly forgotten: readonly string[];
  /** What went wrong with rows that were left out; empty nearly always. */
  readonly problems: readonly unknown[];
}

/** Looks at rows and judges windows of them; keeps what is normal for each model. */
export interface RowJudge {
  /** One after the other. Rejects with `INTERNAL` when all that was learnt is lost. */
  look(observations: readonly Observation[]): Promise<Judgement>;
  /** Forgets what is normal for a model and learns it anew, from anybody or from one principal only. */
  relearn(model: string, from?: string): void;
  close(): Promise<void>;
}
