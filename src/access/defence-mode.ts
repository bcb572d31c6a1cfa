import { z } from 'zod';
import { DEFENCE_MODES, type DefenceMode, type DefenceStatus } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { assertReason } from './assert-reason.ts';
import { DocumentCollection, type DocumentDeps } from './document-collection.ts';
import type { Remembered } from './remembered.ts';

const ID = 'defence';

const schema = z.strictObject({
  mode: z.enum(DEFENCE_MODES),
  reason: z.string().min(1).max(1000),
  since: z.string(),
  by: z.string(),
});

type ModeContent = z.infer<typeof schema>;

/** What is known of the switch. */
export type DefenceSwitch = Pick<DefenceStatus, 'mode' | 'since' | 'by' | 'reason'>;

/** The switch of the defence against copying, in every process that has the home open; `alert` until somebody turns it. */
export class DefenceModes {
  readonly #collection: DocumentCollection<ModeContent>;
  readonly #deps: DocumentDeps & { readonly now: () => Date };
  readonly #remembered: Remembered<DefenceSwitch>;

  constructor(deps: DocumentDeps & { readonly now: () => Date }) {
    this.#deps = deps;
    this.#collection = new DocumentCollection(deps, { name: 'defence', schema });
    this.#remembered = this.#collection.remembered((found) => found?.content ?? { mode: 'alert' });
  }

  status(): Promise<DefenceSwitch> {
    return this.#remembered.get(ID);
  }

  /** Throws `DEFENCE_STATE` when it stands so already, `INPUT_INVALID` for a reason that is none. */
  async turn(to: {
    readonly mode: DefenceMode;
    readonly reason: string;
    readonly by: string;
  }): Promise<void> {
    assertReason(to.reason);
    const known = await this.#collection.find(ID);
    if ((known?.content.mode ?? 'alert') === to.mode) {
      throw new StrongroomError('DEFENCE_STATE', `the defence is on ${to.mode} already`);
    }
    const content = { ...to, since: this.#deps.now().toISOString() };
    if (known === undefined) await this.#collection.insert(ID, content);
    else await this.#collection.replace(known, content);
  }
}
