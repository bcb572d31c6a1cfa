// Begins an output file and an output folder, tells, and holds both open until it is killed.
import { streamOf, utf8Bytes } from '../../../src/bytes/index.ts';
import { OutputFile, OutputFolder } from '../../../src/storage/index.ts';

const [base = ''] = process.argv.slice(2);
const file = await OutputFile.create(`${base}/held.bin`);
await file.write(utf8Bytes('half of it'));
const folder = await OutputFolder.create(`${base}/held`);
await folder.writeFile('a/b.bin', streamOf(utf8Bytes('half of that')));
console.log('holding');
setInterval(() => undefined, 60_000);
