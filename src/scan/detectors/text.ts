import { utf8Text } from '../../bytes/index.ts';
import type { FormatName } from '../format-name.ts';
import type { Detector, Probe } from './detector.ts';

/** Text that is looked at to tell its kind. */
const LOOKED_AT_CHARS = 8192;
/** Lines of code that make a text a program, wherever they stand at the start of a line. */
const PYTHON_LINES =
  /^(?:import [\w.]+(?: as \w+)?(?:, ?[\w.]+)*|from [\w.]+ import .+|def \w+\(.*|class \w+(?:\(.*\))?:|@\w[\w.]*(?:\(.*\))?)\s*$/gm;
const YAML_LINES = /^(?:---|\s*(?:- )?[\w."'/-]+:(?: .*)?)$/gm;

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
  if ((start.match(PYTHON_LINES)?.length ?? 0) >= 1) kinds.push('python');
  if (/\{%-?\s*\w+[\s\S]*?%\}/.test(start)) kinds.push('jinja');
  if (/^---\s*\n/.test(start) || /^#{1,6} \S/m.test(start)) kinds.push('markdown');
  if (isMostly(start, YAML_LINES)) kinds.push('yaml');
  return kinds;
}

function xmlKinds(start: string): FormatName[] {
  if (/<PMML[\s>]/.test(start)) return ['xml', 'pmml'];
  if (/<net\s[^>]*version=/.test(start)) return ['xml', 'openvino'];
  return ['xml'];
}

function isMostly(text: string, lines: RegExp): boolean {
  const all = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#')).length;
  return all > 0 && (text.match(lines)?.length ?? 0) * 2 >= all;
}
