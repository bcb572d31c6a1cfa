/** What a line is about, in the order in which they are shown. */
export const AREAS = ['machine', 'home', 'keys', 'policy', 'access', 'backup', 'tls', 'server'] as const;
export type Area = (typeof AREAS)[number];

/** `warn`: works, and weakens what the strongroom promises. `fail`: broken, or open to others. */
export type Standing = 'pass' | 'warn' | 'fail';

/** One thing that was looked at, what was found, and what to do about it. */
export interface Line {
  readonly area: Area;
  /** Stable, kebab-case: scripts look for it. */
  readonly name: string;
  readonly standing: Standing;
  /** Plain words; may hold names that somebody else chose, so it is escaped before it is shown. */
  readonly found: string;
  /** Present unless it passed. */
  readonly advice?: string;
}

/** The name of a check with its area. */
export type LineName = Pick<Line, 'area' | 'name'>;

/** A line that is as it should be. */
export function pass(of: LineName, found: string): Line {
  return { ...of, standing: 'pass', found };
}

/** A line that weakens. */
export function warn(of: LineName, found: string, advice: string): Line {
  return { ...of, standing: 'warn', found, advice };
}

/** A line that is broken. */
export function fail(of: LineName, found: string, advice: string): Line {
  return { ...of, standing: 'fail', found, advice };
}

const STANDINGS: readonly Standing[] = ['pass', 'warn', 'fail'];

/** The worst of all lines; `pass` for none. */
export function worstOf(lines: readonly Line[]): Standing {
  const worst = Math.max(0, ...lines.map(({ standing }) => STANDINGS.indexOf(standing)));
  return STANDINGS[worst] ?? 'fail';
}

/** The first few of a list in words: `a, b, c and 4 more`. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length <= 3 ? shown : `${shown} and ${names.length - 3} more`;
}
