import { TEMPORARY_PREFIX } from './entry-name.ts';
import type { Folder } from './folder.ts';

/** Removes the temporary entries of a folder that nobody touched for `olderThanMs`; returns how many. */
export async function sweepTemporary(folder: Folder, olderThanMs: number): Promise<number> {
  let removed = 0;
  for (const entry of await folder.entries()) {
    if (!entry.name.startsWith(TEMPORARY_PREFIX) || !(await isOlder(folder, entry.name, olderThanMs)))
      continue;
    await folder.removeTree(entry.name);
    removed++;
  }
  if (removed > 0) await folder.sync();
  return removed;
}

/** Whether an entry, and for a folder everything right in it, was last changed longer ago than that. */
export async function isOlder(folder: Folder, name: string, ageMs: number): Promise<boolean> {
  const status = await folder.status(name);
  if (status === undefined || status.modifiedMs > Date.now() - ageMs) return false;
  if (status.kind !== 'folder') return true;
  await using inner = await folder.folder(name);
  for (const entry of await inner.entries()) {
    if (!(await isOlder(inner, entry.name, ageMs))) return false;
  }
  return true;
}
