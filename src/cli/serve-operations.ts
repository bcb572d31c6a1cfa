import type { Serving } from '../open/index.ts';
import type { Unseal } from './unseal-with.ts';

/** Serving a home. */
export interface ServeOperations {
  hasHome(home: string): Promise<boolean>;
  /** Opens a home and serves it. Throws as `openHome`, `TLS_INVALID`, `SERVER_ADDRESS`. */
  serve(input: {
    readonly home: string;
    readonly unseal: Unseal;
    readonly listen?: string;
    readonly logTo: { write(line: string): void };
  }): Promise<Serving>;
}
