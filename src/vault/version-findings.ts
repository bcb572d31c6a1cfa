import { type Finding, type FolderFile, findShardMismatches } from '../scan/index.ts';
import type { StoredReport } from './scan-reports.ts';

/** A file of a version with its report, if there is one. */
interface ReportedFile {
  readonly path: string;
  readonly report?: StoredReport | undefined;
}

/**
 * The reports of a version's files by path, with what only the files together show: an index of shards is held
 * against the shards. That is asked of every version anew, because a file may stand in several.
 */
export function reportsTogether(files: readonly ReportedFile[]): ReadonlyMap<string, StoredReport> {
  const mismatches = findShardMismatches(
    files.map(({ path, report }) => ({ path, content: report?.content as FolderFile['content'] })),
  );
  return new Map(
    files.flatMap(({ path, report }) => {
      if (report === undefined) return [];
      const found = mismatches.get(path);
      return [[path, found === undefined ? report : withFindings(report, found)] as const];
    }),
  );
}

function withFindings(report: StoredReport, found: readonly Finding[]): StoredReport {
  const verdict = report.verdict === 'malicious' ? 'malicious' : 'suspicious';
  return {
    ...report,
    verdict,
    findings: [...found.map((each) => ({ ...each, place: [...each.place] })), ...report.findings],
  };
}
