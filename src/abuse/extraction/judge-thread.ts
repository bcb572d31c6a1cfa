import { randomShare } from '../../crypto/index.ts';
import { threadDoor } from '../../runtime/index.ts';
import type { FromJudge, ToJudge } from './judge-messages.ts';
import { ModelWatches } from './model-watches.ts';
import { unpackRows } from './packed-rows.ts';

// What runs on the thread of the watch: one batch of rows after another.

const door = threadDoor();
let watches: ModelWatches | undefined;
let work = Promise.resolve();

door?.onMessage((message) => {
  work = work.then(() => take(message as ToJudge));
});

async function take(told: ToJudge): Promise<void> {
  switch (told.kind) {
    case 'begin':
      watches = new ModelWatches({
        ...told.bounds,
        random: randomShare,
        // Nobody else works here.
        breathe: () => Promise.resolve(),
      });
      return;
    case 'relearn':
      watches?.relearn(told.model, told.from);
      return;
    case 'look':
      door?.send({ message: await answerTo(told) });
  }
}

async function answerTo({ packed }: Extract<ToJudge, { kind: 'look' }>): Promise<FromJudge> {
  try {
    if (watches === undefined) throw new Error('rows came before the bounds of the watch');
    return { kind: 'judgement', judgement: await watches.look(unpackRows(packed)) };
  } catch (problem) {
    return { kind: 'failed', problem };
  }
}
