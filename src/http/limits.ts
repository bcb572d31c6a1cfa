/** What the server gives to one client, and to all of them. Times in milliseconds, rates in bytes per second. */
export interface ServerLimits {
  /** Open connections in all, and from one address. */
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** All header fields of a request together, in bytes. */
  readonly maxHeaderBytes: number;
  /** For the header fields of a request to arrive. */
  readonly headersTimeoutMs: number;
  /** An idle connection is closed after this. */
  readonly keepAliveTimeoutMs: number;
  /** A connection is closed after so many requests. */
  readonly maxRequestsPerConnection: number;
  /** A JSON body, in bytes. */
  readonly maxBodyBytes: number;
  /** The body of a prediction in one piece, packed and unpacked, in bytes. */
  readonly maxPredictionBytes: number;
  /** What a packed stream of rows may become, in bytes. */
  readonly maxPredictionStreamBytes: number;
  /** A body that arrives more slowly than this for a whole `bodyWindowMs` is given up. */
  readonly minBodyRate: number;
  readonly minUploadRate: number;
  readonly bodyWindowMs: number;
  /** Above this delay of the event loop, requests are turned away. */
  readonly maxEventLoopDelayMs: number;
  /** Uploads in pieces that are under way, in all and of one principal, and how long one may rest. */
  readonly maxUploads: number;
  readonly maxUploadsPerPrincipal: number;
  readonly uploadIdleMs: number;
  /** How long requests may still run after the server was asked to end. */
  readonly shutdownGraceMs: number;
}

export const DEFAULT_SERVER_LIMITS: ServerLimits = {
  maxConnections: 4096,
  maxConnectionsPerAddress: 256,
  maxHeaderBytes: 16 * 1024,
  headersTimeoutMs: 10_000,
  keepAliveTimeoutMs: 15_000,
  maxRequestsPerConnection: 1000,
  maxBodyBytes: 1024 * 1024,
  maxPredictionBytes: 8 * 1024 * 1024,
  maxPredictionStreamBytes: 256 * 1024 * 1024,
  minBodyRate: 1024,
  minUploadRate: 16 * 1024,
  bodyWindowMs: 5000,
  maxEventLoopDelayMs: 1000,
  maxUploads: 64,
  maxUploadsPerPrincipal: 8,
  uploadIdleMs: 10 * 60_000,
  shutdownGraceMs: 20_000,
};

/** Deepest nesting and most values of a JSON body. */
export const MAX_JSON_DEPTH = 16;
export const MAX_JSON_VALUES = 60_000;
/** Longest part of a path: a file path of a version, escaped. */
export const MAX_PARAM_CHARS = 4096;
