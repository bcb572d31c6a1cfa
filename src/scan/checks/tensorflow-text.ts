import type { Check } from '../check.ts';
import { textParts } from '../read-text.ts';
import { reportOperator } from './tensorflow.ts';

/** Graphs in text (`saved_model.pbtxt`, `graph.pbtxt`) spell each operator as `op: "Name"`. */
const OPERATOR =
  /(?:^|[\s{;,])op\s*:\s*((?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')(?:\s*(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))*)/g;
/** Neighbouring literals are one. */
const LITERAL = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'/g;
const LOOKS_LIKE_GRAPH = /(?:^|\s)(?:node|node_def|meta_graphs|graph_def)\s*:?\s*[{<]/;
const MAX_OPERATORS = 1_000_000;

/** Looks at graphs of TensorFlow in the text form of protocol buffers. */
export const tensorflowTextCheck: Check = {
  name: 'tensorflow-text',
  formats: ['text'],
  async run(target, context) {
    const seen = new Set<string>();
    let isGraph = false;
    let count = 0;
    for await (const { text, start, owns } of textParts(target, context)) {
      // An operator stands inside of a node, so that what tells a graph comes before the first of them.
      isGraph ||= LOOKS_LIKE_GRAPH.test(text);
      if (!isGraph) return;
      for (const match of text.matchAll(OPERATOR)) {
        if (!owns(match.index)) continue;
        if (++count > MAX_OPERATORS) {
          context.inconclusive('too many operators in a graph in text');
          return;
        }
        const literals = [...(match[1] ?? '').matchAll(LITERAL)];
        const operator = literals.map((literal) => unescapeText(literal[1] ?? literal[2] ?? '')).join('');
        if (seen.has(operator)) continue;
        seen.add(operator);
        reportOperator(
          { operator, offset: start + match.index, place: 'a graph in text' },
          { target, context },
        );
      }
    }
    context.budget.spendOperations(count);
  },
};

/** The escapes of the text form (protobuf's text-format specification, "string literals"). */
function unescapeText(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))/g,
    (_whole, ...groups: (string | undefined)[]) => {
      const [hex, octal, char] = groups;
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return octal === undefined ? (char ?? '') : String.fromCharCode(Number.parseInt(octal, 8));
    },
  );
}
