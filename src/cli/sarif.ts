import { RULE_SET, RULES, type Rule, type ScanReport } from '../scan/index.ts';
import type { ScannedFile } from './scan-operations.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const LEVELS = { critical: 'error', high: 'error', medium: 'warning', low: 'note', info: 'note' } as const;
/** What GitHub and others sort by: CVSS-like numbers as text. */
const SECURITY_SEVERITY = { critical: '9.5', high: '8.0', medium: '5.5', low: '3.0', info: '0.0' } as const;

type Finding = ScanReport['findings'][number];

/** Scanned files as one SARIF 2.1.0 log (OASIS), its rules described, its places given by byte. */
export function formatSarif(
  files: readonly ScannedFile[],
  version: string,
): Readonly<Record<string, unknown>> {
  const ids = Object.keys(RULES);
  const failed = files.filter((file) => 'error' in file || file.report.status !== 'complete');
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'strongroom',
            version,
            semanticVersion: version,
            rules: Object.entries(RULES).map(([id, rule]) => describeRule(id, rule)),
            properties: { ruleSet: RULE_SET },
          },
        },
        columnKind: 'utf16CodeUnits',
        artifacts: files.map(({ path }) => ({ location: { uri: uriOf(path) } })),
        results: files.flatMap((file, at) =>
          'error' in file
            ? []
            : file.report.findings.map((finding) => describeFinding(finding, { path: file.path, at, ids })),
        ),
        invocations: [
          {
            executionSuccessful: failed.length === 0,
            toolExecutionNotifications: failed.flatMap((file) => notificationsOf(file)),
          },
        ],
        properties: {
          verdicts: files.map((file) =>
            'error' in file
              ? { path: file.path, status: 'error' }
              : { path: file.path, verdict: file.report.verdict, status: file.report.status },
          ),
        },
      },
    ],
  };
}

function describeRule(id: string, rule: Rule): Readonly<Record<string, unknown>> {
  return {
    id,
    name: id.toLowerCase().replace(/(?:^|_)(\w)/g, (_whole, first: string) => first.toUpperCase()),
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.about },
    help: { text: [rule.advice, ...rule.references].join('\n') },
    defaultConfiguration: { level: LEVELS[rule.severity] },
    properties: {
      tags: ['security', ...rule.references],
      verdict: rule.verdict,
      'security-severity': SECURITY_SEVERITY[rule.severity],
    },
  };
}

function describeFinding(
  finding: Finding,
  { path, at, ids }: { readonly path: string; readonly at: number; readonly ids: readonly string[] },
): Readonly<Record<string, unknown>> {
  const { rule, severity, place, offset, message, evidence, advice } = finding;
  // Offsets inside containers are not offsets of the file, so only those of the file itself make a region.
  const region =
    offset !== undefined && place.length === 0 ? { region: { byteOffset: offset, byteLength: 0 } } : {};
  return {
    ruleId: rule,
    ruleIndex: ids.indexOf(rule),
    level: LEVELS[severity],
    message: { text: evidence === undefined ? message : `${message}: ${evidence}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uriOf(path), index: at }, ...region },
        ...(place.length > 0 && {
          logicalLocations: [{ fullyQualifiedName: place.join('!/'), kind: 'member' }],
        }),
      },
    ],
    properties: { place, advice, severity, ...(offset !== undefined && { byteOffset: offset }) },
  };
}

function notificationsOf(file: ScannedFile): readonly Readonly<Record<string, unknown>>[] {
  const location = [{ physicalLocation: { artifactLocation: { uri: uriOf(file.path) } } }];
  if ('error' in file) {
    const text = `${file.error.code}: ${file.error.message}`;
    return [{ level: 'error', message: { text }, locations: location }];
  }
  return file.report.reasons.map((text) => ({ level: 'warning', message: { text }, locations: location }));
}

/** A path as a URI reference: every part percent-encoded. */
function uriOf(path: string): string {
  return path
    .split('/')
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/');
}
