import type { NamespaceName, NamespaceTrust } from '../api/index.ts';
import type { Registry } from '../registry/index.ts';
import { parseNamespaceTrust } from '../trust/index.ts';

export interface NamespaceTrustDeps {
  readonly registry: Pick<Registry, 'findTrustPolicy'>;
}

/** What a namespace trusts: what was said, or the secure defaults. Throws `REGISTRY_TAMPERED`. */
export async function namespaceTrust(
  { registry }: NamespaceTrustDeps,
  namespace: NamespaceName,
): Promise<NamespaceTrust> {
  return parseNamespaceTrust(await registry.findTrustPolicy(namespace));
}
