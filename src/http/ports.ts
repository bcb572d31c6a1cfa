import type { Caller, RequestGuard, Route, ServedStrongroom, Visit } from '../api/index.ts';
import type { ActiveSpan, Log, Metrics, Tracer } from '../telemetry/index.ts';
import type { AddressedModel } from './inference/served-ref.ts';

/** What the server cannot do by itself, because cryptography has one door. */
export interface ServerPowers {
  /** Fresh and unguessable, base64url. */
  randomId(): string;
  /** SHA-256 of a text, base64url. */
  digest(text: string): string;
  /** A MAC under a key of this process: tells equal contents apart from others without giving them away. */
  fingerprint(...parts: readonly Uint8Array[]): string;
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
    /** The model that the address of a prediction names, once it was read. */
    addressed: AddressedModel | undefined;
    /** Of its trace, where that is kept. */
    span: ActiveSpan | undefined;
    /** Told apart in the record and the log. */
    errorCode: string | undefined;
  }
}
