import type { Namespace, NamespaceTrust, ScanOutcome, ScansStatus } from '../api/index.ts';
import { fail, type Line, listed, pass, warn } from './line.ts';

/** What is known of what namespaces allow. */
export interface PolicyFacts {
  readonly namespaces: readonly (Namespace & { readonly trust: NamespaceTrust })[];
  readonly scans: ScansStatus;
}

/** Checks encryption and trust of every namespace, and whether stored files have been scanned. */
export function checkPolicies({ namespaces, scans }: PolicyFacts): readonly Line[] {
  return [
    checkEncryption(namespaces),
    checkMalicious(namespaces),
    checkDoubtful(namespaces),
    checkApprovals(namespaces),
    checkScans(scans),
  ];
}

type Judged = PolicyFacts['namespaces'];

function namesOf(namespaces: Judged): string {
  return listed(namespaces.map(({ name }) => name));
}

function checkEncryption(namespaces: Judged): Line {
  const name = { area: 'policy', name: 'encryption' } as const;
  const off = namespaces.filter(({ encryption }) => encryption === 'off');
  return off.length === 0
    ? pass(name, 'on in every namespace')
    : warn(name, `switched off: ${namesOf(off)}`, 'strongroom ns set NAMESPACE --encryption on');
}

function admits(trust: NamespaceTrust, outcome: ScanOutcome): boolean {
  return (
    trust.enter[outcome] === 'allow' || trust.fetch[outcome] === 'allow' || trust.serve[outcome] === 'allow'
  );
}

function checkMalicious(namespaces: Judged): Line {
  const name = { area: 'policy', name: 'malicious-files' } as const;
  const open = namespaces.filter(({ trust }) => admits(trust, 'malicious'));
  return open.length === 0
    ? pass(name, 'refused or held back everywhere')
    : fail(
        name,
        `let in or handed out: ${namesOf(open)}`,
        'strongroom trust set NAMESPACE --enter malicious=refuse --fetch malicious=refuse --serve malicious=refuse',
      );
}

const DOUBTFUL: readonly ScanOutcome[] = ['suspicious', 'inconclusive', 'unknown'];

function checkDoubtful(namespaces: Judged): Line {
  const name = { area: 'policy', name: 'doubtful-files' } as const;
  const open = namespaces.filter(({ trust }) => DOUBTFUL.some((outcome) => admits(trust, outcome)));
  return open.length === 0
    ? pass(name, 'wait for people everywhere')
    : warn(
        name,
        `suspicious, unknown or inconclusive files come in: ${namesOf(open)}`,
        'strongroom trust set NAMESPACE --enter suspicious=quarantine --enter unknown=quarantine',
      );
}

function checkApprovals(namespaces: Judged): Line {
  const name = { area: 'policy', name: 'approvals' } as const;
  const single = namespaces.filter(({ trust }) => trust.approvals === 1);
  return single.length === 0
    ? pass(name, 'two people release what is held back')
    : warn(
        name,
        `one person alone releases what is held back: ${namesOf(single)}`,
        'strongroom trust set NAMESPACE --approvals 2',
      );
}

function checkScans({ staleFiles, staleVersions }: ScansStatus): Line {
  const name = { area: 'policy', name: 'scans' } as const;
  return staleFiles === 0
    ? pass(name, 'every stored file was scanned by the rules in force')
    : warn(
        name,
        `${staleFiles} files of ${staleVersions} versions were not scanned by the rules in force`,
        'strongroom scans rescan --all',
      );
}
