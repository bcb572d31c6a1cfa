import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { createHttpsTransport } from '../../src/client/https-transport.ts';
import { parseServerAddress, type ServerTrust } from '../../src/client/index.ts';
import type { IncomingAnswer, Transport } from '../../src/client/transport.ts';
import { makeServerCertificate, sha256 } from '../../src/crypto/index.ts';
import { bytesOf } from '../kit/temporary-home.ts';

/** A server over TLS that answers as it is told. */
export interface TlsPeer {
  /** `https://localhost:port`. */
  readonly server: string;
  readonly certificatePem: string;
  /** Lower-case hex. */
  readonly fingerprint: string;
  /** Lines of the requests that came, `GET /x`. */
  readonly requests: string[];
  /** Connections that were opened. */
  readonly connections: () => number;
}

export type Answering = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

const made = makeServerCertificate({ names: ['localhost'] });

/** Starts one on the loopback interface, gone after the test. */
export async function startPeer(t: Pick<TestContext, 'after'>, answering: Answering): Promise<TlsPeer> {
  const { certificatePem, keyPem } = await made;
  const requests: string[] = [];
  let connections = 0;
  const server = createServer(
    { cert: certificatePem, key: Buffer.from(keyPem.expose()) },
    (request, response) => {
      requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
      void answering(request, response);
    },
  );
  server.on('secureConnection', () => (connections += 1));
  // Clients that do not trust the certificate hang up in the handshake.
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  const der = Buffer.from(certificatePem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return {
    server: `https://localhost:${port}`,
    certificatePem,
    fingerprint: Buffer.from(sha256(der)).toString('hex'),
    requests,
    connections: () => connections,
  };
}

/** A transport to the peer, closed after the test. */
export function transportTo(
  t: Pick<TestContext, 'after'>,
  { server, fingerprint }: TlsPeer,
  options: { readonly trust?: ServerTrust; readonly silenceMs?: number } = {},
): Transport {
  const transport = createHttpsTransport({
    address: parseServerAddress(server),
    trust: { certificateSha256: fingerprint },
    silenceMs: 5_000,
    ...options,
  });
  t.after(() => transport.close());
  return transport;
}

/** The body of an answer as text. */
export async function textOf(answer: IncomingAnswer): Promise<string> {
  return (await bytesOf(answer.body)).toString();
}
