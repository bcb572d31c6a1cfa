import { request } from 'node:https';
import { setTimeout } from 'node:timers/promises';
import type { ServerPlace } from './connection.ts';

/** How often a call is tried while the server says that it has more to do than it can, as after its start. */
const MAX_TRIES = 40;
const PAUSE_MS = 250;

/** One call of the API; answers with the JSON of a success, and throws with the text of anything else. */
export async function callApi(place: ServerPlace, call: ApiCall): Promise<unknown> {
  for (let tries = 1; ; tries++) {
    const { status, text } = await send(place, call);
    if (status === 503 && tries < MAX_TRIES) await setTimeout(PAUSE_MS);
    else if (status >= 400) throw new Error(`${call.method} ${call.path}: ${status} ${text}`);
    else return text === '' ? undefined : JSON.parse(text);
  }
}

interface ApiCall {
  readonly method: string;
  readonly path: string;
  readonly token?: string;
  readonly json?: unknown;
  /** A body as it is instead. */
  readonly bytes?: Uint8Array;
}

function send(
  place: ServerPlace,
  call: ApiCall,
): Promise<{ readonly status: number; readonly text: string }> {
  const { method, path, token, json, bytes } = call;
  const body = bytes ?? (json === undefined ? undefined : JSON.stringify(json));
  return new Promise((resolve, reject) => {
    const outgoing = request({
      ...place,
      host: '127.0.0.1',
      method,
      path,
      agent: false,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && {
          'content-type': bytes === undefined ? 'application/json' : 'application/octet-stream',
          'content-length': Buffer.byteLength(body),
        }),
      },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.end(body);
  });
}
