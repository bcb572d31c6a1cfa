import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { afterThisTurn } from '../../src/runtime/index.ts';
import { openSqliteCatalogue } from '../../src/storage/index.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { testCatalogue } from './catalogue.ts';
import { testCatalogueBlobs } from './catalogue-blobs.ts';
import { testCatalogueDocuments } from './catalogue-documents.ts';

const openSqlite = async (t: TestContext) => {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  const open = async () => {
    const catalogue = await openSqliteCatalogue({ path, afterThisTurn });
    t.after(() => catalogue.close());
    return catalogue;
  };
  return { catalogue: await open(), again: open };
};

testCatalogue('sqlite', openSqlite);
testCatalogueBlobs('sqlite', openSqlite);
testCatalogueDocuments('sqlite', openSqlite);
