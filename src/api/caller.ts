import type { ModelName, NamespaceName } from './names.ts';
import type { Permission } from './permissions.ts';

/** How somebody proved who they are (RFC 8176 names where it has one). */
export type AuthenticationMethod =
  | 'pwd'
  | 'otp'
  | 'passkey'
  | 'oidc'
  | 'recovery'
  | 'token'
  | 'workload'
  | 'certificate';

/** Who is asking. In a local home it is the user of the operating system who owns it. */
export interface Caller {
  readonly type: 'local' | 'user' | 'service-account' | 'workload';
  /** `local`, or the id of the principal (`user:ada`), for grants and the record. */
  readonly id: string;
  /** Ties everything that one request does together. */
  readonly requestId?: string;
  /** Address that the request came from, without port. */
  readonly address?: string;
  /** How the caller proved who they are, and when (ISO 8601 UTC). */
  readonly methods?: readonly AuthenticationMethod[];
  readonly authenticatedAt?: string;
  /** Id of the session or token that the request came with; ending it ends what runs under it. */
  readonly credential?: string;
  /** What the credential allows at most, whatever is granted; absent: everything that is granted. */
  readonly ceiling?: Ceiling;
}

/** The limits of a token; the intersection with its owner's grants is what it can do. */
export interface Ceiling {
  readonly permissions?: readonly Permission[];
  /** Namespaces and models that it is limited to. */
  readonly places?: readonly (NamespaceName | ModelName)[];
}
