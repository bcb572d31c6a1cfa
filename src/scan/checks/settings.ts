import type { Check, ScanContext, ScanTarget } from '../check.ts';
import { textParts, wholeText } from '../read-text.ts';
import { ruleOfTarget } from './setting-target.ts';

const MAX_DEPTH = 64;
const MAX_VALUES = 1_000_000;
/** Members that make a loader import code, whatever their value. */
const CODE_MEMBERS: ReadonlySet<string> = new Set([
  'auto_map',
  'custom_pipelines',
  'custom_generate',
  'model_file',
]);
const CODE_MEMBER_TEXT =
  /"(?:auto_map|custom_pipelines|custom_generate|model_file)"\s*:\s*(?!null|""|false)|"trust_remote_code"\s*:\s*true/g;
/** MXNet loads it before the graph (CVE-2022-24294). */
const SHARED_LIBRARY = /\.(?:so(?:\.\d+)*|dll|dylib)$/i;
const URL_START = /^(?:https?|git|ftp|file):/i;

/** Configuration in JSON that makes loaders run code: transformers, diffusers, mlx-lm. */
export const settingsCheck: Check = {
  name: 'settings',
  formats: ['json'],
  async run(target, context) {
    const text = await wholeText(target);
    const value = text === undefined ? undefined : parseJson(text);
    if (value === undefined) await searchText(target, context);
    else new SettingsWalk(target, context).visit(value, '', 0);
  },
};

/** What cannot be parsed (too long, or JSON with comments, which some loaders take) is searched for the members. */
async function searchText(target: ScanTarget, context: ScanContext): Promise<void> {
  for await (const { text, start, owns } of textParts(target, context)) {
    for (const match of text.matchAll(CODE_MEMBER_TEXT)) {
      if (!owns(match.index)) continue;
      const offset = start + match.index;
      const message = 'a member that names code to be loaded';
      context.report({ rule: 'CONFIG_REMOTE_CODE', offset, message, evidence: match[0] }, target);
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    // No JSON after all; the other checks of texts look at it.
    return undefined;
  }
}

/** A walk over a parsed document, bounded in depth and in values. */
class SettingsWalk {
  readonly #target: ScanTarget;
  readonly #context: ScanContext;
  #values = 0;

  constructor(target: ScanTarget, context: ScanContext) {
    this.#target = target;
    this.#context = context;
  }

  visit(value: unknown, path: string, depth: number): void {
    if (typeof value !== 'object' || value === null) return;
    if (depth > MAX_DEPTH || this.#values > MAX_VALUES) return;
    for (const [name, inner] of Object.entries(value)) {
      this.#values++;
      const place = path === '' ? name : `${path}.${name}`;
      const reason = reasonOf(name, inner);
      if (reason !== undefined) {
        const evidence = `${place} = ${JSON.stringify(inner)}`;
        this.#context.report({ rule: 'CONFIG_REMOTE_CODE', message: reason, evidence }, this.#target);
      }
      const target = name === '_target_' && typeof inner === 'string' ? ruleOfTarget(inner) : undefined;
      if (target !== undefined) {
        const message = `${place} names something to be called`;
        this.#context.report({ rule: target, message, evidence: String(inner) }, this.#target);
      }
      this.visit(inner, place, depth + 1);
    }
  }
}

function reasonOf(name: string, value: unknown): string | undefined {
  if (CODE_MEMBERS.has(name) && value !== null && value !== '' && value !== false)
    return `${name} names code to be loaded`;
  if (name === 'library' && typeof value === 'string' && SHARED_LIBRARY.test(value))
    return 'library names a shared library to be loaded';
  if (name === 'trust_remote_code' && value === true) return 'it asks loaders to trust remote code';
  if (
    (name === '_class_name' || name === 'library_name') &&
    typeof value === 'string' &&
    URL_START.test(value)
  )
    return `${name} is an address`;
  return undefined;
}
