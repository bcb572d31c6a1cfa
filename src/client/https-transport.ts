import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent, type AgentOptions, request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { StrongroomError } from '../errors/index.ts';
import { cutError } from './network-error.ts';
import type { ServerAddress } from './server-address.ts';
import { connectTrusted, type ServerTrust } from './server-trust.ts';
import type { IncomingAnswer, OutgoingRequest, Transport } from './transport.ts';

/** Connections that are open at once; more requests wait. */
const MAX_CONNECTIONS = 16;
/** How long a connection waits for another request. Less than servers wait, so that they are not the ones who hang up. */
const IDLE_CONNECTION_MS = 4_000;
const MAX_HEADER_BYTES = 32 * 1024;

export interface HttpsTransportOptions {
  readonly address: ServerAddress;
  readonly trust: ServerTrust;
  /** Longest silence of the server while something is due from it. */
  readonly silenceMs: number;
}

/** Speaks HTTP/1.1 over TLS, keeping connections open between requests. */
export function createHttpsTransport(options: HttpsTransportOptions): Transport {
  const { address, trust } = options;
  const agent = new TrustedAgent(address, trust);
  return {
    send: (request) => send(agent, options, request),
    close: () => agent.destroy(),
  };
}

/** An agent whose connections have proved the server before a request goes out on them. */
class TrustedAgent extends Agent {
  readonly #address: ServerAddress;
  readonly #trust: ServerTrust;

  constructor(address: ServerAddress, trust: ServerTrust) {
    super({ keepAlive: true, maxSockets: MAX_CONNECTIONS, timeout: IDLE_CONNECTION_MS, scheduling: 'lifo' });
    this.#address = address;
    this.#trust = trust;
  }

  override createConnection(
    _options: AgentOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    connectTrusted(this.#address, this.#trust).then(
      (socket) => callback?.(null, socket),
      // The stream is not looked at where there is an error.
      (error: unknown) => callback?.(error as Error, undefined as unknown as Duplex),
    );
    return undefined;
  }
}

async function send(
  agent: Agent,
  { address, silenceMs }: HttpsTransportOptions,
  outgoing: OutgoingRequest,
): Promise<IncomingAnswer> {
  const { method, target, headers, body, signal } = outgoing;
  if (signal?.aborted === true) throw stopped(signal);
  const request = httpsRequest({
    agent,
    host: address.host,
    port: address.port,
    method,
    path: target,
    headers: { ...headers, ...(body instanceof Uint8Array && { 'content-length': String(body.length) }) },
    maxHeaderSize: MAX_HEADER_BYTES,
    // Silence is watched here; the agent's own timeout is for connections that nobody uses.
    timeout: 0,
  });
  const exchange: Exchange = {
    address,
    request,
    watch: watchSilence(silenceMs, () => fail(silent(address))),
  };
  const fail = (reason: Error): void => {
    exchange.failure ??= reason;
    request.destroy(reason);
  };
  const stop = (): void => fail(stopped(signal));
  signal?.addEventListener('abort', stop, { once: true });
  request.once('close', () => {
    exchange.watch.pause();
    signal?.removeEventListener('abort', stop);
  });
  const answered = Promise.withResolvers<IncomingMessage>();
  request.on('response', answered.resolve).on('error', answered.reject);
  pump(exchange, body).catch((error: unknown) => fail(asError(error)));
  try {
    return answerOf(exchange, await answered.promise);
  } catch (error) {
    throw exchange.failure ?? cutError(error, address);
  }
}

/** One request and its answer, as long as either is on its way. */
interface Exchange {
  readonly address: ServerAddress;
  readonly request: ClientRequest;
  readonly watch: Watch;
  /** Why we ended it, before the connection tells that it was. */
  failure?: Error;
}

function answerOf(exchange: Exchange, message: IncomingMessage): IncomingAnswer {
  exchange.watch.pause();
  return {
    status: message.statusCode ?? 0,
    header: (name) => {
      const value = message.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    body: readBody(exchange, message),
    // What is left of a small body is read, so that the connection can be used again.
    discard: () => message.resume(),
  };
}

/** Writes the body as fast as the server takes it; ends early when an answer came before it was through. */
async function pump({ request, watch }: Exchange, body: OutgoingRequest['body']): Promise<void> {
  if (body === undefined || body instanceof Uint8Array) {
    request.end(body);
    watch.resume();
    return;
  }
  const answered = { early: false };
  const stop = (): void => void (answered.early = true);
  request.once('response', stop).once('close', stop);
  for await (const chunk of body) {
    if (answered.early) return;
    if (request.write(chunk)) continue;
    watch.resume();
    await drained(request);
    watch.pause();
  }
  if (answered.early) return;
  request.end();
  watch.resume();
}

/** Waits until more can be written, or nothing more need be. */
function drained(request: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      request.off('drain', go).off('response', go).off('close', go);
      resolve();
    };
    request.on('drain', go).on('response', go).on('close', go);
  });
}

async function* readBody(exchange: Exchange, message: IncomingMessage): AsyncGenerator<Uint8Array> {
  const { address, watch } = exchange;
  const chunks = message[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
  try {
    for (;;) {
      watch.resume();
      const next = await chunks.next();
      watch.pause();
      if (next.done === true) break;
      yield next.value;
    }
    if (!message.complete) throw new Error('the body has no end');
  } catch (error) {
    throw exchange.failure ?? cutError(error, address);
  } finally {
    watch.pause();
    if (!message.complete) message.destroy();
  }
}

interface Watch {
  /** Something is due from the server from now on. */
  resume(): void;
  /** It is our turn. */
  pause(): void;
}

function watchSilence(ms: number, onSilence: () => void): Watch {
  let timer: NodeJS.Timeout | undefined;
  return {
    resume() {
      if (timer === undefined) timer = setTimeout(onSilence, ms);
      else timer.refresh();
    },
    pause() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

function stopped(signal: AbortSignal | undefined): StrongroomError {
  return new StrongroomError('ABORTED', 'stopped on request', { cause: signal?.reason });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('the body could not be read', { cause: error });
}

function silent({ origin }: ServerAddress): StrongroomError {
  return new StrongroomError('NETWORK_TIMEOUT', `${origin} has stopped answering`, {
    hint: 'run it again later; the server is overloaded, or something on the way swallows answers',
  });
}
