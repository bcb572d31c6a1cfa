import { readFileSync } from 'node:fs';
import { median } from '../measure.ts';
import { makeRow, type Row } from '../row.ts';

/** Looks at the resident memory of a process, in MiB, twice a second until it is stopped. */
export function watchMemory(pid: number): { stop(): readonly number[] } {
  const samples: number[] = [];
  const look = (): void => {
    const rss = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (rss !== undefined) samples.push(Number(rss) / 1024);
  };
  const timer = setInterval(look, 500);
  return {
    stop: () => {
      look();
      clearInterval(timer);
      return samples;
    },
  };
}

/** How resident memory grew from the second to the last third of a time: caches fill in the beginning, leaks go on. */
export function growthRow(
  samples: readonly number[],
  words: { readonly name: string; readonly what: string; readonly detail?: Readonly<Record<string, number>> },
): Row {
  const third = Math.ceil(samples.length / 3);
  const [early, late] = [median(samples.slice(third, 2 * third)), median(samples.slice(2 * third))];
  return makeRow({
    ...words,
    value: late / early,
    unit: 'ratio',
    budget: { atMost: 1.1 },
    detail: {
      ...words.detail,
      secondThirdMiB: early,
      lastThirdMiB: late,
      highestMiB: Math.max(...samples),
    },
  });
}
