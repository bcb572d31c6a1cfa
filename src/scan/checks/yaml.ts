import type { Check } from '../check.ts';
import { textParts } from '../read-text.ts';
import type { RuleId } from '../rules/index.ts';
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
    for await (const part of textParts(target, context)) {
      const report: Report = (rule, found) => {
        const { at, message, evidence } = found;
        if (part.owns(at)) context.report({ rule, offset: part.start + at, message, evidence }, target);
      };
      const isYaml = target.format === 'yaml' || target.format === 'json';
      reportTags(part.text, isYaml, report);
      if (target.format === 'yaml') reportTargets(part.text, report);
      const levels = part.text.split('\n').filter(isAliasLine).length;
      if (levels < MAX_ALIAS_LINES) continue;
      const message = `${levels} anchors made of many others`;
      context.report({ rule: 'YAML_BOMB', offset: part.start, message }, target);
    }
  },
};

/** Notes something in a part of the text, where that part owns the place. */
type Report = (rule: RuleId, found: { at: number; message: string; evidence: string }) => void;

function reportTags(text: string, isYaml: boolean, report: Report): void {
  for (const { 0: evidence, 1: tag = '', index: at } of text.matchAll(PYTHON_TAG)) {
    // In prose about YAML a tag is mentioned, not used; only what is YAML is judged by it.
    if (!isYaml && !isTagged(text, at)) continue;
    if (DATA_TAGS.has(tag))
      report('YAML_PYTHON_DATA', { at, message: 'a tag of a plain Python type', evidence });
    else report('YAML_PYTHON_TAG', { at, message: 'a tag that builds a Python object', evidence });
  }
  for (const { 0: evidence, index: at } of isYaml ? text.matchAll(TAG_DIRECTIVE) : [])
    report('YAML_PYTHON_TAG', { at, message: 'a directive that renames tags of Python objects', evidence });
}

function reportTargets(text: string, report: Report): void {
  for (const { 1: evidence = '', index: at } of text.matchAll(TARGET)) {
    const rule = ruleOfTarget(evidence);
    if (rule !== undefined) report(rule, { at, message: 'a setting names something to be called', evidence });
  }
}

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
