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

/** Opens a folder to look names up below it. */
export const FOLDER_FLAGS = flag('O_RDONLY') | flag('O_DIRECTORY') | flag('O_NOFOLLOW');
