import { basename, dirname, resolve } from 'node:path';
import { type FileInput, parseFilePath } from '../api/index.ts';
import { toStrongroomError } from '../errors/index.ts';
import { Folder, OutputFile, OutputFolder, readInputs, readSmallFile } from '../storage/index.ts';
import { findSealedFiles } from './find-sealed-files.ts';
import type { FileOperations } from './operations.ts';
import { readLegacyContent } from './wiring-import.ts';
import { openSealedOperation, sealFileOperation } from './wiring-sealing.ts';

const OTHERS_MAY_READ = 0o077;

/** Work on files, wired to the storage and container below. */
export function createFileOperations(): FileOperations {
  return {
    sealFile: sealFileOperation,
    openSealedFile: openSealedOperation,
    findSealedFiles,
    readLegacy: readLegacyContent,
    readInputs: readNamedInputs,
    async writeFile({ path, force }, content) {
      await using file = await OutputFile.create(path, { overwrite: force });
      await file.writeAll(content);
      await file.commit();
    },
    async writeFolder({ path, force }, files) {
      await using folder = await OutputFolder.create(path, { overwrite: force });
      for (const file of files) await folder.writeFile(file.path, file.read());
      await folder.commit();
    },
    async isFolder(path) {
      return (await statusOf(path))?.kind === 'folder';
    },
    async readSecretFile(path, maxBytes) {
      const bytes = await readSmallFile(path, maxBytes);
      if (bytes === undefined) return undefined;
      const status = await statusOf(path);
      // The mode of a symbolic link says nothing; orchestrators mount secrets that way, with modes of their own.
      return { bytes, isExposed: status?.kind === 'file' && (status.mode & OTHERS_MAY_READ) !== 0 };
    },
  };
}

async function readNamedInputs(paths: readonly string[]): Promise<readonly FileInput[]> {
  const files = await readInputs(paths);
  return files.map((file) => ({ path: parseFilePath(file.path), size: file.size, open: () => file.open() }));
}

async function statusOf(path: string): ReturnType<Folder['status']> {
  const full = resolve(path);
  const name = basename(full);
  if (name === '') return undefined;
  try {
    await using parent = await Folder.open(dirname(full));
    return await parent.status(name);
  } catch (error) {
    // A parent that is a link or is not there: whoever reads or writes the path next says so in its own words.
    if (['invalid', 'missing'].includes(toStrongroomError(error).kind)) return undefined;
    throw error;
  }
}
