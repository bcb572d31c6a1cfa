import type { Check } from '../check.ts';
import { readText } from '../read-text.ts';

const PYTHON_TAG = /(?:!!python\/|!<tag:yaml\.org,2002:python\/|!python\/)([\w/]+)/g;
/** Tags that hold data and run nothing. */
const DATA_TAGS: ReadonlySet<string> = new Set([
  'none',
  'bool',
  'bytes',
  'str',
  'unicode',
  'int',
  'long',
  'float',
  'complex',
  'list',
  'tuple',
  'dict',
]);
const ANCHOR_LINE = /&(\w+)\s*[[{]?\s*(?:\*\w+[\s,]*){5,}|&(\w+)[^\n]*(?:\*\w+\s*,\s*){5,}/g;
/** Anchors made of many aliases each; ten levels of nine are a billion values. */
const MAX_ALIAS_LEVELS = 5;

/** YAML whose tags build Python objects, and whose anchors expand without end. */
export const yamlCheck: Check = {
  name: 'yaml',
  // A tag works wherever the loader meets it, so every text is looked at that may be YAML.
  formats: ['yaml', 'json', 'markdown', 'text'],
  async run(target, context) {
    for (const { text, start } of await readText(target.source)) {
      for (const match of text.matchAll(PYTHON_TAG)) {
        const isData = DATA_TAGS.has(match[1] ?? '');
        const rule = isData ? 'YAML_PYTHON_DATA' : 'YAML_PYTHON_TAG';
        // In prose about YAML a tag is mentioned, not used; only what is YAML is judged by it.
        if (target.format !== 'yaml' && target.format !== 'json' && !isTagged(text, match.index)) continue;
        const message = isData ? 'a tag of a plain Python type' : 'a tag that builds a Python object';
        context.report({ rule, offset: start + match.index, message, evidence: match[0] }, target);
      }
      const levels = [...text.matchAll(ANCHOR_LINE)].length;
      if (levels >= MAX_ALIAS_LEVELS)
        context.report({ rule: 'YAML_BOMB', message: `${levels} anchors made of many others` }, target);
    }
  },
};

/** Whether a tag stands where YAML has them: at the start of a line or behind a key or a dash. */
function isTagged(text: string, at: number): boolean {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  return /^\s*(?:-\s+)*(?:[\w."'-]+:\s+)?$/.test(text.slice(lineStart, at));
}
