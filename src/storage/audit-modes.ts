import { stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import type { EntryStatus } from './entry-status.ts';
import { Folder } from './folder.ts';
import { mapErrors, quotePath } from './storage-error.ts';

/** What is wrong with an entry of a home; `docs/guides` says what to do about each. */
export type ModeProblem =
  /** group or others have a permission on it */
  | 'open-to-others'
  /** another user owns it */
  | 'wrong-owner'
  /** a key file has a second name, which outlives removal */
  | 'linked-twice'
  /** a symbolic link, device, pipe or socket */
  | 'not-plain'
  /** group or others can replace the folder itself, because the one above lets them */
  | 'parent-writable';

export interface ModeFinding {
  /** Relative to the folder; `.` is the folder itself. */
  readonly path: string;
  readonly problem: ModeProblem;
  /** Permission bits, `0o644`. */
  readonly mode: number;
}

export interface AuditModesOptions {
  /** Which files hold keys and must have exactly one name. Default: none. */
  readonly isKeyFile?: (path: string) => boolean;
  /** Folders that are not entered, by their relative path. */
  readonly skip?: (path: string) => boolean;
}

const OTHERS = 0o077;
const WRITABLE_BY_OTHERS = 0o022;
const STICKY = 0o1000;

/**
 * What in a folder is not as private as we create it: modes, owner, names. An empty answer is a clean bill.
 * Throws `STORAGE_MISSING`, `STORAGE_DENIED`, `STORAGE_PATH_UNSAFE`.
 */
export async function auditModes(path: string, options: AuditModesOptions = {}): Promise<ModeFinding[]> {
  const findings = await auditParent(path);
  await using folder = await Folder.open(path);
  const own = await statusOfSelf(path);
  if (own !== undefined) findings.push(...judge('.', own, { uid: await ownUid(), isKey: false }));
  await auditFolder(folder, '', { findings, options, uid: await ownUid() });
  return findings;
}

interface Audit {
  readonly findings: ModeFinding[];
  readonly options: AuditModesOptions;
  readonly uid: number | undefined;
}

async function auditFolder(folder: Folder, prefix: string, audit: Audit): Promise<void> {
  for (const { name } of await folder.entries()) {
    const path = `${prefix}${name}`;
    if (audit.options.skip?.(path) === true) continue;
    const status = await folder.status(name);
    // Another process may just have removed it.
    if (status === undefined) continue;
    const isKey = audit.options.isKeyFile?.(path) === true;
    audit.findings.push(...judge(path, status, { uid: audit.uid, isKey }));
    if (status.kind !== 'folder') continue;
    await using inner = await folder.folder(name);
    await auditFolder(inner, `${path}/`, audit);
  }
}

function judge(
  path: string,
  status: EntryStatus,
  rule: { readonly uid: number | undefined; readonly isKey: boolean },
): ModeFinding[] {
  const problems: ModeProblem[] = [];
  if (status.kind === 'link' || status.kind === 'other') problems.push('not-plain');
  else if ((status.mode & OTHERS) !== 0) problems.push('open-to-others');
  if (rule.uid !== undefined && status.uid !== rule.uid) problems.push('wrong-owner');
  if (rule.isKey && status.kind === 'file' && status.links > 1) problems.push('linked-twice');
  return problems.map((problem) => ({ path, problem, mode: status.mode }));
}

async function auditParent(path: string): Promise<ModeFinding[]> {
  const parent = dirname(resolve(path));
  const { mode } = await mapErrors(`look at ${quotePath(parent)}`, () => stat(parent));
  const isExposed = (mode & WRITABLE_BY_OTHERS) !== 0 && (mode & STICKY) === 0;
  return isExposed ? [{ path: '..', problem: 'parent-writable', mode: mode & 0o7777 }] : [];
}

async function statusOfSelf(path: string): Promise<EntryStatus | undefined> {
  const full = resolve(path);
  if (dirname(full) === full) return undefined;
  await using parent = await Folder.open(dirname(full));
  return await parent.status(full.slice(dirname(full).length).replace(/^[/\\]/, ''));
}

/** `undefined` where files have no numeric owners (Windows). */
async function ownUid(): Promise<number | undefined> {
  try {
    const { uid } = userInfo();
    return uid < 0 ? undefined : uid;
  } catch {
    // A container may run under a number without a name; the kernel shows our own process as ours.
    return (await mapErrors('find the own user', () => stat('/proc/self'))).uid;
  }
}
