/** An address or a network that is shut out. */
export interface Block {
  /** `192.0.2.7`, `2001:db8::/64`. */
  readonly source: string;
  readonly reason: string;
  /** The scenario that it came about by; absent where somebody decided it. */
  readonly scenario?: string;
  /** ISO 8601. */
  readonly since: string;
  /** Absent: until somebody lifts it. */
  readonly until?: string;
  /** Who decided it. */
  readonly by: string;
  /** How often it was blocked lately; every repetition lasts longer. */
  readonly times: number;
}

/** Addresses that the server answers with a refusal, before it looks at anything else. */
export interface BlocksApi {
  /** What is blocked now. */
  list(): Promise<readonly Block[]>;
  /** Throws `BLOCK_INVALID`. Without `seconds` until somebody lifts it. */
  add(input: { readonly source: string; readonly reason: string; readonly seconds?: number }): Promise<Block>;
  /** Throws `BLOCK_MISSING`. */
  remove(input: { readonly source: string }): Promise<void>;
}

/** Whether releases and predictions are stopped. */
export interface LockdownStatus {
  readonly isOn: boolean;
  /** Of the last change; absent where there was none. */
  readonly reason?: string;
  /** ISO 8601. */
  readonly since?: string;
  readonly by?: string;
}

/** Stops every release and prediction, in every process of the home. */
export interface LockdownApi {
  status(): Promise<LockdownStatus>;
  /** What flows ends within a second. Throws `LOCKDOWN_STATE` when it is on. */
  begin(input: { readonly reason: string }): Promise<LockdownStatus>;
  /** Takes a second person. Throws `LOCKDOWN_STATE` when it is off, `APPROVAL_REQUIRED`. */
  lift(input: { readonly reason: string }): Promise<LockdownStatus>;
}
