import { z } from 'zod';
import { type SecretBytes, toBase64Url } from '../bytes/index.ts';
import { randomId } from '../crypto/index.ts';
import { isStrongroomError } from '../errors/index.ts';
import { DocumentCollection, type DocumentDeps, type StoredDocument } from './document-collection.ts';

/** What every kind of single-use document carries beside its content. */
interface Envelope<Content> {
  readonly mac: string;
  readonly expiresAt: string;
  readonly isTaken?: boolean | undefined;
  readonly owner?: string | undefined;
  readonly content: Content;
}

export interface SingleUseRules<Content> {
  /** Name of the collection, and label of the MACs of its tokens. */
  readonly name: string;
  readonly schema: z.ZodType<Content>;
  readonly now: () => Date;
}

/** Something that is good for one act and one time: an invitation, a challenge. */
export interface SingleUse<Content> {
  readonly content: Content;
  readonly document: StoredDocument<Envelope<Content>>;
}

/** Things that are known by a secret, expire, and are taken by exactly one of all who try. Only a MAC is kept. */
export class SingleUses<Content> {
  readonly #deps: DocumentDeps;
  readonly #rules: SingleUseRules<Content>;
  readonly #collection: DocumentCollection<Envelope<Content>>;

  constructor(deps: DocumentDeps, rules: SingleUseRules<Content>) {
    this.#deps = deps;
    this.#rules = rules;
    this.#collection = new DocumentCollection<Envelope<Content>>(deps, {
      name: rules.name,
      schema: z.strictObject({
        mac: z.string(),
        expiresAt: z.string(),
        isTaken: z.boolean().optional(),
        owner: z.string().optional(),
        content: rules.schema,
      }),
      index: ({ mac, expiresAt, owner }) => ({
        lookup: mac,
        expiresAt,
        ...(owner === undefined ? {} : { owner }),
      }),
    });
  }

  /** Keeps one under a secret, for so many seconds. Resolves to when it expires. */
  async make(secret: SecretBytes, content: Content, options: SingleUseOptions): Promise<string> {
    const expiresAt = new Date(this.#rules.now().getTime() + options.seconds * 1000).toISOString();
    const { owner } = options;
    await this.#collection.insert(randomId(), {
      mac: this.#macOf(secret),
      expiresAt,
      content,
      ...(owner === undefined ? {} : { owner }),
    });
    return expiresAt;
  }

  /** What a secret stands for, if it is in force and was not taken; it stays so. */
  async find(secret: SecretBytes): Promise<SingleUse<Content> | undefined> {
    const document = await this.#collection.findByLookup(this.#macOf(secret));
    if (document === undefined || document.content.isTaken === true) return undefined;
    if (Date.parse(document.content.expiresAt) <= this.#rules.now().getTime()) return undefined;
    return { content: document.content.content, document };
  }

  /** Takes one that was found; whether it was us: of all who try, one does. */
  async take({ document }: SingleUse<Content>): Promise<boolean> {
    try {
      await this.#collection.replace(document, { ...document.content, isTaken: true });
      return true;
    } catch (error) {
      if (isStrongroomError(error, 'STORAGE_CONFLICT')) return false;
      throw error;
    }
  }

  /** Makes all of an owner worthless. */
  async removeAll(owner: string): Promise<void> {
    for (const { id } of await this.#collection.list(owner)) await this.#collection.remove(id);
  }

  #macOf(secret: SecretBytes): string {
    return toBase64Url(this.#deps.seal.mac(`${this.#rules.name} secret`, secret.expose()));
  }
}

export interface SingleUseOptions {
  readonly seconds: number;
  /** To remove them by. */
  readonly owner?: string;
}
