import type { Command } from 'commander';
import { parseFilePath, parseVersionRef, quoteForMessage, type VersionSignature } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import { oneChunk } from '../root-seals.ts';
import { readSignatures } from '../signature-files.ts';
import { type Cell, formatTable } from '../table.ts';
import { escapeText, type Terminal } from '../terminal.ts';
import { formatCount, formatInstant } from '../units.ts';
import { collectWords } from '../values.ts';

/** Characters of an id that are shown, and that name a file: enough to tell signatures apart. */
const SHOWN_CHARS = 16;

interface SignOptions {
  readonly keyId?: string;
  readonly signature?: readonly string[];
}

/** `trust sign`: a signature for a stored version. */
export function trustSignCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'sign',
    args: '<version>',
    usage: '[options] MODEL@N',
    summary: 'sign a stored version, or add a signature that was made elsewhere',
    more: 'It is made from the digests that are stored; the model is not read again.',
    examples: [
      ['strongroom trust sign acme/churn@3 --key-id ID', 'with a key of the home'],
      ['strongroom trust sign acme/churn@3 --signature model.sig', 'what somebody else signed'],
    ],
  })
    .option('--key-id <id>', 'the key to sign with; strongroom trust keys ls shows the ids')
    .option('--signature <file>', 'a signature file to add (repeatable)', collectWords);
  return bindAct<SignOptions>(command, runner, async ({ session, args, options }) => {
    const { model, version } = parseVersionRef(wordAt(args, 0));
    const { keyId } = options;
    const given = await readSignatures(session, options.signature);
    if (version === undefined || (keyId === undefined) === (given === undefined)) {
      throw new StrongroomError('INPUT_INVALID', `sign ${quoteForMessage(wordAt(args, 0))} with what?`, {
        hint: 'name the version by its number, and either --key-id or --signature',
      });
    }
    return session.withApi(async (api) => {
      const signatures: VersionSignature[] = [];
      if (keyId !== undefined) signatures.push(await api.signatures.sign({ model, version, keyId }));
      for (const content of given ?? [])
        signatures.push(await api.signatures.add({ model, version, content }));
      const by = signatures.map(({ signer }) => signer ?? 'somebody whom the policy does not name');
      return done(
        { signatures: signatures.map(shownSignature) },
        `signed ${model}@${version} by ${by.map((each) => escapeText(each)).join(', ')}`,
      );
    });
  });
}

/** `trust signatures`: who has signed a version. */
export function trustSignaturesCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'signatures',
    args: '<version>',
    usage: '[options] MODEL[:ALIAS|@N]',
    summary: 'show who has signed a version, and write the signatures as files',
    examples: [
      ['strongroom trust signatures acme/churn@3', 'who, when, and whether it counts'],
      ['strongroom trust signatures acme/churn@3 -o signatures', 'as files, for other tools'],
    ],
  }).option('-o, --output <folder>', 'folder to write them to');
  return bindAct<{ readonly output?: string }>(command, runner, ({ session, args, options }) => {
    const ref = parseVersionRef(wordAt(args, 0));
    const { output } = options;
    return session.withApi(async (api) => {
      const signatures = await api.signatures.list(ref);
      if (output !== undefined) {
        const files = signatures.map(({ id, content }) => ({
          path: parseFilePath(`${id.slice(0, SHOWN_CHARS)}.sig`),
          read: () => oneChunk(content),
        }));
        await session.context.operations.writeFolder({ path: output, force: false }, files);
        const news = `wrote ${formatCount(files.length, 'signature')} to ${escapeText(output)}`;
        return done({ signatures: signatures.map(shownSignature), path: output }, news);
      }
      return answer({ signatures: signatures.map(shownSignature) }, (terminal) =>
        formatSignatures(terminal, signatures),
      );
    });
  });
}

function shownSignature({ content: _content, ...shown }: VersionSignature) {
  return shown;
}

function formatSignatures(terminal: Terminal, signatures: readonly VersionSignature[]): string {
  if (signatures.length === 0) return 'nobody has signed it';
  return formatTable(
    terminal,
    [
      { heading: 'signature' },
      { heading: 'signer' },
      { heading: 'since (UTC)' },
      { heading: 'added by' },
      { heading: 'does not count, because', isFlexible: true },
    ],
    signatures.map((each): Cell[] => [
      each.id.slice(0, SHOWN_CHARS),
      each.signer === undefined ? '' : { text: each.signer, tone: 'good' },
      formatInstant(each.addedAt),
      each.addedBy,
      { text: each.reason ?? '', tone: 'warning' },
    ]),
  );
}
