import { Command } from 'commander';
import { type Passphrase, SecretBytes, utf8Bytes } from '../../bytes/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import type { Session } from '../session.ts';
import { type Cell, formatTable } from '../table.ts';
import { escapeText } from '../terminal.ts';

interface SetOptions {
  readonly fromFile?: string;
  readonly fromEnv?: string;
  readonly write?: boolean;
}

/** `secret …`: the settings that are secret. */
export function secretCommand(runner: Runner): Command {
  return new Command('secret')
    .description('seal secrets for the configuration, and see where they come from')
    .addCommand(setCommand(runner))
    .addCommand(lsCommand(runner))
    .addCommand(rmCommand(runner));
}

function setCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'set',
    args: '<name>',
    usage: '[options] NAME',
    summary: 'seal the secret of a setting, so that it can stand in the configuration',
    more: 'The secret is asked for, or read from a file or a variable; only this home opens it, for this setting.',
    examples: [
      ['strongroom secret set oidc.corp.client_secret', 'asks for it, prints sealed:…'],
      ['strongroom secret set oidc.corp.client_secret --from-file s --write', 'puts it into config.toml'],
      ['strongroom secret set oidc.corp.client_secret --from-env SECRET', 'from a variable'],
    ],
  })
    .option('--from-file <path>', 'read it from a file (- is standard input)')
    .option('--from-env <name>', 'read it from a variable of the environment')
    .option('-w, --write', 'write it into the configuration file of the home');
  return bindAct<SetOptions>(command, runner, async ({ session, args, options }) => {
    const name = wordAt(args, 0);
    const { home } = session.options;
    const { operations } = session.context;
    // Before a person is asked for a secret that has no place.
    await operations.assertSecretSetting({ home, name });
    using secret = await readSecret(session, name, options);
    const value = await operations.sealSecret({ home, unseal: await session.unseal(), name, secret });
    if (options.write !== true) return answer({ name, value }, () => value);
    await operations.writeSecret({ home, name, value });
    return done({ name, value }, `sealed ${escapeText(name)} in the configuration file`);
  });
}

async function readSecret(session: Session, name: string, options: SetOptions): Promise<SecretBytes> {
  const { fromFile, fromEnv } = options;
  if (fromFile !== undefined && fromEnv !== undefined)
    throw new StrongroomError('INPUT_INVALID', 'the secret comes from a file or from a variable, not both');
  if (fromFile !== undefined) return SecretBytes.take(utf8Bytes(await session.secrets.readText(fromFile)));
  if (fromEnv !== undefined) {
    const text = session.context.env[fromEnv];
    if (text !== undefined && text !== '') return SecretBytes.take(utf8Bytes(text));
    throw new StrongroomError('INPUT_INVALID', `the variable ${escapeText(fromEnv)} is not set`);
  }
  const typed = await session.secrets.askNew(`secret of ${escapeText(name)}`, 'name it with --from-file');
  return bytesOf(typed);
}

function bytesOf(typed: Passphrase): SecretBytes {
  const secret = SecretBytes.copyOf(typed.expose());
  typed.wipe();
  return secret;
}

function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    summary: 'list the settings that are secret: where each comes from, and whether it can be read',
    examples: [
      ['strongroom secret ls', 'never shows a secret'],
      ['strongroom secret ls --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, async ({ session }) => {
    const { home } = session.options;
    const secrets = await session.context.operations.listSecrets({ home, unseal: await session.unseal() });
    return answer({ secrets }, (terminal) =>
      secrets.length === 0
        ? 'no setting is secret'
        : formatTable(
            terminal,
            [{ heading: 'setting' }, { heading: 'source' }, { heading: 'state', isFlexible: true }],
            secrets.map(({ name, source, isReadable, problem }): Cell[] => [
              name,
              escapeText(source),
              isReadable ? 'ok' : (problem?.message ?? 'not set'),
            ]),
          ),
    );
  });
}

function rmCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'rm',
    args: '<name>',
    usage: '[options] NAME',
    summary: 'take a secret out of the configuration file',
    examples: [
      ['strongroom secret rm oidc.corp.client_secret', 'asks before'],
      ['strongroom secret rm oidc.corp.client_secret --yes', 'does not ask'],
    ],
  }).option('-y, --yes', 'do not ask');
  return bindAct<{ readonly yes?: boolean }>(command, runner, async ({ session, args, options }) => {
    const name = wordAt(args, 0);
    const { home } = session.options;
    await session.context.operations.assertSecretSetting({ home, name });
    await session.confirm(`take ${escapeText(name)} out of the configuration file`, options.yes);
    await session.context.operations.writeSecret({ home, name, value: undefined });
    return done({ removed: name }, `removed ${escapeText(name)} from the configuration file`);
  });
}
