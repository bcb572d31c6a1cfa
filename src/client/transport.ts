import type { Method } from '../api/index.ts';

/** One request to the server. */
export interface OutgoingRequest {
  readonly method: Method;
  /** From the slash on, with its query, escaped. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes that may be sent again, or a stream that is read once. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  readonly signal?: AbortSignal;
}

/** An answer whose body has not been read yet. */
export interface IncomingAnswer {
  readonly status: number;
  /** The value of a header, by its name in lower case. */
  header(name: string): string | undefined;
  /** To be read once, to its end, or discarded. Throws `NETWORK_CUT`, `NETWORK_STALLED`, `ABORTED`. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of a body that nobody reads. */
  discard(): void;
}

/** Carries requests to one server. */
export interface Transport {
  /** Throws the `NETWORK_…` errors and `ABORTED`; any status is an answer. */
  send(request: OutgoingRequest): Promise<IncomingAnswer>;
  close(): void;
}
