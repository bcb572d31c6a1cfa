import type { Command } from 'commander';
import { parseVersionRef } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { formatDocument } from '../document.ts';
import { answer } from '../result.ts';
import { parseChoice } from '../values.ts';

const KINDS = ['scan', 'test-result', 'bom', 'provenance'] as const;

/** `attest`: what can be said of a version to somebody who was not there. */
export function attestCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'attest',
    args: '<version>',
    usage: '[options] MODEL[:ALIAS|@N]',
    summary: 'print the scan, bill of materials or provenance of a version, as others read them',
    more: [
      'scan, test-result and provenance are in-toto statements about the root digest that model_signing prints;',
      'bom is CycloneDX 1.7. A bundle (strongroom export-bundle) carries all of them, signed.',
    ].join('\n'),
    examples: [
      ['strongroom attest acme/churn@3 --kind bom > churn.cdx.json', 'a bill of materials'],
      ['strongroom attest acme/churn:production --json', 'all of them as one document'],
    ],
  }).option('--kind <kind>', `${KINDS.join(', ')} (default: scan)`, parseChoice(KINDS));
  return bindAct<{ readonly kind?: (typeof KINDS)[number] }>(
    command,
    runner,
    async ({ session, args, options }) => {
      const attested = await session.context.operations.attestVersion({
        home: session.homeOnly(),
        unseal: await session.unseal(),
        ref: parseVersionRef(wordAt(args, 0)),
      });
      const { subject, scan, testResult, bom, provenance } = attested;
      const chosen = { scan, 'test-result': testResult, bom, provenance }[options.kind ?? 'scan'];
      return answer({ subject, scan, testResult, bom, ...(provenance && { provenance }) }, () =>
        chosen === undefined ? 'it was not made out of another version' : formatDocument(chosen).trimEnd(),
      );
    },
  );
}
