import type { Caller, DefenceApi } from '../api/index.ts';
import type { Registry } from '../registry/index.ts';
import { onEverything } from './act.ts';
import type { Defence } from './defence.ts';
import type { Gate } from './gate.ts';

export interface DefenceVerbsDeps {
  readonly gate: Gate;
  readonly registry: Pick<Registry, 'getModel'>;
  readonly defence: Defence;
}

/** The verbs of the defence against copying. */
export function defenceVerbs({ gate, registry, defence }: DefenceVerbsDeps, caller: Caller): DefenceApi {
  const everything = () => defence.status(() => true);
  return {
    status: ({ model } = {}) =>
      gate.pass(caller, onEverything('defence:read', 'defence'), () =>
        defence.status((each) => model === undefined || each === model),
      ),
    configure: ({ mode, reason }) =>
      gate.pass(caller, onEverything('defence:configure', `defence ${mode}`), async () => {
        await defence.turn({ mode, reason, by: caller.id });
        return await everything();
      }),
    learn: ({ model, from }) =>
      gate.pass(caller, onEverything('defence:configure', `defence of ${model}`), async () => {
        await registry.getModel(model);
        defence.watch.relearn(model, from);
        return await everything();
      }),
    forgive: ({ model, principal }) =>
      gate.pass(caller, onEverything('defence:configure', `${principal} with ${model}`), async () => {
        await registry.getModel(model);
        defence.watch.forget({ model, principal });
        defence.budgets.forget({ model, principal });
        return await everything();
      }),
  };
}
