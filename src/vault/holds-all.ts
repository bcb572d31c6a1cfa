import { type IdentityParts, reaches } from '../access/index.ts';
import type { PrincipalId } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Permit } from './gate.ts';

/**
 * Whoever says by what a principal is known could be it: they must hold all that it can do. Throws `GRANT_EXCEEDS`.
 */
export async function assertHoldsAllOf(
  access: Pick<IdentityParts['access'], 'grantedTo'>,
  { rights }: Permit,
  principal: PrincipalId,
): Promise<void> {
  for (const { on, permissions } of await access.grantedTo(principal)) {
    for (const permission of permissions) {
      if (!reaches(on, permission) || rights.holds(permission, on)) continue;
      throw new StrongroomError(
        'GRANT_EXCEEDS',
        `${principal} holds ${permission} on ${on}, which you do not`,
      );
    }
  }
}
