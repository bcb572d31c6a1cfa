// Puts one blob of a size into a store and tells what came of it: run by tests in places that refuse.
import { isStrongroomError } from '../../../src/errors/index.ts';
import { type BlobId, FsBlobStore } from '../../../src/storage/index.ts';

const [path = '', id = '', size = '0'] = process.argv.slice(2);

async function put(store: FsBlobStore): Promise<string> {
  try {
    const writer = await store.create(id as BlobId);
    try {
      const chunk = new Uint8Array(65_536).fill(7);
      for (let left = Number(size); left > 0; left -= chunk.length) {
        await writer.write(chunk.subarray(0, Math.min(left, chunk.length)));
      }
      await writer.commit(new Uint8Array(1000));
      return 'stored';
    } finally {
      await writer.abort();
    }
  } catch (error) {
    return isStrongroomError(error) ? error.code : String(error);
  }
}

const store = await FsBlobStore.open(path);
const outcome = await put(store);
const ids = await Array.fromAsync(store.list());
console.log(JSON.stringify({ outcome, ids, swept: await store.sweep(0) }));
await store.close();
