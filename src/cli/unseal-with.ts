import type { Passphrase } from '../bytes/index.ts';
import type { UnsealMaterial } from '../keyring/index.ts';

/** What the command line found to unseal a home with. Any one that fits is enough. */
export interface Unseal {
  readonly materials: readonly UnsealMaterial[];
  /** Asks a person; called only when the home has a passphrase seal and no material opened it. */
  readonly askPassphrase?: () => Promise<Passphrase>;
}
