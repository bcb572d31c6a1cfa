import { type ModelName, namespaceOf, type PutVersionInput } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { NewVersion, Registry } from '../registry/index.ts';
import { denial, type Permit } from './gate.ts';

export interface MayPutDeps {
  readonly registry: Pick<Registry, 'findNamespace' | 'findModel'>;
}

/**
 * What a put does besides making a version needs its own grants: making the namespace or the model, setting aliases,
 * naming where it comes from. Throws `ACCESS_DENIED`, `LINEAGE_MISSING` for a version that does not exist for the caller.
 */
export async function assertMayPut(
  { registry }: MayPutDeps,
  permit: Permit,
  { model, aliases = [], derivedFrom }: PutVersionInput,
): Promise<void> {
  const assertMayMake = mayMake(permit, model);
  if ((await registry.findNamespace(namespaceOf(model))) === undefined) assertMayMake('namespace');
  if ((await registry.findModel(model)) === undefined) assertMayMake('model');
  const { caller, rights } = permit;
  if (aliases.length > 0 && !rights.holds('alias:set', model)) throw denial(caller, 'alias:set', model);
  if (derivedFrom === undefined || rights.holds('version:read', derivedFrom.model)) return;
  // As the registry says it of one that is not there.
  throw new StrongroomError(
    'LINEAGE_MISSING',
    `there is no version ${derivedFrom.model}@${derivedFrom.version}`,
  );
}

/** Whether a put may also make what is not there yet. */
export function mayMake({ caller, rights }: Permit, model: ModelName): NewVersion['assertMayMake'] {
  const namespace = namespaceOf(model);
  return (what) => {
    if (what === 'namespace' && !rights.holds('namespace:create', 'everything'))
      throw denial(caller, 'namespace:create', namespace);
    if (what === 'model' && !rights.holds('model:create', namespace))
      throw denial(caller, 'model:create', model);
  };
}
