// What ours is measured against: fastify over TLS that authenticates nobody, checks nothing and keeps files as they
// come. Arguments: folder, certificate file, key file. Prints its port.
import { createReadStream, createWriteStream, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import fastify from 'fastify';

const [folder = '', certificateFile = '', keyFile = ''] = process.argv.slice(2);
const app = fastify({
  https: {
    cert: readFileSync(certificateFile),
    key: readFileSync(keyFile),
    minVersion: 'TLSv1.3',
    ecdhCurve: 'X25519MLKEM768:X25519:P-256:P-384',
  },
});
const stored = join(folder, 'bare-upload');

app.removeAllContentTypeParsers();
app.addContentTypeParser('application/octet-stream', (_request, payload, done) => done(null, payload));
app.get('/healthz', () => ({ status: 'ok' }));
app.get('/small', () => ({
  id: 'user:bench',
  methods: ['pwd'],
  grants: [
    {
      id: 'g',
      principal: 'user:bench',
      role: 'admin',
      on: 'everything',
      createdAt: '2026-01-01T00:00:00.000Z',
    },
  ],
}));
app.put('/file', async (request, reply) => {
  await pipeline(request.body as Readable, createWriteStream(stored));
  return reply.code(201).send({ ok: true });
});
app.get('/file', (_request, reply) =>
  reply
    .header('content-length', statSync(stored).size)
    .type('application/octet-stream')
    .send(createReadStream(stored, { highWaterMark: 1 << 18 })),
);
app.server.maxRequestsPerSocket = 1000;
await app.listen({ host: '127.0.0.1', port: 0 });
const address = app.server.address();
process.stdout.write(`${typeof address === 'object' && address !== null ? address.port : ''}\n`);
