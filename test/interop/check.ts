import type { Workshop } from './workshop.ts';

/** One thing that must work between a peer and us. */
export interface Check {
  readonly name: string;
  /** The peer that it needs and that is not there. */
  readonly missing?: string | undefined;
  /** Throws when it does not work. */
  readonly run: (workshop: Workshop) => void | Promise<void>;
}
