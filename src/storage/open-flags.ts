import { constants } from 'node:fs';

/** The flags of open(2) as they are: a system that lacks one (Windows) has no such constant. */
const known: Readonly<Record<string, number | undefined>> = { ...constants };

function flag(name: string): number {
  return known[name] ?? 0;
}

/** Whether this system can hold a folder open. */
export const CAN_OPEN_FOLDERS = known['O_DIRECTORY'] !== undefined;

/**
 * Opens an existing file for reading without following a symbolic link, without waiting for the other end of a
 * pipe and without adopting a terminal.
 */
export const READ_FLAGS = flag('O_RDONLY') | flag('O_NOFOLLOW') | flag('O_NONBLOCK') | flag('O_NOCTTY');

/** Creates a file that must not be there, not even as a symbolic link. */
export const CREATE_FLAGS = flag('O_WRONLY') | flag('O_CREAT') | flag('O_EXCL') | flag('O_NOFOLLOW');

/** Only Linux has it; elsewhere `O_DSYNC` does not reach through the cache of the disk, as a flush of its own does. */
const IS_LINUX = known['O_NOATIME'] !== undefined;

/** Makes every write durable before it returns, as fdatasync(2) after it would (open(2)); 0 where nothing does. */
export const DURABLE_WRITES_FLAG = IS_LINUX ? flag('O_DSYNC') : 0;

/** Opens a folder to look names up below it. */
export const FOLDER_FLAGS = flag('O_RDONLY') | flag('O_DIRECTORY') | flag('O_NOFOLLOW');
