import type { SecretBytes } from '../bytes/index.ts';
import type { HostRule } from './host-list.ts';
import type { IpNetwork } from './ip-address.ts';

/** How much, how long and how slow a transfer may be. Times are in milliseconds. */
export interface TransferLimits {
  /** Largest body, declared or counted. */
  readonly maxBytes: number;
  /** Name, connection and TLS together, of one exchange. */
  readonly connectTimeoutMs: number;
  /** From the request to the end of the answer's headers. */
  readonly headerTimeoutMs: number;
  /** Longest wait for the next byte; only the time that the network is waited for counts. */
  readonly idleTimeoutMs: number;
  /** The whole download, all tries and redirects together. */
  readonly totalTimeoutMs: number;
  /** A body slower than this over `rateWindowMs` of waiting is given up. */
  readonly minBytesPerSecond: number;
  readonly rateWindowMs: number;
  /** Redirects in a row. */
  readonly maxRedirects: number;
  /** Tries to go on after a cut, in a row without noteworthy progress. */
  readonly maxResumes: number;
  /** Pause before the first try to go on; it doubles with each. */
  readonly backoffMs: number;
}

/** Patient with a slow line, not with a host that wants to hold us. */
export const DEFAULT_LIMITS: TransferLimits = {
  maxBytes: 64 * 2 ** 30,
  connectTimeoutMs: 20_000,
  headerTimeoutMs: 30_000,
  idleTimeoutMs: 30_000,
  totalTimeoutMs: 6 * 3_600_000,
  minBytesPerSecond: 1024,
  rateWindowMs: 20_000,
  maxRedirects: 5,
  maxResumes: 5,
  backoffMs: 500,
};

/** A proxy as its operator names it; its address is trusted, like the rest of the configuration. */
export interface Proxy {
  /** TLS to the proxy itself. */
  readonly isTls: boolean;
  readonly host: string;
  readonly port: number;
}

/** What may be asked for, and over what. */
export interface NetworkPolicy {
  /** Hosts that may be asked; none by default. Every redirect is held to it too. */
  readonly hosts: readonly HostRule[];
  /** Private or special networks that are meant; none by default. */
  readonly networks?: readonly IpNetwork[];
  /** Lets this machine itself be asked, and over http too; for tests. */
  readonly allowLoopback?: boolean;
  /** Certificates (PEM) of authorities that are trusted besides the public ones. */
  readonly ca?: string;
  /**
   * Every request goes through it. Names are then resolved by the proxy, so the address that it connects to cannot be
   * checked here: what remains is the allow-list of hosts, the refusal of written addresses, and TLS.
   */
  readonly proxy?: Proxy;
  readonly limits?: Partial<TransferLimits>;
}

/** Finds the addresses of a name. Injected by tests; the system's resolver otherwise. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** What is asked of a host. */
export interface NetworkRequest {
  readonly url: string;
  /** Sent as `Authorization: Bearer …`, over TLS or to this machine only, and never to another host than the first. */
  readonly bearer?: SecretBytes;
  readonly signal?: AbortSignal;
}
