import type { User } from '../api/index.ts';
import type { Passkeys } from './passkeys.ts';
import type { Principal } from './principals.ts';
import type { CredentialBook } from './user-credentials.ts';

export interface UserCardDeps {
  readonly book: CredentialBook;
  readonly passkeys: Passkeys;
}

/** A user as the API shows one: the principal, and which factors they have. */
export async function userCard({ book, passkeys }: UserCardDeps, principal: Principal): Promise<User> {
  const { id, name, state, displayName, email, createdAt, createdBy } = principal;
  const credentials = await book.get(id);
  return {
    id,
    name,
    state,
    createdAt,
    createdBy,
    ...(displayName === undefined ? {} : { displayName }),
    ...(email === undefined ? {} : { email }),
    ...(credentials.lastLogInAt === undefined ? {} : { lastLogInAt: credentials.lastLogInAt }),
    factors: {
      password: credentials.password !== undefined,
      totp: credentials.totp !== undefined,
      passkeys: (await passkeys.list(id)).length,
    },
  };
}
