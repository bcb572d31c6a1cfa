import type { AskedRow } from './asked-row.ts';
import { PROJECTED_SIZE } from './baseline.ts';
import {
  Calibration,
  type LearningDeps,
  MAX_REFERENCE_ROWS,
  MIN_REFERENCE_ROWS,
  type Reference,
  type WindowVerdict,
} from './calibration.ts';
import { surenessOf } from './margins.ts';
import { NearDuplicates } from './near-duplicates.ts';
import { GrowingSet } from './prada.ts';
import { type RowFacts, WINDOW_ROWS, Window } from './window.ts';

export interface ModelWatchOptions extends LearningDeps {
  /** Rows of traffic to learn from where no sample was given; 200 to 2,000. */
  readonly learningRows: number;
  /** Principals whose rows are remembered; who was seen longest ago goes first. */
  readonly maxProfiles: number;
}

/** A window that was judged. */
export interface JudgedWindow extends WindowVerdict {
  /** Whose; absent: of everybody together, in which an attack over many accounts shows. */
  readonly principal?: string;
  readonly rows: number;
}

/** What one principal's rows leave behind. */
interface Profile {
  window: Window;
  readonly growing: GrowingSet;
}

/** Watches what one model is asked. Learns what is normal first, from a sample or from the first traffic. */
export class ModelWatch {
  readonly #options: ModelWatchOptions;
  readonly #profiles = new Map<string, Profile>();
  #everybody: Profile;
  #learnt: AskedRow[] = [];
  #paces: number[] = [];
  #known: { readonly calibration: Calibration; readonly duplicates: NearDuplicates } | undefined;
  #size: number | undefined;

  /** The only principal from whose questions is learnt what is normal; absent: all. */
  learnsFrom: string | undefined;

  constructor(options: ModelWatchOptions) {
    this.#options = options;
    this.#everybody = this.#newProfile();
  }

  /** Whether it knows what is normal. */
  get isCalibrated(): boolean {
    return this.#known !== undefined;
  }

  /** Rows that it has learnt from so far. */
  get learntRows(): number {
    return this.#known === undefined ? this.#learnt.length : this.#wantedRows;
  }

  /** Whether it has seen enough of the first traffic to learn from it. */
  get isReadyToLearn(): boolean {
    return this.#known === undefined && this.#learnt.length >= this.#wantedRows;
  }

  /** Learns what is normal from the first traffic. Throws `RangeError` for too few rows. */
  async learn(): Promise<void> {
    await this.calibrate({ rows: this.#learnt, paces: this.#paces });
  }

  /** Takes a sample for what is normal, instead of what it learnt before. Throws `RangeError` for too few rows. */
  async calibrate(reference: Reference): Promise<void> {
    this.adopt(await Calibration.learn(reference, this.#options));
  }

  /** Takes over what was learnt, and begins to watch. */
  adopt(calibration: Calibration): void {
    const { nearRadius: radius, features } = calibration.baseline;
    const duplicates = new NearDuplicates({ size: PROJECTED_SIZE, radius, random: this.#options.random });
    this.#known = { calibration, duplicates };
    this.#size = features;
    [this.#learnt, this.#paces] = [[], []];
    this.#profiles.clear();
    this.#everybody = this.#newProfile();
  }

  /** Takes a row in, at a time in milliseconds; what windows it filled. A row of another size tells nothing. */
  add(principal: string, row: AskedRow, at: number): readonly JudgedWindow[] {
    this.#size ??= row.features.length;
    if (row.features.length !== this.#size) return [];
    if (this.#known === undefined) {
      this.#learn(principal, row, at);
      return [];
    }
    const { calibration, duplicates } = this.#known;
    const place = calibration.baseline.place(row);
    const sureness = surenessOf(row.probabilities);
    const facts: RowFacts = {
      ...place,
      novelty: duplicates.add(place.projected),
      ...(sureness !== undefined && { sureness }),
    };
    return [
      ...this.#fill(this.#profileOf(principal), facts, at).map((verdict) => ({ ...verdict, principal })),
      ...this.#fill(this.#everybody, facts),
    ];
  }

  #fill(profile: Profile, facts: RowFacts, at?: number): readonly JudgedWindow[] {
    profile.window.add(facts, profile.growing, at);
    const verdict = profile.window.isFull && this.#known?.calibration.judge(profile.window.signals());
    if (!verdict) return [];
    profile.window = new Window();
    return [{ ...verdict, rows: WINDOW_ROWS }];
  }

  #learn(principal: string, row: AskedRow, at: number): void {
    if (this.#learnt.length >= this.#wantedRows) return;
    if (this.learnsFrom !== undefined && this.learnsFrom !== principal) return;
    this.#learnt.push(row);
    const profile = this.#profileOf(principal);
    profile.window.add(PLAIN, profile.growing, at);
    if (profile.window.isFull) {
      const { regularity } = profile.window.signals();
      if (regularity !== undefined) this.#paces.push(regularity);
      profile.window = new Window();
    }
  }

  get #wantedRows(): number {
    return Math.max(MIN_REFERENCE_ROWS, Math.min(this.#options.learningRows, MAX_REFERENCE_ROWS));
  }

  #profileOf(principal: string): Profile {
    const profile = this.#profiles.get(principal) ?? this.#newProfile();
    // The order of the map is the order of use.
    this.#profiles.delete(principal);
    this.#profiles.set(principal, profile);
    const oldest = this.#profiles.keys().next().value;
    if (this.#profiles.size > this.#options.maxProfiles && oldest !== undefined)
      this.#profiles.delete(oldest);
    return profile;
  }

  #newProfile(): Profile {
    return { window: new Window(), growing: new GrowingSet(this.#options.random) };
  }
}

/** While it learns only the pace of a window is of use. */
const PLAIN: RowFacts = { projected: new Float64Array(), isOutlier: false, isLoner: false, novelty: 'same' };
