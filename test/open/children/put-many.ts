// Puts `count` versions of a model, one after the other; with `remove` every second one is removed again.
import { parseModelName } from '../../../src/api/index.ts';
import { openStrongroom } from '../../../src/open/index.ts';
import { putOf } from '../../kit/temporary-home.ts';

const [home = '', model = '', count = '0', mode = ''] = process.argv.slice(2);
await using strongroom = await openStrongroom({ home });
const { versions } = strongroom.api;
const acknowledged: number[] = [];
for (let index = 0; index < Number(count); index++) {
  const content = `${process.pid} writes ${index} `.repeat(500);
  const { version } = await versions.put(putOf(model, { 'm.bin': content, 'shared.txt': 'the same' }));
  if (mode === 'remove' && index % 2 === 1) await versions.remove({ model: parseModelName(model), version });
  else acknowledged.push(version);
}
console.log(JSON.stringify(acknowledged));
