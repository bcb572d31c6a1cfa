import type { ModelName, Version } from '../api/index.ts';
import type { Registry } from '../registry/index.ts';
import { onModel } from './act.ts';
import type { Permit } from './gate.ts';
import { type SecondPersonDeps, takeApproval } from './second-person.ts';

export interface ProtectedContentDeps extends SecondPersonDeps {
  readonly registry: Pick<Registry, 'getModel'>;
}

/** Throws `APPROVAL_REQUIRED` where the content of a version takes two people, and only one has said yes. */
export async function assertContentAllowed(
  deps: ProtectedContentDeps,
  permit: Permit,
  { model, version }: Version,
): Promise<void> {
  if ((await deps.registry.getModel(model)).protection === 'none') return;
  const { action, on, resource } = onModel('version:download', { model, version });
  await takeApproval(deps, permit, { action, on, resource });
}

/** Whoever could take the protection away alone could fetch the content alone. Throws `APPROVAL_REQUIRED`. */
export async function assertMayUnprotect(
  deps: ProtectedContentDeps,
  permit: Permit,
  model: ModelName,
): Promise<void> {
  if ((await deps.registry.getModel(model)).protection === 'none') return;
  const { action, on, resource } = onModel('model:configure', { model });
  await takeApproval(deps, permit, { action, on, resource });
}
