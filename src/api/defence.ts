import type { ModelName } from './names.ts';

/** Whether questions are watched, and whether anything follows: `alert` tells somebody, `act` does something as well. */
export const DEFENCE_MODES = ['off', 'alert', 'act'] as const;

export type DefenceMode = (typeof DEFENCE_MODES)[number];

/** What is done about a principal, or in `alert` would be: from nothing, step by step, to no answers at all. */
export type DefenceLevel = 'observed' | 'tightened' | 'slowed' | 'rationed' | 'suspended';

/** How the watch over one model stands. */
export interface WatchedModel {
  readonly model: ModelName;
  /** Whether it knows what is normal; until then it learns from what is asked. */
  readonly isCalibrated: boolean;
  /** Rows that it learnt from so far. */
  readonly learntRows: number;
  /** The only one it learns from, where somebody was named. */
  readonly learnsFrom?: string;
}

/** What is known of a principal with a model. */
export interface DefenceStanding {
  readonly model: ModelName;
  /** Absent: everybody together, in which an attack over many accounts shows. */
  readonly principal?: string;
  readonly level: DefenceLevel;
  /** Windows of 100 rows that were judged, and how many of them raised an alarm. */
  readonly windows: number;
  readonly alarms: number;
  /** Of the last window: minus the decimal logarithm of how likely honest traffic looks so. */
  readonly score: number;
  /** The same for each signal by itself. */
  readonly signals: Readonly<Record<string, number>>;
  /** ISO 8601. */
  readonly lastAlarmAt?: string;
  /** Rows of the last day and of the last thirty, and bits of information of the last day. */
  readonly rowsToday: number;
  readonly rowsThisMonth: number;
  readonly bitsToday: number;
}

/** How the defence against copying stands, as this process sees it. */
export interface DefenceStatus {
  readonly mode: DefenceMode;
  /** Of the last change; absent where there was none. */
  readonly since?: string;
  readonly by?: string;
  readonly reason?: string;
  readonly models: readonly WatchedModel[];
  /** The most suspicious first. */
  readonly standings: readonly DefenceStanding[];
  /** Rows that nobody looked at, because too many waited. */
  readonly droppedRows: number;
}

/** The defence against copying models by asking them. */
export interface DefenceApi {
  /** Of one model, or of all. */
  status(input?: { readonly model?: ModelName }): Promise<DefenceStatus>;
  /** For every process of the home. Throws `DEFENCE_STATE` when it stands so already. */
  configure(input: { readonly mode: DefenceMode; readonly reason: string }): Promise<DefenceStatus>;
  /** Learns anew what is normal for a model from what is asked next: by anybody, or by one principal only. */
  learn(input: { readonly model: ModelName; readonly from?: string }): Promise<DefenceStatus>;
  /** Gives a principal a clean sheet and a fresh budget for a model. */
  forgive(input: { readonly model: ModelName; readonly principal: string }): Promise<DefenceStatus>;
}
