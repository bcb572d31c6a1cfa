import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomId } from '../../crypto/index.ts';
import { toStrongroomError } from '../../errors/index.ts';
import { Folder } from '../../storage/index.ts';
import {
  bootstrapOnce,
  catchStolenRefresh,
  checkPasswords,
  checkTokens,
  hideFromStrangers,
} from './access.ts';
import {
  askAccessCode,
  backUpAndRestore,
  findDamage,
  refuseWrongKey,
  rotateKeys,
  sealAndOpen,
} from './encryption.ts';
import { type Ground, layGround } from './ground.ts';
import { holdUnknown, keepRecord, refuseForeignSignature, refuseMalicious, signAndVerify } from './trust.ts';
import { keepTextAsText, refuseHostileNames, refuseTooMuch, refuseUnknownSettings } from './validation.ts';

/** One thing that the software promises, put to the trial. */
export interface Trial {
  readonly area: string;
  readonly name: string;
  /** Resolves to what was seen, in plain words; throws when the promise is not kept. */
  readonly run: (ground: Ground) => Promise<string>;
}

/** How a trial came out. */
export interface TriedLine {
  readonly area: string;
  readonly name: string;
  readonly standing: 'pass' | 'fail';
  readonly found: string;
  readonly ms: number;
}

/** In this order: later ones use what earlier ones have put. */
export const TRIALS: readonly Trial[] = [
  { area: 'encryption', name: 'seal-and-open', run: sealAndOpen },
  { area: 'encryption', name: 'wrong-key', run: refuseWrongKey },
  { area: 'encryption', name: 'damage', run: findDamage },
  { area: 'encryption', name: 'access-code', run: askAccessCode },
  { area: 'encryption', name: 'rotation', run: rotateKeys },
  { area: 'encryption', name: 'backup', run: backUpAndRestore },
  { area: 'validation', name: 'names-and-paths', run: refuseHostileNames },
  { area: 'validation', name: 'text', run: keepTextAsText },
  { area: 'validation', name: 'sizes', run: refuseTooMuch },
  { area: 'validation', name: 'settings', run: refuseUnknownSettings },
  { area: 'scanning', name: 'malicious-file', run: refuseMalicious },
  { area: 'scanning', name: 'unknown-file', run: holdUnknown },
  { area: 'signing', name: 'algorithms', run: signAndVerify },
  { area: 'signing', name: 'foreign-signature', run: refuseForeignSignature },
  { area: 'authentication', name: 'bootstrap', run: bootstrapOnce },
  { area: 'authentication', name: 'passwords', run: checkPasswords },
  { area: 'authentication', name: 'tokens', run: checkTokens },
  { area: 'authentication', name: 'refresh-tokens', run: catchStolenRefresh },
  { area: 'authorisation', name: 'strangers', run: hideFromStrangers },
  { area: 'record', name: 'acts', run: keepRecord },
];

/** Runs every trial on a throw-away home, also after one that failed; nothing is left behind. */
export async function runSelfTest(
  by: { readonly signal: AbortSignal; readonly now: () => number; readonly trials?: readonly Trial[] },
  onLine: (line: TriedLine) => Promise<void>,
): Promise<readonly TriedLine[]> {
  await using base = await Folder.open(tmpdir());
  const name = `strongroom-self-test-${randomId()}`;
  await base.createFolder(name);
  try {
    const ground = await layGround(join(tmpdir(), name), by.signal);
    const lines: TriedLine[] = [];
    for (const trial of by.trials ?? TRIALS) {
      by.signal.throwIfAborted();
      const line = await runTrial(trial, ground, by.now);
      lines.push(line);
      await onLine(line);
    }
    return lines;
  } finally {
    await base.removeTree(name);
  }
}

async function runTrial({ area, name, run }: Trial, ground: Ground, now: () => number): Promise<TriedLine> {
  const startedAt = now();
  const told = { area, name };
  try {
    const found = await run(ground);
    return { ...told, standing: 'pass', found, ms: Math.round(now() - startedAt) };
  } catch (error) {
    const { code, message } = toStrongroomError(error);
    return { ...told, standing: 'fail', found: `${code}: ${message}`, ms: Math.round(now() - startedAt) };
  }
}
