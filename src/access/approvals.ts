import { z } from 'zod';
import {
  type Approval,
  PERMISSIONS,
  type Permission,
  type PrincipalId,
  parsePrincipalId,
  quoteForMessage,
} from '../api/index.ts';
import { randomId } from '../crypto/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { DocumentCollection, type DocumentDeps, type StoredDocument } from './document-collection.ts';

const DAY_MS = 86_400_000;
/** A wish is decided, and what was agreed to is done, within this time. */
const VALID_MS = 3 * DAY_MS;
/** How long one can look up what was decided; the record keeps it for good. */
const KEPT_MS = 90 * DAY_MS;
/** A download over the network is several requests: they are one use for this long, under one log-in. */
const ONE_USE_MS = 15 * 60_000;
/** Wishes of one person that wait. */
const MAX_OPEN = 50;
const MAX_REASON_CHARS = 1000;

const reason = z
  .string()
  .max(MAX_REASON_CHARS)
  .refine((text) => text.trim() !== '' && text.isWellFormed() && !/[^\P{Cc}\t\n]/u.test(text));

const schema = z.strictObject({
  action: z.enum(Object.keys(PERMISSIONS) as [Permission, ...Permission[]]),
  resource: z.string(),
  reason,
  state: z.enum(['open', 'approved', 'rejected', 'used']),
  requestedBy: z.string(),
  requestedAt: z.string(),
  expiresAt: z.string(),
  decidedBy: z.string().optional(),
  decidedAt: z.string().optional(),
  decisionReason: reason.optional(),
  usedAt: z.string().optional(),
  /** The session or token that it was used under. */
  usedUnder: z.string().optional(),
});

type ApprovalContent = z.infer<typeof schema>;

/** What was agreed to: an act, on a thing, by whom. */
export interface ApprovedAct {
  readonly action: Permission;
  /** As the record names it. */
  readonly resource: string;
  readonly requestedBy: PrincipalId;
}

export interface ApprovalDecision {
  readonly id: string;
  readonly decision: 'approved' | 'rejected';
  readonly reason: string;
  /** Who decides; their rights are for the caller to check. */
  readonly decidedBy: string;
}

/** How an approval is used. */
export interface ApprovalUse {
  /** The session or token that it is used under. */
  readonly credential?: string;
  /** Whether further requests under the same log-in belong to the same use for a while. */
  readonly mayGoOn: boolean;
  /** Whether the one who agreed still may agree. */
  readonly isStillAllowed: (decidedBy: string) => Promise<boolean>;
}

/** Wishes for what takes two people, and what became of them. Each is used once. */
export class Approvals {
  readonly #collection: DocumentCollection<ApprovalContent>;
  readonly #now: () => Date;

  constructor(deps: DocumentDeps & { readonly now: () => Date }) {
    this.#now = deps.now;
    this.#collection = new DocumentCollection(deps, {
      name: 'approvals',
      schema,
      index: ({ requestedBy, requestedAt }) => ({
        owner: requestedBy,
        expiresAt: new Date(Date.parse(requestedAt) + KEPT_MS).toISOString(),
      }),
    });
  }

  /** Of a principal, or all; newest first. */
  async list(requestedBy?: string): Promise<readonly Approval[]> {
    const approvals = (await this.#collection.list(requestedBy)).map((found) => this.#shown(found));
    return approvals.sort((a, b) => (a.requestedAt < b.requestedAt ? 1 : -1));
  }

  /** Throws `APPROVAL_MISSING`. */
  async get(id: string): Promise<Approval> {
    const found = await this.#collection.find(id);
    if (found === undefined) throw missingApproval(id);
    return this.#shown(found);
  }

  /** Throws `APPROVAL_INVALID` for a reason that is none, or too many wishes that wait. */
  async request(act: ApprovedAct & { readonly reason: string }): Promise<Approval> {
    assertReason(act.reason);
    const open = (await this.list(act.requestedBy)).filter(({ state }) => state === 'open');
    if (open.length >= MAX_OPEN) {
      throw new StrongroomError('APPROVAL_INVALID', `${MAX_OPEN} requests of yours wait already`);
    }
    const now = this.#now();
    const content: ApprovalContent = {
      action: act.action,
      resource: act.resource,
      reason: act.reason,
      state: 'open',
      requestedBy: act.requestedBy,
      requestedAt: now.toISOString(),
      expiresAt: new Date(now.getTime() + VALID_MS).toISOString(),
    };
    const id = randomId();
    await this.#collection.insert(id, content);
    return this.#shown({ id, generation: 1, content });
  }

  /** Throws `APPROVAL_MISSING`, `APPROVAL_SAME_PERSON`, `APPROVAL_DECIDED`, `APPROVAL_INVALID`. */
  async decide({ id, decision, reason: why, decidedBy }: ApprovalDecision): Promise<Approval> {
    assertReason(why);
    const now = this.#now().toISOString();
    const decided = await this.#collection.update(id, (content) => {
      if (content.requestedBy === decidedBy) {
        throw new StrongroomError('APPROVAL_SAME_PERSON', `${decidedBy} has asked for it`);
      }
      const state = stateOf(content, now);
      if (state !== 'open') throw new StrongroomError('APPROVAL_DECIDED', `the request is ${state} already`);
      return { ...content, state: decision, decidedBy, decidedAt: now, decisionReason: why };
    });
    if (decided === undefined) throw missingApproval(id);
    return this.#shown(decided);
  }

  /** Uses up an approval of this act, where there is one that counts; resolves to its id. */
  async use({ action, resource, requestedBy }: ApprovedAct, use: ApprovalUse): Promise<string | undefined> {
    const own = await this.#collection.list(requestedBy);
    const fitting = own.filter(({ content }) => content.action === action && content.resource === resource);
    for (const found of fitting) {
      const { decidedBy } = found.content;
      if (decidedBy === undefined || !(await use.isStillAllowed(decidedBy))) continue;
      if (this.#isSameUse(found.content, use)) return found.id;
      if (await this.#take(found, use)) return found.id;
    }
    return undefined;
  }

  async #take(found: StoredDocument<ApprovalContent>, { credential }: ApprovalUse): Promise<boolean> {
    const usedAt = this.#now().toISOString();
    if (stateOf(found.content, usedAt) !== 'approved') return false;
    try {
      const under = credential === undefined ? {} : { usedUnder: credential };
      await this.#collection.replace(found, { ...found.content, state: 'used', usedAt, ...under });
      return true;
    } catch (error) {
      // Another request was faster: it has used it.
      if (isStrongroomError(error, 'STORAGE_CONFLICT')) return false;
      throw error;
    }
  }

  #isSameUse({ state, usedAt, usedUnder }: ApprovalContent, { credential, mayGoOn }: ApprovalUse): boolean {
    if (!mayGoOn || state !== 'used' || usedAt === undefined) return false;
    const isRecent = this.#now().getTime() - Date.parse(usedAt) < ONE_USE_MS;
    return isRecent && credential !== undefined && credential === usedUnder;
  }

  #shown({ id, content }: StoredDocument<ApprovalContent>): Approval {
    const {
      usedAt: _at,
      usedUnder: _under,
      requestedBy,
      decidedBy,
      decidedAt,
      decisionReason,
      ...rest
    } = content;
    return {
      id,
      ...rest,
      state: stateOf(content, this.#now().toISOString()),
      requestedBy: parsePrincipalId(requestedBy),
      ...(decidedBy === undefined ? {} : { decidedBy: decidedBy as PrincipalId }),
      ...(decidedAt === undefined ? {} : { decidedAt }),
      ...(decisionReason === undefined ? {} : { decisionReason }),
    };
  }
}

/** What to throw for an approval that is not there, or not visible. */
function missingApproval(id: string): StrongroomError {
  return new StrongroomError('APPROVAL_MISSING', `there is no approval ${quoteForMessage(id)}`);
}

function stateOf({ state, expiresAt }: ApprovalContent, now: string): Approval['state'] {
  return (state === 'open' || state === 'approved') && expiresAt <= now ? 'expired' : state;
}

function assertReason(text: string): void {
  if (reason.safeParse(text).success) return;
  throw new StrongroomError(
    'APPROVAL_INVALID',
    `a reason has 1 to ${MAX_REASON_CHARS} printable characters`,
    { hint: 'say why, so that whoever reads the record understands it' },
  );
}
