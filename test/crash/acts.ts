import { join } from 'node:path';
import { parseModelName } from '../../src/api/index.ts';
import { initHome, openStrongroom, restoreStrongroom } from '../../src/open/index.ts';
import { putOf } from '../kit/temporary-home.ts';

/** What a child does while it is killed, and what holds before and after. */
export const ACTS = ['put', 'rotate', 'rotate-data', 'retire-destroy', 'remove', 'restore', 'init'] as const;
export type ActName = (typeof ACTS)[number];

export const MODEL = parseModelName('acme/churn');

/** Content of the file of version `n` before the act; three versions, one file each, and one that two share. */
export function contentOf(version: number): string {
  return `weights of version ${version} `.repeat(100);
}

/** Runs one act on the home of `folder`; `arm` is called when the home is open. */
export async function perform(
  act: ActName,
  folder: string,
  switches: { arm(): void; disarm(): void },
): Promise<void> {
  const home = join(folder, 'home');
  if (act === 'restore') {
    switches.arm();
    await restoreStrongroom({ source: join(folder, 'backup'), home: join(folder, 'restored') });
    switches.disarm();
    return;
  }
  if (act === 'init') {
    switches.arm();
    await initHome({ home: join(folder, 'fresh') });
    switches.disarm();
    return;
  }
  const strongroom = await openStrongroom({ home });
  const { versions, keys } = strongroom.api;
  switches.arm();
  if (act === 'put') await versions.put(putOf('acme/churn', { 'w.bin': contentOf(4), 's.txt': 'shared' }));
  else if (act === 'rotate') await keys.rotate({ name: 'acme' });
  else if (act === 'rotate-data') await keys.rotate({ name: 'acme', data: true });
  else if (act === 'remove') await versions.remove({ model: MODEL, version: 2 });
  else {
    await keys.retire({ name: 'acme', version: 1 });
    await keys.destroy({ name: 'acme', version: 1, now: true });
  }
  switches.disarm();
}
