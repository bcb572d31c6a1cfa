import type { IdentityApi } from '../api/index.ts';
import { isStrongroomError } from '../errors/index.ts';
import type { Guard } from './guard.ts';

/** Identity under a guard, which learns there as whom somebody tries to log in. */
export function guardedIdentity(identity: IdentityApi, guard: Guard): IdentityApi {
  return {
    ...identity,
    logIn: async (input, origin) => {
      guard.assertMayLogIn(input.name, origin);
      try {
        return await identity.logIn(input, origin);
      } catch (error) {
        if (isStrongroomError(error, 'AUTH_FAILED')) guard.logInRefused(input.name, origin);
        throw error;
      }
    },
  };
}
