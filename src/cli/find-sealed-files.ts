import { readSealedFile, SEALED_FILE_ENDING } from '../container/index.ts';
import { type StrongroomError, toStrongroomError } from '../errors/index.ts';
import { Folder } from '../storage/index.ts';
import type { SealedFileSummary, SealedFilesFound } from './operations.ts';

/** How deep folders may nest below the one that was named. */
const MAX_DEPTH = 64;

/**
 * Every file below a folder whose name ends as sealed files do, by its header. Symbolic links are not followed.
 * What is named so and is none, or cannot be read, is told and not skipped.
 */
export async function findSealedFiles(path: string): Promise<SealedFilesFound> {
  const found = {
    files: [] as SealedFileSummary[],
    unreadable: [] as { path: string; error: StrongroomError }[],
  };
  await using base = await Folder.open(path);
  await searchFolder(base, '', found);
  return {
    files: found.files,
    unreadable: found.unreadable.map(({ path, error }) => ({
      path,
      code: error.code,
      message: error.message,
    })),
  };
}

interface Found {
  readonly files: SealedFileSummary[];
  readonly unreadable: { path: string; error: StrongroomError }[];
}

async function searchFolder(folder: Folder, prefix: string, found: Found): Promise<void> {
  const depth = prefix.split('/').length;
  for (const { name, kind } of await folder.entries()) {
    const path = `${prefix}${name}`;
    const isFolder = kind === 'folder' && depth < MAX_DEPTH;
    if (!isFolder && !(kind === 'file' && name.endsWith(SEALED_FILE_ENDING))) continue;
    try {
      if (isFolder) {
        await using inner = await folder.folder(name);
        await searchFolder(inner, `${path}/`, found);
      } else {
        found.files.push(await summarize(folder, name, path));
      }
    } catch (error) {
      found.unreadable.push({ path, error: toStrongroomError(error) });
    }
  }
}

async function summarize(folder: Folder, name: string, path: string): Promise<SealedFileSummary> {
  await using file = await folder.openFile(name);
  const { header } = await readSealedFile(file);
  const slots = header.suite === 1 ? header.slots : [];
  return {
    path,
    format: header.format,
    isEncrypted: header.suite === 1,
    createdAt: header.createdAt,
    size: header.size,
    storedSize: file.size,
    slots: slots.map((slot) => slot.type),
    hasAccessCode: slots.some((slot) => slot.code !== undefined),
  };
}
