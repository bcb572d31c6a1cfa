import { join, resolve } from 'node:path';
import { processExists, thisProcess } from '../runtime/index.ts';
import type { FolderBuilder } from '../storage/index.ts';

// What lies where in a home. docs/architecture.md draws it.
export const HOME_NOTE = 'strongroom.json';
export const BACKUP_NOTE = 'backup.json';
const CONFIG_FILE = 'config.toml';
export const CATALOGUE_FILE = 'catalogue.db';
export const KEYS_FOLDER = 'keys';
export const BLOBS_FOLDER = 'blobs';
export const AUDIT_FOLDER = 'audit';
export const AUDIT_LOCK = 'audit.lock';
export const ROOT_KEY_FILE = 'root.key';
/** Lines of the server's log. */
export const LOGS_FOLDER = 'logs';
export const LOG_FILE = 'strongroom.log';
/** In a bundle of evidence: its files and their digests, signed. */
export const EVIDENCE_NOTE = 'evidence.note';
/** The certificate that `serve` made for itself, and its key. */
export const TLS_FOLDER = 'tls';
export const TLS_KEY_FILE = 'tls.key';
/** A root key or a passphrase is a line; beyond this it is another file. */
export const MAX_SECRET_FILE_BYTES = 64 * 1024;

/** Where the key file of a home is that was made without any other choice. */
export function defaultRootKeyFile(home: string): string {
  return join(resolve(home), ROOT_KEY_FILE);
}

/** Where the configuration of a home is. */
export function configFile(home: string): string {
  return join(resolve(home), CONFIG_FILE);
}

/** This process, as the builder of a folder that appears whole or not at all. */
export function builder(): FolderBuilder {
  return { pid: thisProcess().pid, isAlive: processExists };
}

/** Whether a file of a home, by its path in it, holds keys and must have one name only. */
export function isKeyFile(path: string): boolean {
  return (
    path === ROOT_KEY_FILE || path === `${TLS_FOLDER}/${TLS_KEY_FILE}` || path.startsWith(`${KEYS_FOLDER}/`)
  );
}
