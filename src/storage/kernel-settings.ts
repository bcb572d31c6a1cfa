import { readFile } from 'node:fs/promises';

/** What the kernel does with the memory of a process. What the system does not tell is absent. */
export interface KernelSettings {
  /** `core`, or `|/usr/lib/…` for a program that takes core dumps (core(5)). */
  readonly corePattern?: string;
  /** Soft limit of core files of this process, in bytes; Infinity: none. */
  readonly coreLimit?: number;
  /** Files and devices that memory is swapped to (proc(5)). */
  readonly swaps?: readonly string[];
}

/** Reads what Linux tells; elsewhere nothing. */
export async function readKernelSettings(): Promise<KernelSettings> {
  const [pattern, limits, swaps] = await Promise.all(
    ['/proc/sys/kernel/core_pattern', '/proc/self/limits', '/proc/swaps'].map(readProc),
  );
  const limit = /^Max core file size\s+(\S+)/m.exec(limits ?? '')?.[1];
  return {
    ...(pattern !== undefined && { corePattern: pattern.trim() }),
    ...(limit !== undefined && { coreLimit: limit === 'unlimited' ? Infinity : Number(limit) }),
    ...(swaps !== undefined && { swaps: parseSwaps(swaps) }),
  };
}

/** Below a line of headings: name, type, size, used, priority. */
function parseSwaps(text: string): readonly string[] {
  const lines = text.split('\n').slice(1);
  return lines.map((line) => line.split(/\s/)[0] ?? '').filter((name) => name !== '');
}

async function readProc(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // Another system, or a container that hides it: what it does not tell is not known.
    return undefined;
  }
}
