import type { FileContent } from './file-content.ts';
import { escapeText, type Finding } from './finding.ts';
import { FindingList } from './finding-list.ts';
import type { ScanReport } from './report.ts';
import { type RuleId, ruleOf } from './rules/index.ts';

/** A file of a folder, by its path with `/`. */
export interface FolderFile {
  readonly path: string;
  readonly content?: FileContent | undefined;
}

/**
 * Holds every index of shards against the files beside it: each shard is there, and has just the tensors that the
 * index looks for in it. Findings by the path of the index. A shard whose tensors nobody could read is not compared.
 */
export function findShardMismatches(
  files: readonly FolderFile[],
): ReadonlyMap<string, readonly [Finding, ...Finding[]]> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const found = new Map<string, [Finding, ...Finding[]]>();
  for (const { path, content } of files) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const [first, ...more] = (content?.shards ?? []).flatMap((claim) => {
      const shard = byPath.get(`${folder}${claim.file}`);
      if (shard === undefined) return [finding('SHARD_MISSING', claim.file, 'a shard that is not there')];
      const held = shard.content?.tensors;
      if (held === undefined || held.digest === claim.digest) return [];
      const told = `a shard of ${held.count} tensors where the index names ${claim.count}${held.count === claim.count ? ' others' : ''}`;
      return [finding('SHARD_TENSORS_DIFFER', claim.file, told)];
    });
    if (first !== undefined) found.set(path, [first, ...more]);
  }
  return found;
}

function finding(rule: RuleId, file: string, message: string): Finding {
  const { severity, advice } = ruleOf(rule);
  return { rule, severity, place: [], message, evidence: escapeText(file), advice };
}

/** A report with findings that came to light after it was made. */
export function withFindings<Report extends Pick<ScanReport, 'verdict' | 'findings'>>(
  report: Report,
  found: readonly [Finding, ...Finding[]],
): Report {
  const findings = new FindingList(Number.MAX_SAFE_INTEGER);
  for (const each of [...found, ...report.findings]) findings.add(each);
  return { ...report, verdict: findings.worst() ?? report.verdict, findings: findings.sorted() };
}
