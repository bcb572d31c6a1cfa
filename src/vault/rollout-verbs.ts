import type { Caller, Rollout, RolloutPlace, RolloutsApi } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Registry } from '../registry/index.ts';
import { onModel } from './act.ts';
import type { CanaryTrials } from './canary-trials.ts';
import type { Gate } from './gate.ts';
import type { RolloutRouter } from './rollout-router.ts';
import type { Rollouts, StoredRollout } from './rollouts.ts';

export interface RolloutVerbsDeps {
  readonly gate: Gate;
  readonly registry: Pick<Registry, 'getModel' | 'getVersion' | 'setAlias'>;
  readonly rollouts: Pick<Rollouts, 'find' | 'set'>;
  readonly router: Pick<RolloutRouter, 'agreement'>;
  readonly trials: Pick<CanaryTrials, 'find'>;
}

/** The verbs that spread the questions to an alias over versions. They change what others get, as moving an alias does. */
export function rolloutVerbs(deps: RolloutVerbsDeps, caller: Caller): RolloutsApi {
  const changing = (place: RolloutPlace, change: (at: Rollout) => Promise<StoredRollout>): Promise<Rollout> =>
    deps.gate.pass(caller, onModel('alias:set', place), async () => {
      const next = await change(await describe(deps, place));
      await deps.rollouts.set(place, next);
      return await describe(deps, place);
    });
  return {
    get: (place) => deps.gate.pass(caller, onModel('version:read', place), () => describe(deps, place)),
    set: ({ canary, shadow, ...place }) =>
      changing(place, async ({ previous }) => {
        const named = [canary?.version, shadow].filter((version) => version !== undefined);
        for (const version of named) await deps.registry.getVersion({ model: place.model, version });
        return tidy({ canary, shadow, previous });
      }),
    promote: (place) =>
      changing(place, async ({ canary, version }) => {
        if (canary === undefined) throw missing('no version answers a part of the questions');
        await deps.registry.setAlias(place.model, place.alias, canary.version);
        return { previous: version };
      }),
    rollback: (place) =>
      changing(place, async ({ canary, shadow, previous }) => {
        if (canary !== undefined || shadow !== undefined) return tidy({ previous });
        if (previous === undefined) throw missing('there is nothing to go back from');
        await deps.registry.setAlias(place.model, place.alias, previous);
        return {};
      }),
  };
}

async function describe(deps: RolloutVerbsDeps, { model, alias }: RolloutPlace): Promise<Rollout> {
  const { version } = await deps.registry.getVersion({ model, alias });
  const stored = await deps.rollouts.find({ model, alias });
  const agreement = deps.router.agreement({ model, alias });
  const isOfNow = agreement?.shadow === stored.shadow && agreement?.version === version;
  const trial = deps.trials.find({ model, alias });
  const isTrialOfNow = trial !== undefined && trial.version === stored.canary?.version;
  return {
    ...{ model, alias, version, ...stored },
    ...(isTrialOfNow && { trial }),
    ...(isOfNow && { agreement }),
  };
}

function missing(told: string): StrongroomError {
  return new StrongroomError('ROLLOUT_MISSING', told);
}

function tidy(
  rollout: { readonly [Key in keyof StoredRollout]: StoredRollout[Key] | undefined },
): StoredRollout {
  const { canary, shadow, previous } = rollout;
  return {
    ...(canary === undefined ? {} : { canary }),
    ...(shadow === undefined ? {} : { shadow }),
    ...(previous === undefined ? {} : { previous }),
  };
}
