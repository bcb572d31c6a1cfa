import { join } from 'node:path';
import { type Anchor, AuditLog, cutText, type Keepers } from '../audit/index.ts';
import { fromBase64Url, toBase64Url, utf8Bytes } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Keyring } from '../keyring/index.ts';
import { processExists, thisProcess } from '../runtime/index.ts';
import {
  type ActRow,
  type AuditNote,
  type Catalogue,
  openExclusiveLock,
  processStartedAt,
} from '../storage/index.ts';
import type { Clock } from '../vault/index.ts';
import { AUDIT_FOLDER, AUDIT_LOCK } from './home-layout.ts';

const NOTE_LABEL = 'audit note';
/** Acts of old that are taken over at a time. */
const ACTS_AT_ONCE = 1000;

export interface OpenAuditInput {
  readonly home: string;
  readonly catalogue: Catalogue;
  readonly keyring: Keyring;
  readonly clock: Clock;
}

/**
 * Opens the audit log of a home, and the lock that guards it. Throws `AUDIT_DAMAGED`, `AUDIT_ROLLED_BACK` when log,
 * catalogue or keyring are older than another of them knows, and the `STORAGE_…` errors.
 */
export async function openAudit(input: OpenAuditInput): Promise<AuditLog & AsyncDisposable> {
  const { home, keyring, clock } = input;
  const lock = openExclusiveLock(join(home, AUDIT_LOCK));
  try {
    const { host, pid } = thisProcess();
    const log = await AuditLog.open({
      path: join(home, AUDIT_FOLDER),
      secrets: keyring,
      lock,
      process: { host, pid, startedAt: processStartedAt(pid) ?? '' },
      isLive: (owner) => isOwnerLive(owner, host),
      now: () => clock.now(),
      keepers: keepersOf(input),
    });
    await takeOverActs(log, input.catalogue);
    const close = async () => {
      try {
        await log.close();
      } finally {
        lock.close();
      }
    };
    return Object.assign(log, { [Symbol.asyncDispose]: close });
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** Of another machine we cannot tell, so its log stays. */
function isOwnerLive(owner: { host: string; pid: number; startedAt: string }, host: string): boolean {
  if (owner.host !== host) return true;
  const started = processStartedAt(owner.pid);
  return started === undefined
    ? owner.startedAt === '' && processExists(owner.pid)
    : started === owner.startedAt;
}

/** Catalogue and keyring as what the log is compared with. */
function keepersOf({ catalogue, keyring }: OpenAuditInput): Keepers {
  const noted = async () => {
    const note = await catalogue.notedAudit();
    if (note === undefined) return undefined;
    const [root, mac] = [fromBase64Url(note.root), fromBase64Url(note.mac)];
    if (root === undefined || mac === undefined || !keyring.verifyMac(NOTE_LABEL, noteText(note), mac))
      throw new StrongroomError('CATALOGUE_DAMAGED', 'what the catalogue notes of the audit log was changed');
    return { size: note.size, root };
  };
  const anchor = async (): Promise<Anchor> => ({
    catalogue: (await noted())?.size ?? 0,
    keyring: keyring.generation,
  });
  return {
    noted,
    anchor,
    note: async ({ size, root }) => {
      const words = { size, root: toBase64Url(root) };
      const mac = toBase64Url(keyring.mac(NOTE_LABEL, noteText(words)));
      await catalogue.noteAudit({ ...words, mac });
    },
    assertReach: async (wanted) => {
      await keyring.refresh();
      const reached = await anchor();
      if (reached.catalogue < wanted.catalogue)
        throw new StrongroomError('AUDIT_ROLLED_BACK', 'the catalogue is older than the audit log says');
      if (reached.keyring < wanted.keyring)
        throw new StrongroomError('AUDIT_ROLLED_BACK', 'the keyring is older than the audit log says');
    },
  };
}

function noteText({ size, root }: Pick<AuditNote, 'size' | 'root'>): Uint8Array {
  return utf8Bytes(`${size} ${root}`);
}

/** Takes the record of an older strongroom into the log. A kill in between takes some over twice, by their numbers. */
async function takeOverActs(log: AuditLog, catalogue: Catalogue): Promise<void> {
  for (;;) {
    const acts = await catalogue.listActs(ACTS_AT_ONCE);
    const last = acts.at(-1);
    if (last === undefined) return;
    await Promise.all(acts.map((act) => log.append({ kind: 'event', ...eventOf(act) })));
    await catalogue.removeActs(last.sequence);
  }
}

function eventOf({ sequence, at, caller, action, resource, outcome, code }: ActRow) {
  return {
    event: 'record.taken-over',
    severity: 'info',
    resource: cutText(resource),
    ...(code === undefined ? {} : { code: cutText(code) }),
    details: { sequence, at, caller: cutText(caller), action: cutText(action), outcome },
  } as const;
}
