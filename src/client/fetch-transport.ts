import { StrongroomError } from '../errors/index.ts';
import { cutError } from './network-error.ts';
import type { ServerAddress } from './server-address.ts';
import type { IncomingAnswer, OutgoingRequest, Transport } from './transport.ts';

/** Carries requests over a `fetch` that somebody else set up: an agent with a proxy, another runtime. */
export function createFetchTransport(address: ServerAddress, send: typeof fetch): Transport {
  return {
    send: (request) => exchange(address, send, request),
    close: () => undefined,
  };
}

async function exchange(
  address: ServerAddress,
  send: typeof fetch,
  { method, target, headers, body, signal }: OutgoingRequest,
): Promise<IncomingAnswer> {
  try {
    const answer = await send(`${address.origin}${target}`, {
      method,
      headers: { ...headers },
      redirect: 'manual',
      ...(signal && { signal }),
      ...(body !== undefined && { body: bodyOf(body), duplex: 'half' }),
    });
    return {
      status: answer.status,
      header: (name) => answer.headers.get(name) ?? undefined,
      body: readBody(address, answer, signal),
      discard: () => {
        // A body that is let go of has no failure that matters.
        answer.body?.cancel().catch(() => undefined);
      },
    };
  } catch (error) {
    throw fetchError(error, address, signal);
  }
}

function bodyOf(body: Uint8Array | AsyncIterable<Uint8Array>): RequestInit['body'] & {} {
  return body instanceof Uint8Array ? new Uint8Array(body) : ReadableStream.from(body);
}

async function* readBody(
  address: ServerAddress,
  answer: Response,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (answer.body === null) return;
  try {
    yield* answer.body;
  } catch (error) {
    throw fetchError(error, address, signal);
  }
}

/** `fetch` wraps what its transport says, and what the stream of a body throws. */
function fetchError(
  error: unknown,
  address: ServerAddress,
  signal: AbortSignal | undefined,
): StrongroomError {
  if (signal?.aborted === true) return new StrongroomError('ABORTED', 'stopped on request', { cause: error });
  const inner = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
  return cutError(inner, address);
}
