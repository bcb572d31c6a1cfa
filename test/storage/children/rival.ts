// Appends its mark to one file as often as told, by compare-and-swap against other processes.
import { isStrongroomError } from '../../../src/errors/index.ts';
import { FsGenerationStore } from '../../../src/storage/index.ts';

const [path = '', mark = '', times = '0'] = process.argv.slice(2);
await using store = await FsGenerationStore.open(path);
let refused = 0;
for (let done = 0; done < Number(times); ) {
  const latest = await store.latest('log');
  const bytes = Buffer.concat([latest?.bytes ?? new Uint8Array(), Buffer.from(`${mark}${done}\n`)]);
  try {
    await store.publish('log', bytes, latest?.generation ?? 0);
    done++;
  } catch (error) {
    if (!isStrongroomError(error, 'STORAGE_CONFLICT')) throw error;
    refused++;
  }
}
console.log(JSON.stringify({ refused }));
