import type { ByteSource } from '../bytes/index.ts';
import type { FileContent } from './file-content.ts';
import type { NewFinding } from './finding.ts';
import type { FormatName } from './format-name.ts';
import type { LoaderProfile, ProfileVerdict } from './report.ts';

/** One thing to look at: the file, or something inside it. */
export interface ScanTarget {
  /** Metered: a read beyond the budget of bytes or time throws `ScanStopped`; let it pass. */
  readonly source: ByteSource;
  /** What it is called, hostile text. */
  readonly name: string;
  /** The path inside containers, outermost first; empty: the file itself. */
  readonly place: readonly string[];
  /** What detection says it is; a target with several formats is given to the checks of each. */
  readonly format: FormatName;
  /** What the container around it says that it is. */
  readonly expected?: Expected;
}

/**
 * `data`: the container's own structure says that these are raw numbers (a tensor's storage), so that an unknown
 * format is what was expected; they are still detected, and scanned where they are something. `code`: code of the
 * container's own language (TorchScript), which the container's check judges.
 */
export type Expected = 'data' | 'code';

/** Something inside a target that is to be scanned by itself. */
export interface InnerFile {
  readonly source: ByteSource;
  readonly name: string;
  readonly expected?: Expected;
}

/** What one scan may still spend. Every `spend` and every read throws `ScanStopped` when it is used up. */
export interface ScanBudget {
  /** One operation is about what one pickle opcode costs. */
  spendOperations(count: number): void;
  /** Members of containers, of all containers together. */
  spendMembers(count: number): void;
  /** Bytes that come out of a decompressor; reads of a target are counted by themselves. */
  spendBytes(count: number): void;
  /** Operations that are left. */
  readonly operationsLeft: number;
}

/** What a check is given besides its target. */
export interface ScanContext {
  /** Notes a finding at a target. Escapes and cuts the evidence. */
  report(finding: NewFinding, target: ScanTarget): void;
  /** Detects and scans something inside a target, within the budgets. Never throws but `ScanStopped`. */
  nested(target: ScanTarget, inner: InnerFile): Promise<void>;
  readonly budget: ScanBudget;
  /** When the scan ends, in milliseconds of `performance.now()`. Long loops without reads should look at it. */
  readonly deadline: number;
  /** Adds a format to the report that only the check could tell. */
  note(format: FormatName): void;
  /** The target could not be looked at wholly: the report will not be `complete`. */
  inconclusive(reason: string): void;
  /** The target cannot be read, so whatever else is found the verdict is not `clean` but `unknown`. */
  unknown(reason: string): void;
  /** What a file holds that only the files beside it can be held against; of a file inside a container it is dropped. */
  holds(content: FileContent, target: ScanTarget): void;
  /** What a stricter loader would do with the file; one `refused` wins over any `allowed`. */
  profile(profile: LoaderProfile, verdict: ProfileVerdict): void;
}

/** One thing that the scanner looks for. */
export interface Check {
  /** Kebab-case, as its file. */
  readonly name: string;
  /** The formats that it is run for; `any` stands for all of them. */
  readonly formats: readonly (FormatName | 'any')[];
  /**
   * Looks at one target. Bad bytes are findings, never exceptions; whatever is thrown makes the scan inconclusive
   * (`ScanStopped`) or an error (anything else).
   */
  run(target: ScanTarget, context: ScanContext): Promise<void>;
}

/** Ends a scan from within because a limit was reached. Checks let it pass. */
export class ScanStopped extends Error {
  /** The limit, in words: `more than 10000 members`. */
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}
