import { StrongroomError } from '../../errors/index.ts';
import { Folder } from '../../storage/index.ts';

/** The models of the demo are far smaller. */
const MAX_TAMPERED_BYTES = 16 * 1024 * 1024;
const MAX_DEPTH = 4;
/** Its file in the folder of a blob. A bit of a header would be found out too, under other codes. */
const PAYLOAD = 'payload';

/**
 * Changes one bit in the middle of the sealed payload of a blob, as a failing disk or an intruder would, behind the
 * back of the strongroom. Resolves to what undoes it.
 */
export async function flipStoredBit(home: string, blob: string): Promise<() => Promise<void>> {
  await using base = await Folder.open(home);
  await using folder = await findFolder(base, blob, 0);
  if (folder === undefined) throw new StrongroomError('INTERNAL', 'there is no blob to damage');
  const intact = (await folder.readFile(PAYLOAD, MAX_TAMPERED_BYTES)).slice();
  const damaged = intact.slice();
  const middle = Math.floor(damaged.length / 2);
  damaged[middle] = (damaged[middle] ?? 0) ^ 1;
  await folder.replaceFile(PAYLOAD, damaged);
  return async () => {
    await using base = await Folder.open(home);
    await using again = await findFolder(base, blob, 0);
    await again?.replaceFile(PAYLOAD, intact);
  };
}

async function findFolder(base: Folder, name: string, depth: number): Promise<Folder | undefined> {
  for (const entry of await base.entries()) {
    if (entry.kind !== 'folder') continue;
    const inner = await base.folder(entry.name);
    if (entry.name === name) return inner;
    const found = depth < MAX_DEPTH ? await findFolder(inner, name, depth + 1) : undefined;
    await inner.close();
    if (found !== undefined) return found;
  }
  return undefined;
}
