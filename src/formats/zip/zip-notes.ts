import type { FormatProblem } from '../problem.ts';
import type { ZipLimits } from './limits.ts';

/** Where the problems of one archive are collected, up to a limit. */
export class ZipNotes {
  readonly problems: FormatProblem[] = [];
  readonly #maxProblems: number;
  #isFull = false;

  constructor(limits: ZipLimits) {
    this.#maxProblems = limits.maxProblems;
  }

  error(code: string, offset: number, message: string): void {
    this.#add({ severity: 'error', code, offset, message });
  }

  notice(code: string, offset: number, message: string): void {
    this.#add({ severity: 'notice', code, offset, message });
  }

  limit(code: string, offset: number, message: string): void {
    this.#add({ severity: 'limit', code, offset, message });
  }

  #add(problem: FormatProblem): void {
    if (this.problems.length < this.#maxProblems) {
      this.problems.push(problem);
    } else if (!this.#isFull) {
      this.#isFull = true;
      const message = `more than ${this.#maxProblems} problems`;
      this.problems.push({ severity: 'limit', code: 'ZIP_LIMIT', offset: problem.offset, message });
    }
  }
}

/** A hostile name for a message: escaped and cut. */
export function quoteName(name: string): string {
  const shown = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  return JSON.stringify(shown).replace(
    /[^\x20-\x7e]/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
