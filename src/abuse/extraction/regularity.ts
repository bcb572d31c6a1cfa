/**
 * How machine-like the pace of requests is: 1 where the gaps between them are all alike, 0 where they vary as those of
 * independent people do. One minus the coefficient of variation of the gaps, which is 1 for a Poisson process;
 * `undefined` for fewer than ten gaps. Batches of honest programs are regular too: only a change against the reference
 * means anything (bot detection by timing: Gianvecchio and Wang, Detecting Covert Timing Channels, 2007).
 */
export function regularityOf(gapsMs: readonly number[]): number | undefined {
  if (gapsMs.length < MIN_GAPS) return undefined;
  const mean = gapsMs.reduce((sum, gap) => sum + gap, 0) / gapsMs.length;
  if (mean <= 0) return undefined;
  const variance = gapsMs.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gapsMs.length;
  return Math.max(0, 1 - Math.sqrt(variance) / mean);
}

const MIN_GAPS = 10;
