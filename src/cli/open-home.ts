import type { StrongroomApi } from '../api/index.ts';

/** A home, or a server, that is open. */
export interface OpenHome {
  readonly api: StrongroomApi;
  close(): Promise<void>;
}
