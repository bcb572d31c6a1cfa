import type { Lockdown } from '../access/index.ts';
import type { Caller, LockdownApi } from '../api/index.ts';
import { onEverything } from './act.ts';
import type { Gate } from './gate.ts';
import { type SecondPersonDeps, takeApproval } from './second-person.ts';

export interface LockdownVerbsDeps extends SecondPersonDeps {
  readonly gate: Gate;
  readonly lockdown: Pick<Lockdown, 'status' | 'turn'>;
}

/** The verbs that stop every release, and let them go on. */
export function lockdownVerbs(deps: LockdownVerbsDeps, caller: Caller): LockdownApi {
  const { gate, lockdown } = deps;
  return {
    status: () => gate.pass(caller, onEverything('system:read', 'lockdown'), () => lockdown.status()),
    begin: ({ reason }) =>
      gate.pass(caller, onEverything('lockdown:begin', 'lockdown'), () =>
        lockdown.turn({ isOn: true, reason, by: caller.id }),
      ),
    lift: ({ reason }) =>
      gate.pass(caller, onEverything('lockdown:lift', 'lockdown'), async (permit) => {
        await takeApproval(deps, permit, { action: 'lockdown:lift', on: 'everything', resource: 'lockdown' });
        return await lockdown.turn({ isOn: false, reason, by: caller.id });
      }),
  };
}
