import type { Caller, ServedStrongroom } from '../api/index.ts';
import type { Log } from '../telemetry/index.ts';

/** What the server cannot do by itself, because cryptography has one door. */
export interface ServerPowers {
  /** Fresh and unguessable, base64url. */
  randomId(): string;
  /** SHA-256, base64url. */
  digest(bytes: Uint8Array): string;
  /** A MAC under a key of this process: tells equal contents apart from others without giving them away. */
  fingerprint(...parts: readonly Uint8Array[]): string;
}

/** What request handlers work with. */
export interface ServerDeps {
  readonly served: ServedStrongroom;
  readonly powers: ServerPowers;
  readonly log: Log;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking; absent before that is known, and where nobody has to be. */
    caller: Caller | undefined;
    /** How the caller proved it. */
    credentialKind: 'bearer' | 'session' | 'certificate' | undefined;
    /** Of the JSON body as it came. */
    bodyFingerprint: string | undefined;
    /** Told apart in the record and the log. */
    errorCode: string | undefined;
  }
}
