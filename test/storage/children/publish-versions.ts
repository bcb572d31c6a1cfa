/** Publishes versions of one model into a catalogue and prints their numbers: `publish-versions.ts FILE NAME COUNT`. */
import { openSqliteCatalogue } from '../../../src/storage/index.ts';
import { fileOf, publish } from '../../contract/catalogue-kit.ts';

const [path = '', name = '', count = '0'] = process.argv.slice(2);
const catalogue = await openSqliteCatalogue({ path });
const numbers: number[] = [];
for (let n = 0; n < Number(count); n++) {
  const { version } = await publish(catalogue, 'acme/churn', [fileOf('model.onnx', `${name} ${n}`)]);
  numbers.push(version.version);
}
await catalogue.close();
process.stdout.write(JSON.stringify(numbers));
