import type { StrongroomError } from '../errors/index.ts';
import type { ModeFinding } from '../storage/index.ts';
import { fail, type Line, listed, pass, warn } from './line.ts';

/** What is known of the home as it lies there, without its keys. */
export interface HomeFacts {
  readonly modes: readonly ModeFinding[];
  /** Why the configuration cannot be read. */
  readonly configProblem?: StrongroomError;
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** What `put` leaves free. */
  readonly minFreeBytes: number;
  /** Last change of a file in it, milliseconds since 1970. */
  readonly changedMs: number;
}

/** Clocks of file servers are off by seconds; a minute is a wrong clock. */
const CLOCK_TOLERANCE_MS = 60_000;
const LITTLE_SPACE = 0.1;
const GIB = 2 ** 30;

/** Checks the home as it lies there. */
export function checkHome(facts: HomeFacts, now: Date): readonly Line[] {
  return [
    checkModes(facts.modes),
    checkConfig(facts.configProblem),
    checkSpace(facts),
    checkClock(facts.changedMs, now),
  ];
}

function checkModes(modes: readonly ModeFinding[]): Line {
  const name = { area: 'home', name: 'modes' } as const;
  if (modes.length === 0) return pass(name, 'only its owner can read and change it');
  const told = modes.map(({ path, problem, mode }) => `${path} ${problem} (${mode.toString(8)})`);
  return fail(
    name,
    listed(told),
    'chown -R to the user that runs strongroom; chmod -R u=rwX,go= on the home',
  );
}

function checkConfig(problem: StrongroomError | undefined): Line {
  const name = { area: 'home', name: 'configuration' } as const;
  return problem === undefined
    ? pass(name, 'every setting is known and valid')
    : fail(name, problem.message, problem.hint);
}

function checkSpace({ freeBytes, totalBytes, minFreeBytes }: HomeFacts): Line {
  const name = { area: 'home', name: 'disk' } as const;
  const told = `${(freeBytes / GIB).toFixed(1)} GiB free of ${(totalBytes / GIB).toFixed(1)}`;
  const advice = 'make room: remove versions, or move the home to a larger disk';
  if (freeBytes < minFreeBytes) return fail(name, `${told}: put refuses`, advice);
  return freeBytes < totalBytes * LITTLE_SPACE ? warn(name, told, advice) : pass(name, told);
}

function checkClock(changedMs: number, now: Date): Line {
  const name = { area: 'home', name: 'clock' } as const;
  const aheadMs = changedMs - now.getTime();
  return aheadMs <= CLOCK_TOLERANCE_MS
    ? pass(name, 'no file was changed in the future')
    : fail(
        name,
        `a file was changed ${Math.round(aheadMs / 1000)} seconds from now: a clock is wrong`,
        'set the clock by NTP (timedatectl): expiry of tokens, grants and certificates hangs on it',
      );
}
