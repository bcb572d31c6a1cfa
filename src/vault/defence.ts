import {
  type ExtractionNotice,
  type ExtractionWatch,
  type Measures,
  measuresOf,
  type PredictionBudgets,
  type Standing,
} from '../abuse/index.ts';
import type { DefenceModes } from '../access/index.ts';
import type { DefenceMode, DefenceStatus, ModelName } from '../api/index.ts';
import { toStrongroomError } from '../errors/index.ts';

/** Standings that a status shows. */
const MAX_SHOWN = 1000;

/** Somebody with one model. */
export interface Questioner {
  readonly model: ModelName;
  readonly principal: string;
}

/** Hears of everything that is noticed. Must not throw. */
export type DefenceListener = (notice: ExtractionNotice) => void;

export interface DefenceDeps {
  readonly modes: Pick<DefenceModes, 'status' | 'turn'>;
  readonly watch: ExtractionWatch;
  readonly budgets: PredictionBudgets;
  /** Puts a change of somebody's level on the record. */
  readonly record: (standing: Standing) => Promise<void>;
}

/** The watch over questions, the budgets, and whether anything follows. */
export class Defence {
  readonly watch: ExtractionWatch;
  readonly budgets: PredictionBudgets;
  readonly #modes: DefenceDeps['modes'];
  readonly #record: DefenceDeps['record'];
  readonly #listeners = new Set<DefenceListener>();
  readonly #recording = new Set<Promise<void>>();
  #problem: unknown;

  constructor({ modes, watch, budgets, record }: DefenceDeps) {
    [this.#modes, this.watch, this.budgets, this.#record] = [modes, watch, budgets, record];
  }

  /** Tells somebody of everything that is noticed from now on. */
  listen(listener: DefenceListener): void {
    this.#listeners.add(listener);
  }

  tell(notice: ExtractionNotice): void {
    if (notice.kind === 'level') {
      const recording = this.#record(notice.standing).catch((error: unknown) => {
        this.fail(error);
      });
      this.#recording.add(recording);
      void recording.finally(() => this.#recording.delete(recording));
    }
    for (const listener of this.#listeners) listener(notice);
  }

  /** Keeps what went wrong beside the answering; the next status throws it. */
  fail(error: unknown): void {
    this.#problem = error;
  }

  async mode(): Promise<DefenceMode> {
    return (await this.#modes.status()).mode;
  }

  /** Throws as `DefenceModes.turn`. */
  async turn(to: Parameters<DefenceModes['turn']>[0]): Promise<void> {
    await this.#modes.turn(to);
  }

  /** What a question is up against in a mode: nothing, unless somebody switched the defence to acting. */
  measuresFor(questioner: Questioner, mode: DefenceMode): Measures {
    return mode === 'act' ? this.watch.measures(questioner) : measuresOf('observed');
  }

  /** Ends the watch; what it noticed is on the record by then. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.watch.close();
    await Promise.all(this.#recording);
  }

  /** Of the models that are asked for. */
  async status(isShown: (model: string) => boolean): Promise<DefenceStatus> {
    if (this.#problem !== undefined) {
      const problem = this.#problem;
      this.#problem = undefined;
      throw toStrongroomError(problem);
    }
    const standings = this.watch
      .standings()
      .filter(({ model }) => isShown(model))
      .slice(0, MAX_SHOWN)
      .map(({ surprises, lastAlarmAt, ...standing }) => ({
        ...standing,
        model: standing.model as ModelName,
        signals: surprises,
        ...(lastAlarmAt !== undefined && { lastAlarmAt: new Date(lastAlarmAt).toISOString() }),
        ...this.budgets.use({ model: standing.model, principal: standing.principal ?? '' }),
      }));
    return {
      ...(await this.#modes.status()),
      models: this.watch
        .models()
        .filter(({ model }) => isShown(model))
        .map((watched) => ({ ...watched, model: watched.model as ModelName })),
      standings,
      droppedRows: this.watch.dropped,
    };
  }
}
