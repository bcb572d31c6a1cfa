import type { FormatProblem, FormatProblemSeverity } from './problem.ts';

/** Problems noted of one file; the rest are counted only, and the first say enough. */
const MAX_PROBLEMS = 200;

/** What a reader writes its problems into; bounded, whatever the file does. */
export class ProblemLog {
  readonly problems: FormatProblem[] = [];
  #errors = 0;
  #limits = 0;

  /** Whether any problem was a limit: what follows it is unknown. */
  get hasLimit(): boolean {
    return this.#limits > 0;
  }

  /** Whether any problem was an error. */
  get hasError(): boolean {
    return this.#errors > 0;
  }

  /** The file breaks its format. */
  error(code: string, offset: number, message: string): void {
    this.#errors++;
    this.#add('error', { code, offset, message });
  }

  /** The reader goes no further; the first one is always kept. */
  limit(code: string, offset: number, message: string): void {
    const isFirst = this.#limits++ === 0;
    if (isFirst) this.problems.unshift({ severity: 'limit', code, offset, message });
  }

  /** It loads, but no ordinary writer makes it so. */
  notice(code: string, offset: number, message: string): void {
    this.#add('notice', { code, offset, message });
  }

  #add(severity: FormatProblemSeverity, problem: Omit<FormatProblem, 'severity'>): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ severity, ...problem });
    // Notices must not crowd out the errors that came later.
    else if (severity === 'error') this.#replaceNotice({ severity, ...problem });
  }

  #replaceNotice(problem: FormatProblem): void {
    const at = this.problems.findLastIndex(({ severity }) => severity === 'notice');
    if (at >= 0) this.problems[at] = problem;
  }
}

/** Ends a reading from within; never leaves the reader that threw it. */
export class ReadingHalt extends Error {}

/** Hostile text for a message: escaped, at most `maxChars` characters of it. */
export function quoteText(text: string, maxChars = 60): string {
  const cut = text.length > maxChars ? `${text.slice(0, maxChars)}…` : text;
  return JSON.stringify(cut).replace(
    /[^\x20-\x7e…]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
