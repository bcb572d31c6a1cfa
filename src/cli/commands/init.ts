import type { Command } from 'commander';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import { answer } from '../result.ts';
import {
  addSealOptions,
  formatAddedSeals,
  hasSealChoice,
  readSealChoice,
  type SealOptions,
} from '../root-seals.ts';
import type { Session } from '../session.ts';
import { escapeText, paint } from '../terminal.ts';

const EXAMPLES = [
  ['strongroom init', 'a home in ./strongroom-home, with a key file beside it (for trying out)'],
  ['strongroom --home /srv/models init --passphrase', 'a home that asks for a passphrase'],
  ['strongroom init --shares 2/3', 'any two of three people can open it'],
  ['strongroom init --key-file /mnt/usb/root.key --passphrase', 'two root seals, either of which opens it'],
] as const;

/** `init`: makes a home under the root seals that were chosen, or a key file beside it. */
export function initCommand(runner: Runner): Command {
  const command = addSealOptions(
    describeCommand({
      name: 'init',
      summary: 'make a home for models',
      more: 'Without a choice of root seals, a key file is made beside the home.',
      examples: EXAMPLES,
    }),
  );
  return bindAct<SealOptions>(command, runner, async ({ session, options }) => {
    const { home } = session.options;
    const { operations } = session.context;
    const chosen = hasSealChoice(options)
      ? options
      : { ...options, keyFile: session.options.rootKeyFile ?? operations.defaultKeyFile(home) };
    const made = await operations.initHome({ home, seals: await readSealChoice(session, chosen) });
    const keyFile = chosen.keyFile === undefined ? {} : { keyFile: chosen.keyFile };
    if (!hasSealChoice(options)) await warnOfKeyFile(session, chosen.keyFile ?? '');
    return answer({ home, ...made, ...keyFile }, (terminal) =>
      [
        `${paint(terminal, 'good', 'made a home')} in ${escapeText(home)}`,
        ...(chosen.keyFile === undefined ? [] : [`key file ${escapeText(chosen.keyFile)}`]),
        formatAddedSeals(terminal, made.seals),
      ].join('\n'),
    );
  });
}

async function warnOfKeyFile(session: Session, path: string): Promise<void> {
  await session.warn(
    `whoever has ${escapeText(path)} opens this home, and without it nobody does: move it to another disk, keep a copy, ` +
      'and for production add another root seal (strongroom root add --help)',
  );
}
