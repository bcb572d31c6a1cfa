import type { BigIntStats } from 'node:fs';
import type { FileIdentity } from './file-source.ts';

/** What an entry of a folder is; `other` are devices, pipes and sockets. */
export type EntryKind = 'file' | 'folder' | 'link' | 'other';

export interface FolderEntry {
  readonly name: string;
  readonly kind: EntryKind;
}

/** One entry as the file system describes it, symbolic links not followed. */
export interface EntryStatus extends FileIdentity {
  readonly kind: EntryKind;
  /** Permission bits, `0o600`. */
  readonly mode: number;
  readonly uid: number;
  /** How many names the file has. */
  readonly links: number;
  /** Last change of the content, milliseconds since 1970. */
  readonly modifiedMs: number;
}

interface Kinds {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** The kind of an entry, by what the system says of it. */
export function kindOf(entry: Kinds): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  return entry.isSymbolicLink() ? 'link' : 'other';
}

/** What lstat(2) says, as our words. */
export function entryStatus(stat: BigIntStats): EntryStatus {
  const { dev, ino, size, mtimeNs, ctimeNs } = stat;
  return {
    kind: kindOf(stat),
    mode: Number(stat.mode & 0o7777n),
    uid: Number(stat.uid),
    links: Number(stat.nlink),
    modifiedMs: Number(stat.mtimeMs),
    dev,
    ino,
    size,
    mtimeNs,
    ctimeNs,
  };
}
