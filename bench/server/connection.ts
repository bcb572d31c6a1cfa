import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

/** Where a server of this machine is, and what its certificate is checked against. */
export interface ServerPlace {
  readonly port: number;
  /** PEM. */
  readonly ca: string;
}

/** What came back, its body counted and dropped. */
export interface Answer {
  readonly status: number;
  readonly bytes: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * One keep-alive connection of HTTP/1.1 over TLS that does as little as it can, so that what is measured is the
 * server: one request at a time, answers with a length only.
 */
export class Connection {
  readonly #place: ServerPlace;
  #socket: TLSSocket | undefined;

  constructor(place: ServerPlace) {
    this.#place = place;
  }

  /** Connects, if it is not connected yet. */
  async open(): Promise<void> {
    this.#socket ??= await open(this.#place);
  }

  /** Sends a request that stands ready as bytes, and a body after it where there is one; resolves with its answer. */
  async send(request: Buffer, body?: AsyncIterable<Buffer>): Promise<Answer> {
    const socket = (this.#socket ??= await open(this.#place));
    const answered = readAnswer(socket);
    socket.write(request);
    if (body !== undefined) {
      for await (const chunk of body) if (!socket.write(chunk)) await once(socket, 'drain');
    }
    const { isLast, ...answer } = await answered;
    if (isLast) this.close();
    return answer;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }
}

async function open({ port, ca }: ServerPlace): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, ca, ALPNProtocols: ['http/1.1'] });
  socket.setNoDelay(true);
  await once(socket, 'secureConnect');
  return socket;
}

function readAnswer(socket: TLSSocket): Promise<Answer & { readonly isLast: boolean }> {
  return new Promise((resolve, reject) => {
    let head: Buffer = Buffer.alloc(0);
    let status = 0;
    let [wanted, bytes] = [-1, 0];
    let isLast = false;
    const settle = (act: () => void): void => {
      socket.off('data', onData).off('error', onError).off('close', onClose);
      act();
    };
    const onError = (error: Error): void => settle(() => reject(error));
    const onClose = (): void => settle(() => reject(new Error('the server closed the connection')));
    const onData = (chunk: Buffer): void => {
      if (wanted < 0) {
        head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
        const at = head.indexOf(HEAD_END);
        if (at < 0) return;
        const text = head.toString('latin1', 0, at);
        status = Number(text.slice(9, 12));
        isLast = /\r\nconnection: close/i.test(text);
        const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
        if (length === undefined && status !== 204) {
          onError(new Error(`no length in the answer: ${text}`));
          return;
        }
        wanted = Number(length ?? 0);
        bytes = head.length - at - HEAD_END.length;
      } else bytes += chunk.length;
      if (bytes >= wanted) settle(() => resolve({ status, bytes, isLast }));
    };
    socket.on('data', onData).on('error', onError).on('close', onClose);
  });
}

/** A request as bytes, ready to be sent again and again. */
export function requestBytes(request: {
  readonly method: string;
  readonly path: string;
  readonly token?: string;
  readonly json?: unknown;
  readonly type?: string;
  readonly length?: number;
}): Buffer {
  const { method, path, token, json, type, length } = request;
  const body = json === undefined ? undefined : JSON.stringify(json);
  const size = body === undefined ? length : Buffer.byteLength(body);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: localhost',
    ...(token === undefined ? [] : [`authorization: Bearer ${token}`]),
    ...(size === undefined ? [] : [`content-length: ${size}`]),
    ...(body === undefined ? [] : ['content-type: application/json']),
    ...(type === undefined ? [] : [`content-type: ${type}`]),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`);
}
