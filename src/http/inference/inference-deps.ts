import type { ServerDeps } from '../ports.ts';
import type { BodyLimits } from './bodies.ts';

/** What the handlers of predictions work with. */
export interface InferenceDeps extends Pick<ServerDeps, 'served'> {
  readonly limits: BodyLimits;
}
