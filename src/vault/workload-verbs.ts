import type { Federation, IdentityParts } from '../access/index.ts';
import { type Caller, principalId, type WorkloadsApi } from '../api/index.ts';
import { onEverything } from './act.ts';
import type { Gate } from './gate.ts';
import { assertHoldsAllOf } from './holds-all.ts';

export interface WorkloadVerbsDeps {
  readonly gate: Gate;
  readonly identity: Pick<IdentityParts, 'access'>;
  readonly federation: Pick<Federation, 'rules'>;
}

/** The verbs on rules that let programs of other identity providers in. */
export function workloadVerbs(deps: WorkloadVerbsDeps, caller: Caller): WorkloadsApi {
  const { gate, federation } = deps;
  return {
    list: () =>
      gate.pass(caller, onEverything('workload:read', 'workload rules'), () => federation.rules.list()),
    set: (input) =>
      gate.pass(caller, onEverything('workload:configure', `workload rule ${input.name}`), async (permit) => {
        await assertHoldsAllOf(deps.identity.access, permit, principalId('workload', input.name));
        return await federation.rules.set({ ...input, createdBy: caller.id });
      }),
    remove: ({ name }) =>
      gate.pass(caller, onEverything('workload:configure', `workload rule ${name}`), () =>
        federation.rules.remove(name),
      ),
  };
}
