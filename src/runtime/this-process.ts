import { hostname } from 'node:os';

/** What tells this process from others on the same machine, apart from its start, which the kernel's table knows. */
export interface ThisProcess {
  readonly host: string;
  readonly pid: number;
}

/** The process that we are. */
export function thisProcess(): ThisProcess {
  return { host: hostname(), pid: process.pid };
}

/** Whether a process with this id exists now, whoever owns it. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Keeps what we create to its owner, also where a library of ours forgets to say so. Answers what the mask was. */
export function restrictUmask(): number {
  return process.umask(0o077);
}

/** What this process runs on, and as whom. */
export interface ProcessGround {
  readonly nodeVersion: string;
  readonly opensslVersion: string;
  readonly isRoot: boolean;
}

/** The versions below us, and whether we are root. */
export function processGround(): ProcessGround {
  const { node, openssl } = process.versions;
  return { nodeVersion: node, opensslVersion: openssl, isRoot: process.geteuid?.() === 0 };
}
