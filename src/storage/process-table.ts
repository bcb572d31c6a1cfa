import { readFileSync } from 'node:fs';

/**
 * When a process started, as the kernel counts it (clock ticks since boot; proc(5), field 22 of `stat`): together
 * with the pid it names one process for ever, because pids are used again. `undefined` where the process is gone
 * or the system has no such table. Synchronous, because leases are judged inside a transaction; it reads memory of
 * the kernel, not a disk.
 */
export function processStartedAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the name in parentheses and may hold anything, spaces and parentheses too.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

/**
 * Memory that a process has for itself alone, in bytes: resident and of no file (proc(5), `RssAnon` of `status`).
 * `undefined` where the process is gone or the system has no such table. Synchronous and from memory of the kernel too.
 */
export function processMemoryBytes(pid: number): number | undefined {
  try {
    const kibibytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
