import type { Command } from 'commander';
import type { SystemStatus } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import { answer } from '../result.ts';
import { formatFields } from '../table.ts';
import { escapeText, paint, type Terminal } from '../terminal.ts';
import { formatBytes, formatCount } from '../units.ts';

/** `status`: what the home holds, and what its owner should know. */
export function statusCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'status',
    summary: 'show what a home holds, and warnings',
    examples: [
      ['strongroom status', 'the home in ./strongroom-home'],
      ['strongroom --home /srv/models status --json', 'the same as a document'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const status = await api.system.status();
      const { home, server } = session.options;
      const place = server === undefined ? ({ home } as const) : ({ server } as const);
      return answer({ ...place, status }, (terminal) => formatStatus(terminal, place, status));
    }),
  );
}

/** Only when something of it is to be known. */
function scanFields({ scans }: SystemStatus): [string, string][] {
  const { rescan, staleVersions } = scans;
  return [
    ...(staleVersions === 0
      ? []
      : [['not scanned', formatCount(staleVersions, 'version')] as [string, string]]),
    ...(rescan === undefined
      ? []
      : [['rescan', `${rescan.state}, ${formatCount(rescan.scanned, 'file')} scanned`] as [string, string]]),
  ];
}

function formatStatus(
  terminal: Terminal,
  place: { readonly home: string } | { readonly server: string },
  status: SystemStatus,
): string {
  const fields = formatFields(terminal, [
    ...Object.entries(place),
    ['vault', status.vault],
    ['format', String(status.formatVersion)],
    ['namespaces', String(status.namespaces)],
    ['models', String(status.models)],
    ['versions', String(status.versions)],
    ['content', formatBytes(status.logicalBytes)],
    ['stored', `${formatBytes(status.storedBytes)} in ${status.blobs} blobs`],
    ...scanFields(status),
    ['root seals', status.rootSeals.map((seal) => seal.kind).join(', ')],
  ]);
  const warnings = status.warnings.map(
    (text) => `${paint(terminal, 'warning', 'warning:')} ${escapeText(text)}`,
  );
  return [fields, ...warnings].join('\n');
}
