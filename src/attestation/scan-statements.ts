import { type Statement, type Subject, statementAbout } from './statement.ts';

/** Our own predicate: nobody has agreed on one for scans of models. */
const SCAN_PREDICATE = 'urn:strongroom:attestation:model-scan:1';
/** The nearest that others read (in-toto attestation, predicates/test-result.md). */
const TEST_RESULT_PREDICATE = 'https://in-toto.io/attestation/test-result/v0.1';

/** One file and what was found in it. */
export interface AttestedScan {
  readonly path: string;
  readonly sha256: string;
  readonly verdict: string;
  readonly status: string;
  /** Digest of the rule set. */
  readonly ruleSet: string;
  readonly scannedAt: string;
  /** Ids of the rules that matched, each once. */
  readonly rules: readonly string[];
}

/** What scans of the files of a version came to; files that nobody scanned are missing in it. */
export interface AttestedScans {
  /** `clean`, or the worst that any file is. */
  readonly outcome: string;
  readonly files: readonly AttestedScan[];
  readonly engine: { readonly name: string; readonly version: string };
}

/** The scan as a statement that is bound to the content and to the rules. */
export function scanStatement(subject: Subject, { outcome, files, engine }: AttestedScans): Statement {
  return statementAbout(subject, SCAN_PREDICATE, {
    outcome,
    engine,
    ruleSets: [...new Set(files.map(({ ruleSet }) => ruleSet))].map((sha256) => ({ digest: { sha256 } })),
    files,
  });
}

/** The same for policy engines that know test results only. */
export function testResultStatement(subject: Subject, { outcome, files }: AttestedScans): Statement {
  const named = (isMeant: (file: AttestedScan) => boolean) => files.filter(isMeant).map(({ path }) => path);
  const isClean = ({ verdict, status }: AttestedScan) => verdict === 'clean' && status === 'complete';
  const isBad = ({ verdict }: AttestedScan) => verdict === 'malicious';
  return statementAbout(subject, TEST_RESULT_PREDICATE, {
    result: outcome === 'clean' ? 'PASSED' : outcome === 'malicious' ? 'FAILED' : 'WARNED',
    configuration: [...new Set(files.map(({ ruleSet }) => ruleSet))].map((sha256) => ({
      name: 'rule set',
      digest: { sha256 },
    })),
    passedTests: named(isClean),
    warnedTests: named((file) => !isClean(file) && !isBad(file)),
    failedTests: named(isBad),
  });
}
