import { readFileSync } from 'node:fs';

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
