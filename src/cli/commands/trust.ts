import { Command } from 'commander';
import {
  ENTRY_RULES,
  type NamespaceName,
  type NamespaceTrust,
  type NamespaceTrustChange,
  parseNamespaceName,
  quoteForMessage,
  SCAN_OUTCOMES,
  type ScanOutcome,
  type TrustedSignerPolicy,
  USE_RULES,
} from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import type { Session } from '../session.ts';
import type { NamedCertificate } from '../signing-operations.ts';
import { type Cell, formatFields, formatTable } from '../table.ts';
import { escapeText, type Terminal } from '../terminal.ts';
import { collectWords, parseChoice } from '../values.ts';
import { trustKeysCommand } from './trust-keys.ts';
import { trustSignaturesCommand, trustSignCommand } from './trust-sign.ts';

const KEY_HINT = 'write NAME=KEY-ID; strongroom trust keys ls shows the ids';
const IDENTITY_HINT = 'write NAME=email:ADDRESS, NAME=uri:…, NAME=dns:… or NAME=subject:…';

/** `trust …`: what a namespace lets in and hands out. */
export function trustCommand(runner: Runner): Command {
  return new Command('trust')
    .description('what a namespace lets in and hands out, and who signs')
    .addCommand(showCommand(runner))
    .addCommand(setCommand(runner))
    .addCommand(trustKeysCommand(runner))
    .addCommand(trustSignCommand(runner))
    .addCommand(trustSignaturesCommand(runner));
}

function showCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'show',
    args: '<namespace>',
    usage: '[options] NAMESPACE',
    summary: 'show what a namespace trusts',
    examples: [
      ['strongroom trust show acme', 'what happens to clean, unknown, suspicious … files'],
      ['strongroom trust show acme --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session, args }) => {
    const namespace = parseNamespaceName(wordAt(args, 0));
    return session.withApi(async (api) => {
      const trust = await api.trust.get({ namespace });
      return answer({ namespace, trust }, (terminal) => formatTrust(terminal, trust));
    });
  });
}

interface SetOptions {
  readonly enter?: Readonly<Record<string, string>>;
  readonly fetch?: Readonly<Record<string, string>>;
  readonly serve?: Readonly<Record<string, string>>;
  readonly approvals?: '1' | '2';
  readonly signatures?: number;
  readonly signer?: readonly string[];
  readonly signerIdentity?: readonly string[];
  readonly root?: readonly string[];
  readonly yes?: boolean;
}

function setCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'set',
    args: '<namespace>',
    usage: '[options] NAMESPACE',
    summary: 'change what a namespace trusts, from now on',
    more: `OUTCOME is one of ${SCAN_OUTCOMES.join(', ')}. What may enter may be fetched and served, unless it is said otherwise.`,
    examples: [
      [
        'strongroom trust set acme --enter unknown=allow --enter malicious=quarantine',
        'files that no reader knows come in, dangerous ones are kept for inspection',
      ],
      [
        'strongroom trust set acme --signatures 1 --signer ada=KEY-ID --signer bob=KEY-ID',
        'one of two people must have signed a version',
      ],
      [
        'strongroom trust set acme --signatures 1 --root ca.pem --signer-identity ml=email:ml@acme.example',
        'whoever has a certificate for that address',
      ],
      ['strongroom trust set lab --approvals 1', 'one person alone may release; asks before'],
    ],
  })
    .option('--enter <outcome=rule>', `${ENTRY_RULES.join(', ')} (repeatable)`, collectRules)
    .option('--fetch <outcome=rule>', `${USE_RULES.join(' or ')} (repeatable)`, collectRules)
    .option('--serve <outcome=rule>', `${USE_RULES.join(' or ')} (repeatable)`, collectRules)
    .option('--approvals <count>', 'people it takes to release a version', parseChoice(['1', '2'] as const))
    .option('--signatures <count>', 'how many of the signers must have signed', parseSignatures)
    .option(
      '--signer <name=key>',
      'who may sign, by the id of a key; these replace the signers before (repeatable)',
      collectWords,
    )
    .option(
      '--signer-identity <name=identity>',
      'who may sign, by a name in a certificate under a --root: email:…, uri:…, dns:… or subject:… (repeatable)',
      collectWords,
    )
    .option(
      '--root <file>',
      'root certificates, PEM; these replace the roots before (repeatable)',
      collectWords,
    )
    .option('-y, --yes', 'do not ask before the policy becomes weaker than it should be');
  return bindAct<SetOptions>(command, runner, async ({ session, args, options }) => {
    const namespace = parseNamespaceName(wordAt(args, 0));
    const roots = await session.context.operations.readCertificates(options.root ?? []);
    const change = readChange(options, roots);
    await confirmWeakness(session, { namespace, change, isGiven: options.yes });
    const trust = await session.withApi((api) => api.trust.set({ namespace, change }));
    return done({ namespace, trust }, `updated what ${namespace} trusts`);
  });
}

function readChange(options: SetOptions, roots: readonly NamedCertificate[]): NamespaceTrustChange {
  const { enter, serve, approvals, signatures, signer, signerIdentity } = options;
  const change = {
    ...(enter && { enter: readRules(enter, ENTRY_RULES) }),
    ...(options.fetch && { fetch: readRules(options.fetch, USE_RULES) }),
    ...(serve && { serve: readRules(serve, USE_RULES) }),
    ...(approvals && { approvals: approvals === '1' ? (1 as const) : (2 as const) }),
    ...(signatures !== undefined && { requiredSignatures: signatures }),
    ...((signer ?? signerIdentity) && { signers: readSigners(options, roots) }),
    ...(options.root && { roots: roots.map(({ der }) => der) }),
  };
  if (Object.keys(change).length > 0) return change;
  throw new StrongroomError('INPUT_INVALID', 'nothing to set', {
    hint: 'use --enter, --fetch, --serve, --approvals, --signatures, --signer, --signer-identity or --root',
  });
}

/** `ada=KEY` and `ada=OTHER-KEY` are one signer with two keys; an identity counts under each of the roots given. */
function readSigners(
  { signer = [], signerIdentity = [] }: SetOptions,
  roots: readonly NamedCertificate[],
): readonly TrustedSignerPolicy[] {
  if (signerIdentity.length > 0 && roots.length === 0) {
    throw new StrongroomError('INPUT_INVALID', 'an identity under which root?', {
      hint: 'name the file of the root certificate with --root',
    });
  }
  const keys = signer.map((word) => readPair(word, /^([^=]+)=([0-9a-f]{64})$/, KEY_HINT));
  const identities = signerIdentity.map((word) =>
    readPair(word, /^([^=]+)=((?:email|uri|dns|subject):.+)$/, IDENTITY_HINT),
  );
  const names = new Set([...keys, ...identities].map(({ name }) => name));
  return [...names].map((name) => ({
    name,
    keys: keys.flatMap((each) => (each.name === name ? [each.value] : [])),
    certificates: identities
      .filter((each) => each.name === name)
      .flatMap(({ value }) => roots.map(({ fingerprint }) => ({ root: fingerprint, identity: value }))),
  }));
}

function readPair(
  word: string,
  form: RegExp,
  hint: string,
): { readonly name: string; readonly value: string } {
  const [, name, value] = form.exec(word) ?? [];
  if (name !== undefined && value !== undefined) return { name, value };
  throw new StrongroomError('INPUT_INVALID', `not a signer: ${quoteForMessage(word)}`, { hint });
}

function parseSignatures(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  throw new StrongroomError('INPUT_INVALID', `not a number of signatures: ${quoteForMessage(text)}`, {
    hint: 'give a whole number; 0 asks for none',
  });
}

function collectRules(text: string, previous: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  return { ...previous, [text.slice(0, Math.max(at, 0))]: text.slice(at + 1) };
}

function readRules<Rule extends string>(
  words: Readonly<Record<string, string>>,
  rules: readonly Rule[],
): Partial<Record<ScanOutcome, Rule>> {
  const read: Partial<Record<ScanOutcome, Rule>> = {};
  for (const [word, text] of Object.entries(words)) {
    const outcome = SCAN_OUTCOMES.find((candidate) => candidate === word);
    const rule = rules.find((candidate) => candidate === text);
    if (outcome === undefined || rule === undefined) {
      throw new StrongroomError('INPUT_INVALID', `not a rule: ${quoteForMessage(`${word}=${text}`)}`, {
        hint: `write OUTCOME=RULE with ${SCAN_OUTCOMES.join(', ')} and ${rules.join(', ')}`,
      });
    }
    read[outcome] = rule;
  }
  return read;
}

/** Says aloud what becomes possible, and asks where one person or a dangerous file would be enough. */
async function confirmWeakness(
  session: Session,
  asked: {
    readonly namespace: NamespaceName;
    readonly change: NamespaceTrustChange;
    readonly isGiven: boolean | undefined;
  },
): Promise<void> {
  const { namespace, change, isGiven } = asked;
  if (change.approvals === 1) {
    await session.warn(`ONE PERSON ALONE can then release what the policy of ${namespace} holds back`);
    await session.confirm('ask no second person', isGiven);
  }
  const rules = [change.enter, change.fetch, change.serve];
  if (rules.some((rule) => rule?.malicious === 'allow')) {
    await session.warn(`${namespace} will then let in or hand out files THAT ARE KNOWN TO BE DANGEROUS`);
    await session.confirm('trust malicious files', isGiven);
  }
}

function formatTrust(terminal: Terminal, trust: NamespaceTrust): string {
  const used = (use: 'fetch' | 'serve', outcome: ScanOutcome): string =>
    trust[use][outcome] ?? (trust.enter[outcome] === 'allow' ? 'allow' : 'refuse');
  const table = formatTable(
    terminal,
    [
      { heading: 'a file that is' },
      { heading: 'enters' },
      { heading: 'is fetched' },
      { heading: 'is served' },
    ],
    SCAN_OUTCOMES.map((outcome): Cell[] => [
      outcome,
      trust.enter[outcome],
      used('fetch', outcome),
      used('serve', outcome),
    ]),
  );
  const fields = formatFields(terminal, [
    ['release takes', trust.approvals === 1 ? { text: 'one person', tone: 'warning' } : 'two people'],
    ['signatures asked', String(trust.requiredSignatures)],
    ['signers', trust.signers.map(tellSigner).join(', ') || undefined],
  ]);
  return `${table}\n\n${fields}`;
}

/** `ada`, or `ml (email:ml@acme.example)` for one who signs under certificates. */
function tellSigner({ name, certificates }: TrustedSignerPolicy): string {
  const identities = [...new Set(certificates.map(({ identity }) => identity))];
  return escapeText(identities.length === 0 ? name : `${name} (${identities.join(', ')})`);
}
