import type { StrongroomError } from '../errors/index.ts';
import type { Caller } from './caller.ts';
import type { Origin } from './identity.ts';

/** What a request asks for, as far as limits tell requests apart. */
export type RouteClass = 'log-in' | 'read' | 'write' | 'content' | 'predict' | 'other';

/** A request before it is answered. */
export interface Visit {
  readonly origin: Origin;
  readonly routeClass: RouteClass;
  /** Whether it came with a token, session or certificate. */
  readonly hasCredential: boolean;
}

/** A request after it was answered. */
export interface AnsweredVisit extends Visit {
  readonly caller?: Caller;
  readonly status: number;
  /** Code of the error that it was answered with. */
  readonly code?: string;
  /** Its address without the query. */
  readonly path: string;
}

/** What is left of a limit, as `RateLimit` and `RateLimit-Policy` tell it (draft-ietf-httpapi-ratelimit-headers). */
export interface Allowance {
  readonly policy: string;
  readonly quota: number;
  readonly windowSeconds: number;
  readonly remaining: number;
  /** Until all of it is there again. */
  readonly resetSeconds: number;
}

/** What follows for a request: what is left of a limit, and whether it ends here. */
export interface Verdict {
  readonly allowance?: Allowance;
  /** `RATE_LIMITED`, `ADDRESS_BLOCKED`. */
  readonly refusal?: StrongroomError;
}

/** Stands before and behind every request. It answers at once. */
export interface RequestGuard {
  /** Before anybody is known. */
  admit(visit: Visit): Verdict;
  /** Once it is known who is asking. */
  admitCaller(visit: Visit, caller: Caller): Verdict;
  /** After the answer. */
  observe(visit: AnsweredVisit): void;
}
