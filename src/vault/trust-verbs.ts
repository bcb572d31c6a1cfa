import type { Caller, TrustApi } from '../api/index.ts';
import type { Registry } from '../registry/index.ts';
import { changeTrust, formatNamespaceTrust } from '../trust/index.ts';
import { onNamespace } from './act.ts';
import type { Gate } from './gate.ts';
import { namespaceTrust } from './namespace-trust.ts';
import { type SecondPersonDeps, takeApproval } from './second-person.ts';
import { assertSignaturePolicy } from './signature-trust.ts';

export interface TrustVerbsDeps extends SecondPersonDeps {
  readonly gate: Gate;
  readonly registry: Pick<Registry, 'findTrustPolicy' | 'setTrustPolicy'>;
}

/** The verbs on what namespaces trust. */
export function trustVerbs({ gate, registry, access }: TrustVerbsDeps, caller: Caller): TrustApi {
  return {
    get: ({ namespace }) =>
      gate.pass(caller, onNamespace('trust:read', namespace), () => namespaceTrust({ registry }, namespace)),
    set: ({ namespace, change }) =>
      gate.pass(caller, onNamespace('trust:configure', namespace), async (permit) => {
        const before = await namespaceTrust({ registry }, namespace);
        const policy = changeTrust(before, change);
        assertSignaturePolicy(policy);
        // Whoever could lower it alone would be the second person too.
        if (policy.approvals < before.approvals) {
          const { action, on, resource } = onNamespace('trust:configure', namespace);
          await takeApproval({ access }, permit, { action, on, resource });
        }
        await registry.setTrustPolicy(namespace, formatNamespaceTrust(policy));
        return policy;
      }),
  };
}
