import type { RuleId, Severity } from './rules/index.ts';

/** Longest evidence that a finding carries, in characters. */
const MAX_EVIDENCE_CHARS = 200;

/** Something that was found in a file. */
export interface Finding {
  readonly rule: RuleId;
  readonly severity: Severity;
  /** The path inside containers, outermost first; empty: the file itself. */
  readonly place: readonly string[];
  /** Where in that place, in bytes from its start. */
  readonly offset?: number;
  /** What is wrong here; lower case, no full stop, text of the file only escaped. */
  readonly message: string;
  /** What was seen, escaped, at most `MAX_EVIDENCE_CHARS`; secrets only masked. */
  readonly evidence?: string;
  /** What to do. */
  readonly advice: string;
}

/** A finding as a check reports it; the rule gives the rest. */
export interface NewFinding {
  readonly rule: RuleId;
  readonly offset?: number;
  readonly message: string;
  /** Raw text of the file is welcome: it is escaped and cut when it is reported. */
  readonly evidence?: string;
}

/** Hostile text as something safe to print: control, format and non-ASCII characters escaped, cut at `maxChars`. */
export function escapeText(text: string, maxChars: number = MAX_EVIDENCE_CHARS): string {
  // Cut before escaping too: the text may be as long as the file.
  const escaped = printableText(text.slice(0, maxChars).replaceAll('\\', '\\\\'));
  if (escaped.length <= maxChars && text.length <= maxChars) return escaped;
  return `${escaped.slice(0, maxChars - 3)}...`;
}

/** Text of ours that may quote a file's: what could act on a terminal is escaped, what was escaped stays as it is. */
export function printableText(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}
