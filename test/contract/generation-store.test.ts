import { join } from 'node:path';
import { FsGenerationStore, type GenerationStore } from '../../src/storage/index.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { testGenerationStore } from './generation-store.ts';

testGenerationStore('files', async (t) => {
  const path = join(await temporaryFolder(t), 'keys');
  const open = async (): Promise<GenerationStore> => {
    const store = await FsGenerationStore.open(path, { create: true });
    t.after(() => store.close());
    return store;
  };
  return { store: await open(), again: open };
});
