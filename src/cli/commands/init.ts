import type { Command } from 'commander';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import { answer } from '../result.ts';
import { addSealOptions, formatAddedSeals, readSealChoice, type SealOptions } from '../root-seals.ts';
import type { Session } from '../session.ts';
import { escapeText, paint } from '../terminal.ts';

const EXAMPLES = [
  ['strongroom init', 'a home in ./strongroom-home, with a key file in it (for trying out)'],
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
      more: 'Without a choice of root seals, a key file is made inside the home.',
      examples: EXAMPLES,
    }),
  );
  return bindAct<SealOptions>(command, runner, async ({ session, options }) => {
    const home = session.homeOnly();
    const made = await session.context.operations.initHome({
      home,
      seals: await readSealChoice(session, options),
    });
    if (made.rootKeyFile !== undefined) await warnOfKeyFile(session, made.rootKeyFile);
    const words = answer({ home, ...made }, (terminal) =>
      [
        `${paint(terminal, 'good', 'made a home')} in ${escapeText(home)}`,
        formatAddedSeals(terminal, made.seals),
      ].join('\n'),
    );
    // Shares are shown this once, so that even --quiet must not drop them.
    return { ...words, isAnswer: made.seals.some((seal) => seal.shares !== undefined) };
  });
}

/** Says that a root key lies where it should not stay. */
async function warnOfKeyFile(session: Session, path: string): Promise<void> {
  await session.warn(
    `the root key lies inside the home, in ${escapeText(path)}: whoever copies the home can open it`,
  );
  await session.note('for production add another root seal and remove this one: strongroom root add --help');
}
