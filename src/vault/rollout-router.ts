import type { Agreement, AliasName, ModelName, RolloutPlace, VersionRef } from '../api/index.ts';
import type { Tensor } from '../bytes/index.ts';
import { compareOutputs } from '../inference/index.ts';
import type { Rollouts, StoredRollout } from './rollouts.ts';

/** Aliases that something is counted of. */
const MAX_COUNTED = 1000;

/** Answers of an alias’s version, and how to ask its shadow the same. */
export interface ShadowQuestion {
  readonly place: RolloutPlace;
  /** The version that answered. */
  readonly version: number;
  readonly shadow: number;
  readonly outputs: readonly Tensor[];
  readonly ask: () => Promise<readonly Tensor[]>;
}

interface Spread {
  /** Hundredths of a question that the canary has a claim to. */
  owed: number;
}

interface Compared {
  agreement: Omit<Agreement, 'meanDistance'>;
  scores: number;
  distance: number;
  isBusy: boolean;
}

/** Chooses the version that answers a question to an alias, and compares its answers with those of a shadow. */
export class RolloutRouter {
  readonly #rollouts: Pick<Rollouts, 'find'>;
  readonly #spreads = new Map<string, Spread>();
  readonly #compared = new Map<string, Compared>();

  constructor(rollouts: Pick<Rollouts, 'find'>) {
    this.#rollouts = rollouts;
  }

  /** How an alias is rolled out; empty for anything else. */
  async rolloutOf({ model, version, alias }: VersionRef): Promise<StoredRollout> {
    return alias === undefined || version !== undefined ? {} : await this.#rollouts.find({ model, alias });
  }

  /** The canary's turn, or not: of 100 questions to an alias exactly so many, evenly spread. */
  isForCanary(place: { readonly model: ModelName; readonly alias: AliasName }, percent: number): boolean {
    const spread = kept(this.#spreads, idOf(place), () => ({ owed: 0 }));
    spread.owed += percent;
    if (spread.owed < 100) return false;
    spread.owed -= 100;
    return true;
  }

  /** Asks the shadow beside the answer that was given; one question at a time, the others are skipped. Never throws. */
  compare(question: ShadowQuestion): void {
    const compared = this.#comparedOf(question);
    if (compared.isBusy) {
      compared.agreement = { ...compared.agreement, skipped: compared.agreement.skipped + 1 };
      return;
    }
    compared.isBusy = true;
    void question
      .ask()
      .then((outputs) => compareOutputs(question.outputs, outputs))
      .catch(() => undefined)
      .then((likeness) => {
        const { agreement } = compared;
        compared.isBusy = false;
        if (likeness === undefined) {
          compared.agreement = { ...agreement, failed: agreement.failed + 1 };
          return;
        }
        compared.scores += likeness.scores;
        compared.distance += likeness.distance;
        compared.agreement = {
          ...agreement,
          compared: agreement.compared + 1,
          rows: agreement.rows + likeness.rows,
          agreed: agreement.agreed + likeness.agreed,
          maxDistance: Math.max(agreement.maxDistance, likeness.maxDistance),
        };
      });
  }

  agreement(place: RolloutPlace): Agreement | undefined {
    const compared = this.#compared.get(idOf(place));
    if (compared === undefined) return undefined;
    const { agreement, scores, distance } = compared;
    return { ...agreement, meanDistance: scores === 0 ? 0 : distance / scores };
  }

  #comparedOf({ place, version, shadow }: ShadowQuestion): Compared {
    const id = idOf(place);
    const known = this.#compared.get(id);
    // Other versions are another comparison.
    if (known?.agreement.version !== version || known.agreement.shadow !== shadow) this.#compared.delete(id);
    const counts = { compared: 0, skipped: 0, failed: 0, rows: 0, agreed: 0, maxDistance: 0 };
    return kept(this.#compared, id, () => ({
      ...{ scores: 0, distance: 0, isBusy: false },
      agreement: { version, shadow, ...counts },
    }));
  }
}

function kept<Value>(map: Map<string, Value>, id: string, make: () => Value): Value {
  const known = map.get(id) ?? make();
  if (map.size >= MAX_COUNTED && !map.has(id)) map.clear();
  map.set(id, known);
  return known;
}

function idOf({ model, alias }: RolloutPlace): string {
  return `${model}:${alias}`;
}
