// Tries acts on homes, given as `act:home`, and tells the codes of the errors that they ended in, or `done`.
import { parseModelName } from '../../../src/api/index.ts';
import { toStrongroomError } from '../../../src/errors/index.ts';
import { initHome, openStrongroom } from '../../../src/open/index.ts';
import { putOf } from '../../kit/temporary-home.ts';

async function attempt(act: string, home: string): Promise<void> {
  if (act === 'init') {
    await initHome({ home });
    return;
  }
  await using strongroom = await openStrongroom({ home });
  const { versions } = strongroom.api;
  if (act === 'put') await versions.put(putOf('acme/churn', { 'm.bin': 'more' }));
  else if (act === 'backup') await strongroom.backup({ destination: `${home}-backup` });
  else await versions.list({ model: parseModelName('acme/churn') });
}

for (const argument of process.argv.slice(2)) {
  const [act = '', home = ''] = argument.split(':');
  try {
    await attempt(act, home);
    console.log('done');
  } catch (error) {
    console.log(toStrongroomError(error).code);
  }
}
