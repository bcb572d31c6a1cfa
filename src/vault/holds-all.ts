import { FOR_GOOD, type IdentityParts, reaches } from '../access/index.ts';
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
  for (const { on, permissions, expiresAt = FOR_GOOD } of await access.grantedTo(principal)) {
    for (const permission of permissions) {
      // Nor may they be it for longer than they hold it.
      if (!reaches(on, permission) || (rights.holdsUntil(permission, on) ?? '') >= expiresAt) continue;
      throw new StrongroomError(
        'GRANT_EXCEEDS',
        `${principal} holds ${permission} on ${on}, which you do not`,
      );
    }
  }
}
