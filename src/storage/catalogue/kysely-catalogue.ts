import type { Catalogue } from '../catalogue.ts';
import { actVerbs } from './acts.ts';
import { blobVerbs } from './blobs.ts';
import { documentVerbs } from './documents.ts';
import { homeVerbs } from './home.ts';
import { keyVerbs } from './keys.ts';
import { leaseVerbs } from './leases.ts';
import { modelVerbs } from './models.ts';
import { namespaceVerbs } from './namespaces.ts';
import { rememberReads } from './read-memo.ts';
import type { CatalogueDatabase } from './tables.ts';
import { trustVerbs } from './trust.ts';
import { versionVerbs } from './versions.ts';

/** The catalogue over any database that holds its tables in their newest form. */
export function createKyselyCatalogue(plain: CatalogueDatabase): Catalogue {
  const database = rememberReads(plain);
  return {
    ...homeVerbs(database),
    ...namespaceVerbs(database),
    ...modelVerbs(database),
    ...versionVerbs(database),
    ...blobVerbs(database),
    ...leaseVerbs(database),
    ...keyVerbs(database),
    ...trustVerbs(database),
    ...documentVerbs(database),
    ...actVerbs(database),
  };
}
