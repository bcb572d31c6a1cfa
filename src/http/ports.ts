import type { Caller, Origin, Route, ServedStrongroom } from '../api/index.ts';
import type { StrongroomError } from '../errors/index.ts';
import type { ActiveSpan, Log, Metrics, Tracer } from '../telemetry/index.ts';
import type { RouteClass } from './route-class.ts';

/** What the server cannot do by itself, because cryptography has one door. */
export interface ServerPowers {
  /** Fresh and unguessable, base64url. */
  randomId(): string;
  /** SHA-256, base64url. */
  digest(bytes: Uint8Array): string;
  /** A MAC under a key of this process: tells equal contents apart from others without giving them away. */
  fingerprint(...parts: readonly Uint8Array[]): string;
}

/** A request before it is answered, as a guard sees it. */
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
  readonly code?: string;
  /** Without the query. */
  readonly path: string;
}

/** What follows for a request: what is left of a limit, and whether it ends here. */
export interface Verdict {
  readonly allowance?: {
    readonly policy: string;
    readonly quota: number;
    readonly windowSeconds: number;
    readonly remaining: number;
    readonly resetSeconds: number;
  };
  readonly refusal?: StrongroomError;
}

/** Stands before and behind every request. It answers at once. */
export interface RequestGuard {
  /** Before anybody is known. */
  admit(visit: Visit): Verdict;
  /** Once it is known who is asking. */
  admitCaller(visit: Visit, caller: Caller): Verdict;
  observe(visit: AnsweredVisit): void;
}

/** The metrics, and who may read them. */
export interface MetricsDoor {
  readonly metrics: Metrics;
  /** Throws `ACCESS_DENIED`. */
  assertMayRead(caller: Caller): Promise<void>;
}

/** What request handlers work with. */
export interface ServerDeps {
  readonly served: ServedStrongroom;
  readonly powers: ServerPowers;
  readonly log: Log;
  readonly guard?: RequestGuard;
  readonly metrics?: MetricsDoor;
  readonly tracer?: Tracer;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The row of the table that a request came to; absent beside the table. */
    row?: Route;
  }
  interface FastifyRequest {
    /** Who is asking; absent before that is known, and where nobody has to be. */
    caller: Caller | undefined;
    /** How the caller proved it. */
    credentialKind: 'bearer' | 'session' | 'certificate' | undefined;
    /** As the guard sees it. */
    visit: Visit | undefined;
    /** Of the JSON body as it came. */
    bodyFingerprint: string | undefined;
    /** Of its trace, where that is kept. */
    span: ActiveSpan | undefined;
    /** Told apart in the record and the log. */
    errorCode: string | undefined;
  }
}
