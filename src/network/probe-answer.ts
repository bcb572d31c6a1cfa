import { connectByName } from './connect.ts';
import { exchange } from './exchange.ts';
import { type ProbeTarget, shakeHands } from './probe-tls.ts';
import { bracketed } from './target.ts';

/** What a server answers to somebody it does not know. */
export interface AnswerProbe {
  readonly status: number;
  /** Names in lower case; what stands twice is joined. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the same port also answers without TLS, with anything but an error. */
  readonly answersPlainHttp: boolean;
  readonly at: Date;
}

const ANSWER_TIMEOUT_MS = 5_000;

/**
 * Asks for a path without credentials, over TLS with any certificate, and once more without TLS. Throws the
 * `NETWORK_…` errors when there is no answer over TLS.
 */
export async function probeAnswer(target: ProbeTarget, path: string): Promise<AnswerProbe> {
  const tls = await shakeHands(target, {});
  const { status, message } = await exchange(tls, requestOf(target, path));
  message.destroy();
  const headers = Object.entries(message.headersDistinct).map(
    ([name, values = []]) => [name, values.join(', ')] as const,
  );
  return {
    status,
    headers: Object.fromEntries<string>(headers),
    answersPlainHttp: await answersPlainHttp(target, path),
    at: new Date(),
  };
}

function requestOf(target: ProbeTarget, path: string): Parameters<typeof exchange>[1] {
  return {
    method: 'GET',
    path,
    host: target.host,
    headers: { host: `${bracketed(target.host)}:${target.port}`, connection: 'close' },
    signal: AbortSignal.any([target.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
  };
}

async function answersPlainHttp(target: ProbeTarget, path: string): Promise<boolean> {
  const request = requestOf(target, path);
  try {
    const socket = await connectByName(target.host, { port: target.port, signal: request.signal });
    const { status, message } = await exchange(socket, request);
    message.destroy();
    return status < 400;
  } catch {
    target.signal.throwIfAborted();
    // No answer is the best answer.
    return false;
  }
}
