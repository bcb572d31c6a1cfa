import type { StrongroomApi } from '../api/index.ts';
import type { Line } from '../doctor/index.ts';
import type { Unseal } from './unseal-with.ts';

/** How well an installation is kept. */
export interface DoctorOperations {
  /** Looks at the machine and a home; changes nothing. Throws `HOME_MISSING`, `BACKUP_MALFORMED`, and what reading throws. */
  examineHome(input: {
    readonly home: string;
    readonly unseal: Unseal;
    /** A folder that `backup` wrote, to look at too. */
    readonly backup?: string;
  }): Promise<readonly Line[]>;
  /** Asks a strongroom elsewhere how well it is kept. */
  examineRemote(api: StrongroomApi): Promise<readonly Line[]>;
  /** Looks at a running server as a stranger sees it. Throws the `NETWORK_…` errors. */
  examineServer(input: {
    readonly url: string;
    /** Certificates (PEM) of authorities that clients trust. */
    readonly authorities?: string;
    readonly signal: AbortSignal;
  }): Promise<readonly Line[]>;
}
