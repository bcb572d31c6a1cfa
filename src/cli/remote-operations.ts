import type { SecretBytes } from '../bytes/index.ts';
import type {
  RemoteIdentity,
  ReturningBrowser,
  ServerTrust,
  ShownCertificate,
  TokenPair,
} from '../client/index.ts';
import type { OpenHome } from './open-home.ts';

/** What this machine remembers of one server: how it is recognised, and who is logged in there. */
export interface ServerRecord {
  /** `https://host:port`. */
  readonly server: string;
  readonly trust: ServerTrust;
  /** `user:ada`; absent when nobody is logged in. */
  readonly principal?: string;
  /** What a log-in gave. */
  readonly tokens?: TokenPair;
  /** A personal or service-account token instead. */
  readonly token?: SecretBytes;
  /** Makes this machine a known device of the user. */
  readonly device?: string;
}

/** A server to which nobody has logged in yet. */
export interface ReachedServer {
  readonly identity: RemoteIdentity;
  close(): Promise<void>;
}

/** Work with servers. */
export interface RemoteOperations {
  /** The address as it is remembered. Throws `INPUT_INVALID`. */
  serverOrigin(text: string): string;
  /** What the server shows, believed by nobody yet. */
  lookAtServer(server: string, signal: AbortSignal): Promise<ShownCertificate>;
  /** Without credentials. */
  reachServer(record: Pick<ServerRecord, 'server' | 'trust' | 'device'>): ReachedServer;
  /** With the credentials of the record, whatever stands in the environment. */
  openServerAs(record: ServerRecord): OpenHome;
  /** With those of the environment, or else of the last log-in. Throws `AUTH_FAILED` where there are none. */
  openServer(server: string): Promise<OpenHome>;
  /** How the environment says that servers prove themselves. */
  trustOfEnvironment(): Promise<ServerTrust | undefined>;
  /** Certificates of authorities from a file. Throws `INPUT_INVALID`, `STORAGE_MISSING`. */
  readAuthorities(path: string): Promise<string>;
  readServerRecord(server: string): Promise<ServerRecord | undefined>;
  /** As a whole, mode 0600. */
  saveServerRecord(record: ServerRecord): Promise<void>;
  awaitBrowser(signal: AbortSignal): Promise<ReturningBrowser>;
}
