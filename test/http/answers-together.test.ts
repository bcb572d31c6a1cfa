import assert from 'node:assert/strict';
import type { Server } from 'node:https';
import { test } from 'node:test';
import fastify, { type FastifyInstance } from 'fastify';
import { sendAnswersTogether } from '../../src/http/answers-together.ts';

test('an answer that cannot be written is an error of its own, and those of the same turn leave', async (t) => {
  // Nothing listens: what the application would send is asked of it directly.
  const app = fastify() as unknown as FastifyInstance<Server>;
  t.after(() => app.close());
  sendAnswersTogether(app);
  app.setErrorHandler((_error, _request, reply) => reply.removeHeader('x-name').code(500).send('broken'));
  app.get('/broken', (_request, reply) => reply.header('x-name', '\u0100').send('text'));
  app.get('/right', () => 'text');
  const paths = [...Array.from({ length: 80 }, () => '/right'), '/broken', '/right'];
  const answers = await Promise.all(paths.map((url) => app.inject(url)));
  assert.deepEqual(
    answers.map(({ statusCode, body }) => [statusCode, body]),
    paths.map((path) => (path === '/right' ? [200, 'text'] : [500, 'broken'])),
  );
});
