import { type ErrorCode, isStrongroomError, StrongroomError } from '../../errors/index.ts';

/** Ends a step unless what it claims is so. Throws `INTERNAL`. */
export function prove(isSo: boolean, claim: string): asserts isSo {
  if (!isSo) throw new StrongroomError('INTERNAL', `it could not be proved that ${claim}`);
}

/** Ends a step unless the act is refused with exactly this code. Throws `INTERNAL`, or what else came. */
export async function proveRefused(
  code: ErrorCode,
  claim: string,
  act: () => Promise<unknown>,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (isStrongroomError(error, code)) return;
    throw error;
  }
  prove(false, claim);
}
