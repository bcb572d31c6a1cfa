import { networkText, parseSource } from '../abuse/index.ts';
import type { Blocks } from '../access/index.ts';
import type { BlocksApi, Caller } from '../api/index.ts';
import { onEverything } from './act.ts';
import type { Gate } from './gate.ts';

export interface BlockVerbsDeps {
  readonly gate: Gate;
  readonly blocks: Pick<Blocks, 'list' | 'add' | 'remove'>;
}

/** The verbs on addresses that are shut out. */
export function blockVerbs({ gate, blocks }: BlockVerbsDeps, caller: Caller): BlocksApi {
  return {
    list: () => gate.pass(caller, onEverything('block:read', 'blocks'), () => blocks.list()),
    add: async ({ source: text, ...rest }) => {
      const source = networkText(parseSource(text));
      return await gate.pass(caller, onEverything('block:configure', `block ${source}`), () =>
        blocks.add({ ...rest, source, grows: false, by: caller.id }),
      );
    },
    remove: async ({ source: text }) => {
      const source = networkText(parseSource(text));
      await gate.pass(caller, onEverything('block:configure', `block ${source}`), () =>
        blocks.remove(source),
      );
    },
  };
}
