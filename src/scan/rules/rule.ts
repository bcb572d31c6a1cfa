/** How bad a finding is by itself. */
export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info';

/** What one finding of a rule makes of the whole file; `none` leaves the verdict as it is. */
export type RuleVerdict = 'malicious' | 'suspicious' | 'none';

/** One rule of the scanner, as `docs/reference/rules.md` prints it and SARIF lists it. */
export interface Rule {
  readonly severity: Severity;
  readonly verdict: RuleVerdict;
  /** A few words, lower case. */
  readonly title: string;
  /** What it means when this is found. */
  readonly about: string;
  /** What the person who sees it should do. */
  readonly advice: string;
  /** CVE, GHSA, CWE numbers, specifications. */
  readonly references: readonly string[];
}

/** The rules of one area: `AREA_REASON` → rule. Write it with `as const satisfies RuleTable`. */
export type RuleTable = Readonly<Record<string, Rule>>;
