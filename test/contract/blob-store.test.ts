import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type BlobStore, FsBlobStore, type Sandbox } from '../../src/storage/index.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { type OpenBlobStore, testBlobStore } from './blob-store.ts';

function fsBlobStore(sandbox: Sandbox | undefined): OpenBlobStore {
  return async (t: TestContext) => {
    const path = join(await temporaryFolder(t), 'blobs');
    const open = async (): Promise<BlobStore> => {
      const store = await FsBlobStore.open(path, {
        create: true,
        ...(sandbox === undefined ? {} : { sandbox }),
      });
      t.after(() => store.close());
      return store;
    };
    return { store: await open(), again: open };
  };
}

testBlobStore('files', fsBlobStore(undefined));
testBlobStore('files, sandboxed by identity', fsBlobStore('identity'));
