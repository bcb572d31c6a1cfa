import type { PickleValue } from '../../../formats/index.ts';
import type { RuleId } from '../../rules/index.ts';

/** Something that the policy holds against a stream. */
export interface Judgement {
  readonly rule: Extract<RuleId, `PICKLE_${string}`>;
  readonly offset: number;
  readonly message: string;
  readonly evidence?: string;
}

/** What the policy makes of a stream. */
export interface PickleVerdict {
  /** One per rule and subject, in the order of the stream. */
  readonly judgements: readonly Judgement[];
  /** How many more there were than are listed. */
  readonly dropped: number;
  /** Whether it imports, calls or changes anything that is not allowed: what stands before a break has happened. */
  readonly runsCode: boolean;
  /** Strings and bytes that loading it loads as files of PyTorch's older form. */
  readonly torchFiles: ReadonlySet<PickleValue>;
}

/** Judgements listed for one stream. */
const MAX_JUDGEMENTS = 100;

/**
 * Rules that speak of things that happen while the stream is read. An extension code is not among them: unless its
 * loader registered it, it fails, and what is done with it is a call of its own.
 */
const RUNNING: ReadonlySet<RuleId> = new Set([
  'PICKLE_DANGEROUS_IMPORT',
  'PICKLE_DANGEROUS_CALL',
  'PICKLE_DANGEROUS_ARGUMENT',
  'PICKLE_DANGEROUS_CODE',
  'PICKLE_HIDDEN_IMPORT',
  'PICKLE_HIDDEN_CALL',
  'PICKLE_CHANGES_IMPORT',
  'PICKLE_UNKNOWN_IMPORT',
  'PICKLE_UNKNOWN_CALL',
  'PICKLE_CONTAINS_CODE',
]);

/** Collects judgements, each subject once. */
export class Judgements {
  readonly listed: Judgement[] = [];
  dropped = 0;
  runsCode = false;
  readonly #failsAt: number | undefined;
  readonly #seen = new Set<string>();

  /** `failsAt` is the operation at which the stream breaks: a call of something that is no function happens never. */
  constructor(failsAt?: number) {
    this.#failsAt = failsAt;
  }

  add(judgement: Judgement): void {
    const key = `${judgement.rule} ${judgement.evidence ?? ''} ${judgement.message}`;
    if (this.#seen.has(key)) return;
    this.runsCode ||= RUNNING.has(judgement.rule) && !this.#hasFailed(judgement);
    if (this.listed.length >= MAX_JUDGEMENTS) {
      this.dropped++;
      return;
    }
    this.#seen.add(key);
    this.listed.push(judgement);
  }

  #hasFailed({ rule, offset }: Judgement): boolean {
    return rule === 'PICKLE_HIDDEN_CALL' && offset === this.#failsAt;
  }
}
