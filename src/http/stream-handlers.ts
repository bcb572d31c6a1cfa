import { ROUTES } from '../api/index.ts';
import { download } from './download.ts';
import { logOut } from './log-out.ts';
import type { ServerDeps } from './ports.ts';
import type { StreamHandler } from './serve-routes.ts';
import { putVersion } from './upload-form.ts';
import {
  appendUpload,
  cancelUpload,
  createUpload,
  finishUpload,
  getUpload,
  sendUpload,
} from './upload-handlers.ts';
import type { UploadSessions } from './upload-sessions.ts';

/** Who serves which stream of the table. */
export function streamHandlers(
  deps: ServerDeps & { readonly uploads: UploadSessions },
): ReadonlyMap<string, StreamHandler> {
  const { identity, uploads, versions } = ROUTES;
  return new Map<string, StreamHandler>([
    [versions.download.words.id, (request, reply) => download(request, reply, deps)],
    [
      uploads.put.words.id,
      async (request, reply) => {
        const version = await putVersion(request, reply, deps);
        return reply.code(201).send(uploads.put.encode(version));
      },
    ],
    [
      uploads.create.words.id,
      async (request, reply) => {
        const session = await createUpload(request, deps);
        void reply.header('location', `/api/v1/uploads/${session.id}`);
        return sendUpload(reply, session, 201);
      },
    ],
    [
      uploads.get.words.id,
      (request, reply) => Promise.resolve(sendUpload(reply, getUpload(request, deps), 200)),
    ],
    [
      uploads.append.words.id,
      async (request, reply) => sendUpload(reply, await appendUpload(request, deps), 200),
    ],
    [identity.logOut.words.id, (request, reply) => logOut(request, reply, deps)],
    [uploads.finish.words.id, (request, reply) => finishUpload(request, reply, deps)],
    [uploads.cancel.words.id, (request, reply) => cancelUpload(request, reply, deps)],
  ]);
}
