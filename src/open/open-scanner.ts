import { RULE_SET, ScanWorker } from '../scan/index.ts';
import type { Scanner } from '../vault/index.ts';

/** Scans at a time; more wait. A scan reads little and computes much, and others want the cores too. */
const MAX_WORKERS = 2;

/** The built-in scanner, each scan in a thread that can be killed; threads are kept for the next one. */
export function openScanner(): Scanner & AsyncDisposable {
  const idle: ScanWorker[] = [];
  const waiting: ((worker: ScanWorker) => void)[] = [];
  const all: ScanWorker[] = [];
  const acquire = async (): Promise<ScanWorker> => {
    const free = idle.pop();
    if (free !== undefined) return free;
    if (all.length === MAX_WORKERS) return await new Promise((resolve) => waiting.push(resolve));
    const worker = new ScanWorker();
    all.push(worker);
    return worker;
  };
  const release = (worker: ScanWorker): void => {
    const next = waiting.shift();
    if (next === undefined) idle.push(worker);
    else next(worker);
  };
  return {
    ruleSet: RULE_SET,
    async scan(source, options) {
      const worker = await acquire();
      try {
        return await worker.scan(source, options);
      } finally {
        release(worker);
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((worker) => worker.close()));
    },
  };
}
