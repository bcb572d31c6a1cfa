import { StrongroomError } from '../errors/index.ts';
import type { ServerLimits } from './limits.ts';
import { type UploadRequest, UploadSession } from './upload-session.ts';

/** The uploads in pieces that are under way. They live in this process: a restart ends them. */
export class UploadSessions {
  readonly #sessions = new Map<string, UploadSession>();
  readonly #limits: ServerLimits;

  constructor(limits: ServerLimits) {
    this.#limits = limits;
  }

  /** Begins one. Throws `UPLOAD_TOO_MANY`. */
  begin(request: Omit<UploadRequest, 'idleMs' | 'onEnd'>): UploadSession {
    const own = [...this.#sessions.values()].filter(({ owner }) => owner === request.owner).length;
    const { maxUploads, maxUploadsPerPrincipal, uploadIdleMs } = this.#limits;
    if (own >= maxUploadsPerPrincipal || this.#sessions.size >= maxUploads) {
      throw new StrongroomError('UPLOAD_TOO_MANY', `there are ${own} uploads under way`);
    }
    const session = new UploadSession({
      ...request,
      idleMs: uploadIdleMs,
      onEnd: () => this.#sessions.delete(request.id),
    });
    this.#sessions.set(request.id, session);
    return session;
  }

  /** Throws `UPLOAD_MISSING`, also for one of somebody else. */
  get(id: string, owner: string): UploadSession {
    const session = this.#sessions.get(id);
    if (session?.owner !== owner) throw new StrongroomError('UPLOAD_MISSING', 'there is no such upload');
    return session;
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.cancel()));
  }
}
