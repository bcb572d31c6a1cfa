/** What the guard is told of, from wherever it is seen. */
export type EventKind =
  /** A log-in, second factor, refresh or invitation that was refused. */
  | 'log-in-refused'
  /** A refused log-in as somebody: its target is the account. */
  | 'account-refused'
  /** A token, session or certificate that proved nothing. */
  | 'token-refused'
  /** An address that nobody serves. */
  | 'address-missing'
  /** Something that is not there for the caller, or not theirs to touch: its target is which. */
  | 'thing-refused'
  /** A request that makes no sense to its route. */
  | 'request-invalid'
  /** A request that a limit refused. */
  | 'limit-reached'
  /** A signature that does not hold. */
  | 'signature-refused'
  /** The record is not what was written. */
  | 'record-broken'
  /** Somebody touched what is there as bait. */
  | 'decoy-touched'
  /** Questions to a model that look as if they were to copy it: its target is the model. */
  | 'extraction-suspected';

/** One thing that happened. */
export interface SecurityNotice {
  readonly kind: EventKind;
  /** Where it came from; absent for what no request did. */
  readonly address?: string;
  /** Who did it, where that is known. */
  readonly principal?: string;
  /** What it was about, so that many tries at one thing and one try at many can be told apart. */
  readonly target?: string;
  readonly requestId?: string;
}
