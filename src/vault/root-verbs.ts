import type { Caller, RootApi } from '../api/index.ts';
import type { Keyring } from '../keyring/index.ts';
import { onEverything } from './act.ts';
import type { Gate } from './gate.ts';

export interface RootVerbsDeps {
  readonly gate: Gate;
  readonly keyring: Pick<Keyring, 'seals' | 'addSeal' | 'removeSeal' | 'changeRoot'>;
}

/** The verbs on what protects the root key. */
export function rootVerbs({ gate, keyring }: RootVerbsDeps, caller: Caller): RootApi {
  return {
    list: () => gate.pass(caller, onEverything('root:read', 'root'), () => Promise.resolve(keyring.seals())),
    add: (seal) => gate.pass(caller, onEverything('root:change', 'root'), () => keyring.addSeal(seal)),
    remove: ({ id }) =>
      gate.pass(caller, onEverything('root:change', `root seal ${id}`), () => keyring.removeSeal(id)),
    change: ({ seals }) =>
      gate.pass(caller, onEverything('root:change', 'root'), () => keyring.changeRoot(seals)),
  };
}
