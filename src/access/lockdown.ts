import { z } from 'zod';
import type { LockdownStatus, OwnAct, Permission } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { assertReason } from './assert-reason.ts';
import { DocumentCollection, type DocumentDeps } from './document-collection.ts';
import type { Remembered } from './remembered.ts';

const ID = 'lockdown';

const schema = z.strictObject({
  isOn: z.boolean(),
  reason: z.string().min(1).max(1000),
  since: z.string(),
  by: z.string(),
});

type LockdownContent = z.infer<typeof schema>;

/** What lets content or answers of models out, or the keys that open what somebody copied. */
const RELEASES: ReadonlySet<Permission | OwnAct> = new Set<Permission>([
  'version:download',
  'model:predict',
  'model:predict-raw',
  'key:backup',
]);

/** The switch that stops every release, in every process that has the home open. */
export class Lockdown {
  readonly #collection: DocumentCollection<LockdownContent>;
  readonly #deps: DocumentDeps & { readonly now: () => Date };
  readonly #remembered: Remembered<LockdownStatus>;

  constructor(deps: DocumentDeps & { readonly now: () => Date }) {
    this.#deps = deps;
    this.#collection = new DocumentCollection(deps, { name: 'lockdown', schema });
    this.#remembered = this.#collection.remembered((found) => found?.content ?? { isOn: false });
  }

  status(): Promise<LockdownStatus> {
    return this.#remembered.get(ID);
  }

  /** Throws `LOCKED_DOWN` for what would let something out. */
  async assertMay(action: Permission | OwnAct): Promise<void> {
    if (!RELEASES.has(action)) return;
    const { isOn, reason = '' } = await this.status();
    if (isOn) throw new StrongroomError('LOCKED_DOWN', `the strongroom is locked down: ${reason}`);
  }

  /** Throws `LOCKDOWN_STATE` when it stands so already, `INPUT_INVALID` for a reason that is none. */
  async turn(to: {
    readonly isOn: boolean;
    readonly reason: string;
    readonly by: string;
  }): Promise<LockdownStatus> {
    assertReason(to.reason);
    const content = { ...to, since: this.#deps.now().toISOString() };
    const known = await this.#collection.find(ID);
    if ((known?.content.isOn ?? false) === to.isOn) {
      throw new StrongroomError('LOCKDOWN_STATE', to.isOn ? 'it is on already' : 'it is not on');
    }
    if (known === undefined) await this.#collection.insert(ID, content);
    else await this.#collection.replace(known, content);
    return content;
  }
}
