import { readFileSync, readlinkSync } from 'node:fs';
import { isStrongroomError } from '../errors/index.ts';
import type { Folder } from './folder.ts';
import { processStartedAt } from './process-table.ts';

/** What unfinished output begins with, in folders that are not ours; who makes it follows. */
const UNFINISHED_PREFIX = '.strongroom-unfinished-';
/** What a folder begins with that is about to be replaced: the user's own data, which nobody ever sweeps. */
export const REPLACED_PREFIX = '.strongroom-replaced-';

/** Boot and process namespace, in which a process id and a start mean one process for ever. */
const world = readWorld();
const self = readSelf();

/** What names of unfinished output of this process begin with. */
export function unfinishedPrefix(): string {
  return world === undefined || self === undefined
    ? UNFINISHED_PREFIX
    : `${UNFINISHED_PREFIX}${world}-${self.pid}-${self.startedAt}-`;
}

/**
 * Removes output that processes of this machine left unfinished when they were killed. What another machine, another
 * container or an earlier boot left stays: from here nobody can tell whether its writer lives.
 */
export async function sweepUnfinished(folder: Folder): Promise<void> {
  if (world === undefined) return;
  for (const { name } of await folder.entries()) {
    const owner = ownerOf(name, world);
    if (owner === undefined || processStartedAt(owner.pid) === owner.startedAt) continue;
    try {
      await folder.removeTree(name);
    } catch (error) {
      // Somebody else's, in a folder that many write to: theirs to remove.
      if (!isStrongroomError(error, 'STORAGE_DENIED')) throw error;
    }
  }
}

interface Owner {
  readonly pid: number;
  readonly startedAt: string;
}

function ownerOf(name: string, here: string): Owner | undefined {
  const prefix = `${UNFINISHED_PREFIX}${here}-`;
  if (!name.startsWith(prefix)) return undefined;
  const [, pid, startedAt] = /^(\d{1,10})-(\d{1,20})-/.exec(name.slice(prefix.length)) ?? [];
  return pid === undefined || startedAt === undefined ? undefined : { pid: Number(pid), startedAt };
}

/** proc(5): the id of this boot, and the number of the namespace that process ids count in. */
function readWorld(): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim().replaceAll('-', '');
    const [, namespace] = /^pid:\[(\d+)\]$/.exec(readlinkSync('/proc/self/ns/pid')) ?? [];
    // Where the first process cannot be seen, others that live would look dead (proc(5), hidepid).
    const isWhole = processStartedAt(1) !== undefined;
    return namespace === undefined || boot === '' || !isWhole ? undefined : `${boot}-${namespace}`;
  } catch {
    // No such table on this system: output keeps names that say nothing, and is left to its user.
    return undefined;
  }
}

function readSelf(): Owner | undefined {
  try {
    const pid = Number(readlinkSync('/proc/self'));
    const startedAt = processStartedAt(pid);
    return startedAt === undefined ? undefined : { pid, startedAt };
  } catch {
    return undefined;
  }
}
