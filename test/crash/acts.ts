import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAliasName, parseModelName } from '../../src/api/index.ts';
import { initHome, openStrongroom, restoreStrongroom, type Strongroom } from '../../src/open/index.ts';
import { putOf } from '../kit/temporary-home.ts';

/** What a child does while it is killed, and what holds before and after. */
export const ACTS = [
  'put',
  'rotate',
  'rotate-data',
  'retire-destroy',
  'remove',
  'record',
  'archive',
  'restore',
  'init',
] as const;
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
  else if (act === 'record') await recordAndPublish(strongroom, folder);
  else if (act === 'archive')
    await strongroom.archives.create({ destination: join(folder, ARCHIVE), before: LATER });
  else if (act === 'remove') await versions.remove({ model: MODEL, version: 2 });
  else {
    await keys.retire({ name: 'acme', version: 1 });
    await keys.destroy({ name: 'acme', version: 1, now: true });
  }
  switches.disarm();
}

/** Where the record's old entries go, and until when they count as old. */
export const ARCHIVE = 'old.sraudit';
const LATER = '2999-01-01T00:00:00.000Z';

/** What a child was told is durable: aliases that it set, and checkpoints that it saw. */
export const ALIASES_FILE = 'aliases';
export const CHECKPOINT_SEEN = 'checkpoint-seen';

/** Acts, each put under a checkpoint at once, and what was acknowledged of them written down. */
async function recordAndPublish({ api }: Strongroom, folder: string): Promise<void> {
  for (const [at, alias] of ['one', 'two'].map(parseAliasName).entries()) {
    await api.aliases.set({ model: MODEL, alias, version: at + 1 });
    appendFileSync(join(folder, ALIASES_FILE), `${alias}\n`);
    const checkpoint = await api.audit.checkpoint();
    writeFileSync(join(folder, CHECKPOINT_SEEN), checkpoint);
  }
}
