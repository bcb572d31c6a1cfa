import { type ErrorCode, isStrongroomError, StrongroomError } from '../../errors/index.ts';

/** Ends the demo unless what a step claims is so. Throws `INTERNAL`. */
export function prove(isSo: boolean, claim: string): asserts isSo {
  if (!isSo) throw new StrongroomError('INTERNAL', `the demo could not prove that ${claim}`);
}

/** Ends the demo unless the act is refused with exactly this code. Throws `INTERNAL`, or what else came. */
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
