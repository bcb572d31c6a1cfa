import { z } from 'zod';
import { type PrincipalId, principalId, quoteForMessage, type WorkloadRule } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { DocumentCollection, type DocumentDeps } from './document-collection.ts';
import { parseKeySet } from './issuer-keys.ts';
import { judgeWidth } from './workload-width.ts';

/** Longest and shortest life of an access token of a workload, in seconds. */
const MAX_TOKEN_SECONDS = 600;
const MIN_TOKEN_SECONDS = 60;
const MAX_CLAIMS = 32;
const MAX_CLAIM_CHARS = 1024;
const MAX_RULES = 1000;
/** Documents of the catalogue have at most 64 KiB. */
const MAX_KEYS_CHARS = 32 * 1024;

const ruleSchema = z.strictObject({
  name: z.string(),
  issuer: z.string(),
  audience: z.string(),
  claims: z.record(z.string(), z.string()),
  keys: z.string().optional(),
  tokenSeconds: z.int(),
  isReusable: z.boolean(),
  createdAt: z.string(),
  createdBy: z.string(),
});
type RuleContent = z.infer<typeof ruleSchema>;

/** What somebody says a rule is to be. */
export type NewWorkloadRule = Omit<WorkloadRule, 'warnings' | 'createdAt' | 'tokenSeconds' | 'isReusable'> &
  Partial<Pick<WorkloadRule, 'tokenSeconds' | 'isReusable'>>;

/** A principal as far as rules are concerned. */
export interface RulePrincipal {
  readonly id: PrincipalId;
  readonly state: 'invited' | 'active' | 'disabled';
  readonly securityVersion: number;
}

/** What keeps the principals of rules. */
export interface RulePrincipals {
  find(id: PrincipalId): Promise<RulePrincipal | undefined>;
  create(input: {
    readonly type: 'workload';
    readonly name: string;
    readonly state: 'active';
    readonly createdBy: string;
  }): Promise<RulePrincipal>;
  endCredentials(id: PrincipalId): Promise<RulePrincipal>;
  setState(
    id: PrincipalId,
    state: 'disabled',
    options: { readonly endsCredentials: boolean },
  ): Promise<RulePrincipal>;
}

export interface WorkloadRulesDeps extends DocumentDeps {
  readonly principals: RulePrincipals;
  readonly now: () => Date;
}

/** The rules that let programs of other identity providers in. It decides nothing of who may change them. */
export class WorkloadRules {
  readonly #deps: WorkloadRulesDeps;
  readonly #collection: DocumentCollection<RuleContent>;

  constructor(deps: WorkloadRulesDeps) {
    this.#deps = deps;
    this.#collection = new DocumentCollection(deps, { name: 'workload-rules', schema: ruleSchema });
  }

  async list(): Promise<readonly WorkloadRule[]> {
    return (await this.#collection.list()).map(({ content }) => shown(content));
  }

  /** Throws `WORKLOAD_RULE_MISSING`. */
  async get(name: string): Promise<WorkloadRule> {
    const found = await this.#collection.find(name);
    if (found === undefined) throw missing(name);
    return shown(found.content);
  }

  /**
   * Makes a rule, with its principal, or changes one: then the access tokens that it gave are refused from now on.
   * Throws `WORKLOAD_RULE_WIDE`, `WORKLOAD_RULE_INVALID`, `NAME_INVALID`, and `WORKLOAD_RULE_EXISTS` for the name of a
   * rule that was removed.
   */
  async set(input: NewWorkloadRule): Promise<WorkloadRule> {
    const content = this.#checked(input);
    const id = principalId('workload', input.name);
    const changed = await this.#collection.update(input.name, ({ createdAt, createdBy }) => ({
      ...content,
      createdAt,
      createdBy,
    }));
    if (changed !== undefined) {
      await this.#deps.principals.endCredentials(id);
      return shown(changed.content);
    }
    if ((await this.#collection.list()).length >= MAX_RULES)
      throw invalid(`there are ${MAX_RULES} rules already`);
    // Active without a rule: the process that made it did not come further.
    if ((await this.#deps.principals.find(id))?.state !== 'active') {
      const { name, createdBy } = input;
      await this.#deps.principals.create({ type: 'workload', name, state: 'active', createdBy });
    }
    await this.#collection.insert(input.name, content);
    return shown(content);
  }

  /** Ends a rule and everything that it let in. Its name stays taken. Throws `WORKLOAD_RULE_MISSING`. */
  async remove(name: string): Promise<void> {
    const found = await this.#collection.find(name);
    if (found === undefined) throw missing(name);
    await this.#deps.principals.setState(principalId('workload', name), 'disabled', {
      endsCredentials: true,
    });
    await this.#collection.remove(name);
  }

  #checked(input: NewWorkloadRule): RuleContent {
    const { name, issuer, audience, claims, keys, tokenSeconds = MAX_TOKEN_SECONDS, createdBy } = input;
    assertIssuer(issuer);
    if (audience === '' || audience.length > MAX_CLAIM_CHARS)
      throw invalid('the audience is missing or too long');
    assertClaims(claims);
    if (keys !== undefined && keys.length > MAX_KEYS_CHARS) throw invalid('the keys are longer than 32 KiB');
    if (keys !== undefined) parseKeySet(keys);
    if (
      !Number.isInteger(tokenSeconds) ||
      tokenSeconds < MIN_TOKEN_SECONDS ||
      tokenSeconds > MAX_TOKEN_SECONDS
    )
      throw invalid(`access tokens live ${MIN_TOKEN_SECONDS} to ${MAX_TOKEN_SECONDS} seconds`);
    judgeWidth(issuer, claims);
    return {
      name,
      issuer,
      audience,
      claims: { ...claims },
      ...(keys === undefined ? {} : { keys }),
      tokenSeconds,
      isReusable: input.isReusable === true,
      createdAt: this.#deps.now().toISOString(),
      createdBy,
    };
  }
}

function shown({ keys, ...content }: RuleContent): WorkloadRule {
  return {
    ...content,
    ...(keys === undefined ? {} : { keys }),
    warnings: judgeWidth(content.issuer, content.claims),
  };
}

function assertIssuer(issuer: string): void {
  const url = URL.parse(issuer);
  const isPlain =
    url?.protocol === 'https:' &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  if (!isPlain || issuer.length > MAX_CLAIM_CHARS)
    throw invalid('an issuer is an https address, exactly as its tokens have it');
}

function assertClaims(claims: Readonly<Record<string, string>>): void {
  const entries = Object.entries(claims);
  if (entries.length === 0 || entries.length > MAX_CLAIMS)
    throw invalid(`a rule binds 1 to ${MAX_CLAIMS} claims`);
  for (const [name, pattern] of entries) {
    if (name === '' || name.length > 256 || pattern === '' || pattern.length > MAX_CLAIM_CHARS)
      throw invalid(`the claim ${quoteForMessage(name)} or its pattern is empty or too long`);
    if (name === 'iss' || name === 'aud') throw invalid(`${name} is bound by the rule itself`);
  }
}

function missing(name: string): StrongroomError {
  return new StrongroomError('WORKLOAD_RULE_MISSING', `there is no workload rule ${quoteForMessage(name)}`);
}

function invalid(message: string): StrongroomError {
  return new StrongroomError('WORKLOAD_RULE_INVALID', message);
}
