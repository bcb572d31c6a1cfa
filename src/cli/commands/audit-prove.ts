import type { Command } from 'commander';
import type { AuditProof } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done, type Result } from '../result.ts';
import type { Session } from '../session.ts';
import { escapeText } from '../terminal.ts';
import { given, type KeyOptions, withKeys } from './audit-verify.ts';

interface OutputOptions {
  readonly output?: string;
}

interface ProveOptions extends OutputOptions {
  readonly request?: string;
}

/** `audit prove`: a file that proves one entry. */
export function proveCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'prove',
    args: '[place]',
    summary: 'write a proof that an entry stands in the record, to be verified without it',
    more: 'PLACE is the number that audit tail and audit search show. The file is a C2SP tlog-proof.',
    examples: [
      ['strongroom audit prove 1204 -o 1204.tlog-proof', 'entry 1204'],
      [
        'strongroom audit prove --request 01J9Z… -o receipt.tlog-proof',
        'an act of your own, by its request id',
      ],
    ],
  })
    .option('--request <id>', 'an act of your own, by the id of its request')
    .option('-o, --output <path>', 'where the proof goes (default: standard output)');
  return bindAct<ProveOptions>(command, runner, ({ session, args, options }) => {
    const [place] = args;
    const { request } = options;
    if ((place === undefined) === (request === undefined))
      throw new StrongroomError('INPUT_INVALID', 'name a place or a request', {
        hint: 'strongroom audit prove 1204, or --request ID',
      });
    return session.withApi(async (api) => {
      const proof: AuditProof =
        request === undefined
          ? await api.audit.prove({ index: parsePlace(place) })
          : await api.audit.receipt({ requestId: request });
      return await written(session, proof.proof, { ...options, json: { ...proof } });
    });
  });
}

/** `audit verify-proof`: checks such a file, without a home. */
export function verifyProofCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'verify-proof',
    args: '<file>',
    summary: 'check a proof of an entry, without a home, and print the entry',
    examples: [
      ['strongroom audit verify-proof 1204.tlog-proof --key "$KEY"', 'with the key that was written down'],
      [
        'strongroom audit verify-proof 1204.tlog-proof --key "$KEY" --witness "$WITNESS"',
        'and a witness must have signed its checkpoint',
      ],
    ],
  });
  return bindAct<KeyOptions>(withKeys(command), runner, async ({ session, args, options }) => {
    const file = wordAt(args, 0);
    const proof = await session.context.operations.verifyAuditProof({ file, ...given(options) });
    const { origin, index, size, entry } = proof;
    return answer({ ...proof }, () =>
      [`proved: entry ${index} of ${size} of ${escapeText(origin)}`, ...linesOf(entry).map(escapeText)].join(
        '\n',
      ),
    );
  });
}

/** `audit consistency`: a file that proves an older checkpoint to be the beginning of the record. */
export function consistencyCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'consistency',
    args: '<from>',
    summary: 'write a proof that the record only grew since an older checkpoint',
    more: 'FROM is a checkpoint file, or its size. A witness takes the file (C2SP tlog-witness, add-checkpoint).',
    examples: [
      ['strongroom audit consistency 1000 -o growth', 'since the log had 1,000 entries'],
      ['strongroom audit consistency ./last-month/checkpoint -o growth', 'since an exported one'],
    ],
  }).option('-o, --output <path>', 'where the proof goes (default: standard output)');
  return bindAct<OutputOptions>(command, runner, async ({ session, args, options }) => {
    const from = wordAt(args, 0);
    const { operations } = session.context;
    const size = /^\d+$/.test(from) ? Number(from) : await operations.checkpointSize(from);
    return session.withApi(async (api) => {
      const growth = await api.audit.consistency({ size });
      return await written(session, growth, { ...options, json: { size, growth } });
    });
  });
}

/** `audit verify-consistency`: checks such a file, without a home. */
export function verifyConsistencyCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'verify-consistency',
    args: '<file>',
    summary: 'check, without a home, that a record only grew since a checkpoint',
    examples: [
      [
        'strongroom audit verify-consistency growth --from ./last-month/checkpoint --key "$KEY"',
        'with the key that was written down',
      ],
      [
        'strongroom audit verify-consistency growth --from old-checkpoint --key "$KEY" --witness "$WITNESS"',
        'and a witness must have signed the newer one',
      ],
    ],
  }).requiredOption('--from <path>', 'the older checkpoint');
  return bindAct<KeyOptions & { readonly from: string }>(
    withKeys(command),
    runner,
    async ({ session, args, options }) => {
      const { operations } = session.context;
      const { from } = options;
      const grown = await operations.verifyGrowth({ file: wordAt(args, 0), from, ...given(options) });
      return answer(
        { ...grown },
        () => `consistent: ${escapeText(grown.origin)} grew from ${grown.from} to ${grown.to} entries`,
      );
    },
  );
}

/** A text of the answer, into a file where one is named. */
export async function written(
  session: Session,
  text: string,
  { output, json }: OutputOptions & { readonly json: Result['json'] },
): Promise<Result> {
  if (output === undefined) return answer(json, () => text.replace(/\n$/, ''));
  await session.context.operations.writeText({ path: output, text });
  return done({ path: output, ...json }, `wrote ${escapeText(output)}`);
}

function linesOf(entry: unknown): readonly string[] {
  return (typeof entry === 'string' ? entry : JSON.stringify(entry, undefined, 2)).split('\n');
}

function parsePlace(text: string | undefined): number {
  if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text);
  throw new StrongroomError('INPUT_INVALID', 'not a place in the record', {
    hint: 'the number that strongroom audit tail shows',
  });
}
