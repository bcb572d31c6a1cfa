import type { Check, ScanContext, ScanTarget } from '../check.ts';
import { readText } from '../read-text.ts';

/** Settings files are small; a longer JSON is a vocabulary or a graph, which other checks read. */
const MAX_JSON_CHARS = 1 << 24;
const MAX_DEPTH = 64;
const MAX_VALUES = 1_000_000;
/** Members that make a loader import code, whatever their value. */
const CODE_MEMBERS: ReadonlySet<string> = new Set([
  'auto_map',
  'custom_pipelines',
  'custom_generate',
  'model_file',
]);
const URL_START = /^(?:https?|git|ftp|file):/i;

/** Configuration in JSON that makes loaders run code: transformers, diffusers, mlx-lm. */
export const settingsCheck: Check = {
  name: 'settings',
  formats: ['json'],
  async run(target, context) {
    const parts = await readText(target.source);
    const [whole] = parts;
    if (whole === undefined || parts.length > 1 || whole.text.length > MAX_JSON_CHARS) return;
    const value = parseJson(whole.text);
    if (value !== undefined) new SettingsWalk(target, context).visit(value, '', 0);
  },
};

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
      this.visit(inner, place, depth + 1);
    }
  }
}

function reasonOf(name: string, value: unknown): string | undefined {
  if (CODE_MEMBERS.has(name) && value !== null && value !== '' && value !== false)
    return `${name} names code to be loaded`;
  if (name === 'trust_remote_code' && value === true) return 'it asks loaders to trust remote code';
  if (
    (name === '_class_name' || name === 'library_name') &&
    typeof value === 'string' &&
    URL_START.test(value)
  )
    return `${name} is an address`;
  return undefined;
}
