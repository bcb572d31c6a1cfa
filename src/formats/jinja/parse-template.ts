import type { FormatProblem } from '../problem.ts';
import { ProblemLog } from '../problem-log.ts';
import type { JinjaTemplate } from './ast.ts';
import { parseExpression } from './expression-parser.ts';
import { JinjaFault, tokenize } from './lexer.ts';
import { DEFAULT_JINJA_LIMITS, type JinjaLimits } from './limits.ts';
import { parseBody } from './statement-parser.ts';
import { TokenReader } from './token-reader.ts';

/** A template as it was read. */
export interface JinjaDocument {
  /** `undefined` when it is no template, or beyond a limit. */
  readonly template: JinjaTemplate | undefined;
  /** Offsets are in UTF-16 units of the text. */
  readonly problems: readonly FormatProblem[];
}

/**
 * Parses a Jinja2 template (the default marks, with the extensions that chat templates use: loop controls, `do`,
 * `generation`) without running anything of it. Never throws for bad text.
 */
export function parseJinja(text: string, limits: Partial<JinjaLimits> = {}): JinjaDocument {
  const log = new ProblemLog();
  const all = { ...DEFAULT_JINJA_LIMITS, ...limits };
  if (text.length > all.maxChars) {
    log.limit('JINJA_LIMIT', 0, `a template of ${text.length} characters, read are at most ${all.maxChars}`);
    return { template: undefined, problems: log.problems };
  }
  try {
    const template = { tokens: tokenize(text, all), length: text.length };
    const reader = new TokenReader(template, all, parseExpression);
    const body = parseBody(reader, []);
    return { template: { body }, problems: log.problems };
  } catch (error) {
    if (!(error instanceof JinjaFault)) throw error;
    if (error.isLimit) log.limit('JINJA_LIMIT', error.offset, error.message);
    else log.error('JINJA_SYNTAX', error.offset, error.message);
    return { template: undefined, problems: log.problems };
  }
}
