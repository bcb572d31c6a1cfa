import { request } from 'node:https';
import type { ServerPlace } from './connection.ts';

/** One call of the API; answers with the JSON of a success, and throws with the text of anything else. */
export function callApi(
  place: ServerPlace,
  call: { readonly method: string; readonly path: string; readonly token?: string; readonly json?: unknown },
): Promise<unknown> {
  const { method, path, token, json } = call;
  const body = json === undefined ? undefined : JSON.stringify(json);
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
          'content-type': 'application/json',
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
        const text = Buffer.concat(chunks).toString();
        const status = answer.statusCode ?? 0;
        if (status >= 400) reject(new Error(`${method} ${path}: ${status} ${text}`));
        else resolve(text === '' ? undefined : JSON.parse(text));
      });
    });
    outgoing.end(body);
  });
}
