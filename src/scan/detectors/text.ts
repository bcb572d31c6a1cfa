import { utf8Text } from '../../bytes/index.ts';
import type { FormatName } from '../format-name.ts';
import type { Detector, Probe } from './detector.ts';

/** Text that is looked at to tell its kind. */
const LOOKED_AT_CHARS = 8192;
/** Statements of Python that prose does not begin lines with. */
const PYTHON_STATEMENTS =
  /^(?:import [\w.]+(?: as \w+)?(?:, ?[\w.]+(?: as \w+)?)*|from [\w.]+ import .+|(?:async )?def \w+\(.*|class \w+(?:\(.*\))?:)\s*(?:#.*)?$/gm;
/** Lines that occur in Python: statements, comments, brackets, assignments, calls, anything indented. */
const PYTHON_LINES =
  /^(?:[ \t]+\S.*|[#@)\]}'"].*|(?:import|from|def|async|class|if|elif|else|for|while|with|try|except|finally|return|raise|assert|del|pass|global|print|match)\b.*|[\w.[\]'", ]+(?::[\w.[\], ]+)?[-+*/|]?=.*|[\w.]+\(.*)$/gm;
const YAML_LINES = /^(?:---|[ \t]*(?:- )?[\w."'/-]+:(?: .*)?|[ \t]*- .+)$/gm;

/** Text by its encoding, and what kind of text it is by its beginning. */
export const textDetector: Detector = {
  name: 'text',
  detect(probe) {
    const text = textOf(probe);
    return text === undefined ? [] : ['text', ...kindsOf(text)];
  },
};

/** The beginning as text; `undefined` when it is none: control characters, or no valid encoding. */
function textOf({ head, source }: Probe): string | undefined {
  const isWhole = head.length === source.size;
  const text = decode(head, isWhole);
  if (text === undefined) return undefined;
  // Form feeds, tabs, line ends and escapes of terminals occur in text; other control characters do not.
  return /[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? undefined : text;
}

function decode(head: Uint8Array, isWhole: boolean): string | undefined {
  const [first, second] = head;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(head);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(head);
  for (let cut = 0; cut < (isWhole ? 1 : 4); cut++) {
    const text = utf8Text(head.subarray(0, head.length - cut));
    if (text !== undefined) return text;
  }
  return undefined;
}

function kindsOf(text: string): FormatName[] {
  const start = text
    .slice(0, LOOKED_AT_CHARS)
    .replace(/^\ufeff/, '')
    .trimStart();
  const kinds: FormatName[] = [];
  if (/^\{\s*(?:"|\}|\/)/.test(start) || /^\[\s*(?:["{[\]\d-]|true|false|null)/.test(start)) {
    kinds.push('json');
    if (/"nbformat"|"cell_type"/.test(text)) kinds.push('notebook');
  }
  if (/^<(?:\?xml|!DOCTYPE|!--|[A-Za-z_][\w:.-]*[\s>/])/i.test(start)) kinds.push(...xmlKinds(start));
  if (kinds.length > 0) return kinds;
  const isPython = start.match(PYTHON_STATEMENTS) !== null && isMostly(start, PYTHON_LINES, 0.9);
  if (isPython) kinds.push('python');
  if (/\{%-?\s*\w+[\s\S]*?%\}/.test(start)) kinds.push('jinja');
  if (!isPython && (/^---\s*\n/.test(start) || /^#{1,6} \S/m.test(start) || start.includes('```')))
    kinds.push('markdown');
  if (!isPython && isMostly(start, YAML_LINES, 0.5)) kinds.push('yaml');
  return kinds;
}

function xmlKinds(start: string): FormatName[] {
  if (/<PMML[\s>]/.test(start)) return ['xml', 'pmml'];
  if (/<net\s[^>]*version=/.test(start)) return ['xml', 'openvino'];
  return ['xml'];
}

/** Whether at least `share` of the lines that are not empty are of a kind. */
function isMostly(text: string, lines: RegExp, share: number): boolean {
  const all = text.split('\n').filter((line) => line.trim() !== '').length;
  return all > 0 && (text.match(lines)?.length ?? 0) >= all * share;
}
