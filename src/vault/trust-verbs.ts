import type { Caller, TrustApi } from '../api/index.ts';
import type { Registry } from '../registry/index.ts';
import { changeTrust, formatNamespaceTrust } from '../trust/index.ts';
import { onNamespace } from './act.ts';
import type { Gate } from './gate.ts';
import { namespaceTrust } from './namespace-trust.ts';
import { assertSignaturePolicy } from './signature-trust.ts';

export interface TrustVerbsDeps {
  readonly gate: Gate;
  readonly registry: Pick<Registry, 'findTrustPolicy' | 'setTrustPolicy'>;
}

/** The verbs on what namespaces trust. */
export function trustVerbs({ gate, registry }: TrustVerbsDeps, caller: Caller): TrustApi {
  return {
    get: ({ namespace }) =>
      gate.pass(caller, onNamespace('trust:read', namespace), () => namespaceTrust({ registry }, namespace)),
    set: ({ namespace, change }) =>
      gate.pass(caller, onNamespace('trust:configure', namespace), async () => {
        const policy = changeTrust(await namespaceTrust({ registry }, namespace), change);
        assertSignaturePolicy(policy);
        await registry.setTrustPolicy(namespace, formatNamespaceTrust(policy));
        return policy;
      }),
  };
}
