import { join, resolve } from 'node:path';
import { loadConfig } from '../config.ts';
import {
  checkAccess,
  checkBackups,
  checkHome,
  checkKeys,
  checkMachine,
  checkPolicies,
  gatherAccess,
  gatherPolicies,
  type HomeFacts,
  type Line,
} from '../doctor/index.ts';
import { isStrongroomError, StrongroomError, toStrongroomError } from '../errors/index.ts';
import { inspectKeyring } from '../keyring/index.ts';
import { processGround, restrictUmask } from '../runtime/index.ts';
import {
  auditModes,
  diskSpace,
  Folder,
  FsGenerationStore,
  isOnOneDisk,
  readKernelSettings,
  readSmallFile,
} from '../storage/index.ts';
import {
  MAX_BACKUP_NOTE_BYTES,
  MAX_HOME_NOTE_BYTES,
  parseBackupNote,
  parseHomeNote,
} from '../vault/index.ts';
import { installedDependencies } from './dependencies-of.ts';
import {
  BACKUP_NOTE,
  configFile,
  defaultRootKeyFile,
  HOME_NOTE,
  isKeyFile,
  KEYS_FOLDER,
  MAX_SECRET_FILE_BYTES,
} from './home-layout.ts';
import type { Strongroom } from './open-strongroom.ts';

export interface ExamineHomeOptions {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Opens it, asking whoever has to be asked. */
  readonly open: () => Promise<Strongroom>;
  /** A backup to look at too. */
  readonly backup?: string;
}

/** Looks at the machine and at a home, opens it, and says line by line how well it is kept. Changes nothing. */
export async function examineHome(options: ExamineHomeOptions): Promise<readonly Line[]> {
  const home = resolve(options.home);
  const now = new Date();
  const machine = await examineMachine(now);
  const note = await readSmallFile(join(home, HOME_NOTE), MAX_HOME_NOTE_BYTES);
  if (note === undefined) {
    throw new StrongroomError('HOME_MISSING', `there is no home of strongroom at ${options.home}`);
  }
  const { vault } = parseHomeNote(note);
  const outside = checkHome(await homeFacts(home, options.env), now);
  const inside = await examineInside({ ...options, home, vault }, now);
  return [...machine, ...outside, ...inside];
}

async function examineMachine(now: Date): Promise<readonly Line[]> {
  const umask = restrictUmask();
  const kernel = await readKernelSettings();
  return checkMachine(
    { ...processGround(), ...kernel, umask, dependencies: await installedDependencies() },
    now,
  );
}

async function homeFacts(home: string, env: ExamineHomeOptions['env']): Promise<HomeFacts> {
  const config = await attempt(() => loadConfig({ file: configFile(home), env }));
  const isBroken = config instanceof StrongroomError;
  return {
    modes: await auditModes(home, { isKeyFile }),
    ...(isBroken && { configProblem: config }),
    ...(await diskSpace(home)),
    minFreeBytes: isBroken ? 0 : config.limits.min_free_bytes,
    changedMs: await lastChange(home),
  };
}

async function lastChange(home: string): Promise<number> {
  await using folder = await Folder.open(home);
  let last = 0;
  for (const { name } of await folder.entries()) {
    last = Math.max(last, (await folder.status(name))?.modifiedMs ?? 0);
  }
  return last;
}

type Inside = ExamineHomeOptions & { readonly vault: string };

async function examineInside(options: Inside, now: Date): Promise<readonly Line[]> {
  const { home, open } = options;
  await using keys = await FsGenerationStore.open(join(home, KEYS_FOLDER));
  const sealed = await attempt(() => inspectKeyring(keys));
  const known = {
    seals: sealed instanceof StrongroomError ? [] : (sealed?.seals ?? []),
    hasKeyInside: (await readSmallFile(defaultRootKeyFile(home), MAX_SECRET_FILE_BYTES)) !== undefined,
  };
  const strongroom = await attempt(open);
  if (strongroom instanceof StrongroomError) return checkKeys({ ...known, openProblem: strongroom }, now);
  await using _closing = strongroom;
  const { api } = strongroom;
  return [
    ...checkKeys({ ...known, keys: await api.keys.list() }, now),
    ...checkPolicies(await gatherPolicies(api)),
    ...checkAccess(await gatherAccess(api), now),
    ...(await examineBackups(options, strongroom)),
  ];
}

async function examineBackups(
  { home, backup, vault }: Inside,
  { api }: Strongroom,
): Promise<readonly Line[]> {
  const backups = await api.audit.search({ limit: 100, action: 'system:backup' });
  const last = backups.find(({ outcome }) => outcome === 'done');
  const named = backup === undefined ? undefined : await readBackup(home, resolve(backup));
  return checkBackups(
    { vault, ...(last !== undefined && { lastAt: last.at }), ...(named !== undefined && { named }) },
    new Date(),
  );
}

async function readBackup(home: string, path: string) {
  const note = await readSmallFile(join(path, BACKUP_NOTE), MAX_BACKUP_NOTE_BYTES);
  if (note === undefined) {
    throw new StrongroomError('STORAGE_MISSING', `there is no backup at ${path}`, {
      hint: 'name the folder that strongroom backup wrote',
    });
  }
  const { vault, createdAt } = parseBackupNote(note);
  return { vault, createdAt, isOnSameDisk: await isOnOneDisk(home, path) };
}

/** What goes wrong here is an answer. Whoever ends the work is not. */
async function attempt<T>(work: () => Promise<T>): Promise<T | StrongroomError> {
  try {
    return await work();
  } catch (error) {
    if (isStrongroomError(error, 'ABORTED')) throw error;
    return toStrongroomError(error);
  }
}
