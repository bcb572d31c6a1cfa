import type { Check } from '../check.ts';
import { textParts } from '../read-text.ts';
import { ruleOfTarget } from './setting-target.ts';

const PYTHON_TAG = /(?:!!python\/|!<tag:yaml\.org,2002:python\/|!python\/)([\w/]+)/g;
/** A directive that gives Python's tags another name. */
const TAG_DIRECTIVE = /^%TAG\s+\S+\s+tag:yaml\.org,2002:python\S*/gm;
/** What Hydra calls; the value in any style that stands in one line. */
const TARGET = /(?<=^[\s\-{]*|[{,]\s*)["']?_target_["']?\s*:\s*["']?([\w.]+)/gm;
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
/** Lines with an anchor made of so many aliases; ten levels of nine are a billion values. */
const MAX_ALIAS_LINES = 5;
const MIN_ALIASES = 5;
/** Longest text before a tag in its line that is looked at to tell whether it is used or mentioned. */
const MAX_LEAD_CHARS = 300;

/** YAML whose tags build Python objects, and whose anchors expand without end. */
export const yamlCheck: Check = {
  name: 'yaml',
  // A tag works wherever the loader meets it, so every text is looked at that may be YAML.
  formats: ['yaml', 'json', 'markdown', 'text'],
  async run(target, context) {
    for await (const { text, start, owns } of textParts(target, context)) {
      for (const match of text.matchAll(PYTHON_TAG)) {
        if (!owns(match.index)) continue;
        const isData = DATA_TAGS.has(match[1] ?? '');
        const rule = isData ? 'YAML_PYTHON_DATA' : 'YAML_PYTHON_TAG';
        // In prose about YAML a tag is mentioned, not used; only what is YAML is judged by it.
        if (target.format !== 'yaml' && target.format !== 'json' && !isTagged(text, match.index)) continue;
        const message = isData ? 'a tag of a plain Python type' : 'a tag that builds a Python object';
        context.report({ rule, offset: start + match.index, message, evidence: match[0] }, target);
      }
      if (target.format === 'yaml') {
        for (const match of text.matchAll(TAG_DIRECTIVE)) {
          if (!owns(match.index)) continue;
          const message = 'a directive that renames tags that build Python objects';
          context.report(
            { rule: 'YAML_PYTHON_TAG', offset: start + match.index, message, evidence: match[0] },
            target,
          );
        }
        for (const match of text.matchAll(TARGET)) {
          const rule = ruleOfTarget(match[1] ?? '');
          if (rule === undefined || !owns(match.index)) continue;
          const message = 'a setting names something to be called';
          context.report({ rule, offset: start + match.index, message, evidence: match[1] ?? '' }, target);
        }
      }
      const levels = text.split('\n').filter(isAliasLine).length;
      if (levels >= MAX_ALIAS_LINES)
        context.report(
          { rule: 'YAML_BOMB', offset: start, message: `${levels} anchors made of many others` },
          target,
        );
    }
  },
};

/** Whether a tag stands where YAML has them: at the start of a line or behind a key or a dash. */
function isTagged(text: string, at: number): boolean {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  if (at - lineStart > MAX_LEAD_CHARS) return true;
  return /^\s*(?:-\s+)*(?:[\w."'-]+:\s+)?$/.test(text.slice(lineStart, at));
}

/** Whether a line defines an anchor by many aliases. */
function isAliasLine(line: string): boolean {
  return line.includes('&') && line.includes('*') && (line.match(/\*\w+/g)?.length ?? 0) >= MIN_ALIASES;
}
