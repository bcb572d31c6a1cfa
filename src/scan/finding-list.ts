import type { Finding } from './finding.ts';
import { ruleOf, type Severity } from './rules/index.ts';

const VERDICT_RANKS = { none: 0, suspicious: 1, malicious: 2 } as const;
const WORST_FIRST: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'info'];

/** The findings of one scan, bounded; beyond the bound they are counted, and one that counts takes a trifle's place. */
export class FindingList {
  readonly #findings: Finding[] = [];
  readonly #max: number;
  #dropped = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Findings that are not in the list any more, or never were. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Whether it is in the list now. */
  add(finding: Finding): boolean {
    if (this.#findings.length < this.#max) {
      this.#findings.push(finding);
      return true;
    }
    this.#dropped++;
    // A report full of trifles must not hide the one that counts.
    const rank = rankOf(finding);
    const trifle = this.#findings.findIndex((each) => rankOf(each) < rank);
    if (trifle >= 0) this.#findings[trifle] = finding;
    return trifle >= 0;
  }

  /** The worst that any of them says of the file; `undefined`: none says anything. */
  worst(): 'malicious' | 'suspicious' | undefined {
    const rank = Math.max(0, ...this.#findings.map(rankOf));
    return rank === VERDICT_RANKS.malicious ? 'malicious' : rank > 0 ? 'suspicious' : undefined;
  }

  /** Worst first, then by place and offset. */
  sorted(): readonly Finding[] {
    return [...this.#findings].sort(compareFindings);
  }
}

function rankOf({ rule }: Finding): number {
  return VERDICT_RANKS[ruleOf(rule).verdict];
}

function compareFindings(a: Finding, b: Finding): number {
  const bySeverity = WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity);
  if (bySeverity !== 0) return bySeverity;
  const [placeA, placeB] = [a.place.join('\0'), b.place.join('\0')];
  if (placeA !== placeB) return placeA < placeB ? -1 : 1;
  return (a.offset ?? -1) - (b.offset ?? -1);
}
