import { join } from 'node:path';
import { StrongroomError } from '../errors/index.ts';
import { afterThisTurn } from '../runtime/index.ts';
import { type Catalogue, Folder, openSqliteCatalogue } from '../storage/index.ts';
import { CATALOGUE_FILE } from './home-layout.ts';

/**
 * Opens the catalogue of a home that exists. Throws `CATALOGUE_DAMAGED` where it is missing: an empty one in its place
 * would look like a home without models. Throws as `openSqliteCatalogue`.
 */
export async function openCatalogue(home: string): Promise<Catalogue> {
  await using folder = await Folder.open(home);
  const status = await folder.status(CATALOGUE_FILE);
  if (status === undefined || status.size === 0n) {
    throw new StrongroomError('CATALOGUE_DAMAGED', 'the catalogue of the home is missing or empty');
  }
  return await openSqliteCatalogue({ path: join(home, CATALOGUE_FILE), afterThisTurn });
}
