// Log-ins that are tried, and what becomes of them.
import type { Origin } from '../../src/api/index.ts';
import { StrongroomError } from '../../src/errors/index.ts';
import { ORIGIN, type openIdentity, secret } from './identity-kit.ts';

type Opened = Awaited<ReturnType<typeof openIdentity>>;

/** A log-in of a person, with a wrong password unless told otherwise. */
export const attempt = (
  { identity }: Opened,
  name: string,
  more: { password?: string; origin?: Partial<Origin> } = {},
) =>
  identity.logIn(
    { name, password: secret(more.password ?? 'a wrong guess that is long'), wants: 'tokens' },
    { ...ORIGIN, ...more.origin },
  );

/** The code of each refusal, or `in`. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'in';
  } catch (error) {
    if (error instanceof StrongroomError) return error.code;
    throw error;
  }
}

/** The nth address of many, each in a network of its own. */
export const from = (nth: number): Partial<Origin> => ({ address: `10.${nth >> 8}.${nth & 0xff}.9` });
