import { Command } from 'commander';
import { SecretBytes, utf8Bytes } from '../../bytes/index.ts';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import { readSecret } from '../given-secret.ts';
import {
  addSecretOutput,
  assertSecretPlace,
  type SecretOutput,
  secretWords,
  showOnce,
} from '../one-time-secret.ts';
import { done } from '../result.ts';

/** `account totp …`: codes of a phone as the second factor. */
export function totpCommand(runner: Runner): Command {
  return new Command('totp')
    .description('a second factor: codes of an authenticator app')
    .addCommand(beginCommand(runner))
    .addCommand(confirmCommand(runner))
    .addCommand(rmCommand(runner));
}

function beginCommand(runner: Runner): Command {
  const command = addSecretOutput(
    describeCommand({
      name: 'begin',
      summary: 'make a secret for an authenticator app',
      more: 'It counts once you have confirmed a code of it: strongroom account totp confirm.',
      examples: [
        ['strongroom account totp begin', 'shows the otpauth: address for the app'],
        ['strongroom account totp begin -o totp.uri', 'writes it into a file'],
      ],
    }),
  );
  return bindAct<SecretOutput>(command, runner, async ({ session, options }) => {
    await assertSecretPlace(session, options);
    const { uri } = await session.withApi((api) => api.account.beginTotp());
    return await showOnce(
      session,
      {
        secret: uri,
        member: 'uri',
        document: {},
        words: () => ['add it to the app, then: strongroom account totp confirm'],
      },
      options,
    );
  });
}

interface ConfirmOptions extends SecretOutput {
  readonly codeFile?: string;
}

function confirmCommand(runner: Runner): Command {
  const command = addSecretOutput(
    describeCommand({
      name: 'confirm',
      summary: 'switch the second factor on with a code of the app',
      more: 'Shows recovery codes, each good once, for the day the phone is lost.',
      examples: [
        ['strongroom account totp confirm', 'asks for the code'],
        ['strongroom account totp confirm --code-file - -o recovery-codes', 'for a script'],
      ],
    }).option('--code-file <path>', 'the code, from a file (- is standard input)'),
  );
  return bindAct<ConfirmOptions>(command, runner, async ({ session, options }) => {
    await assertSecretPlace(session, options);
    const code = await readSecret(session, {
      file: options.codeFile,
      question: 'code of the app',
      hint: 'name a file with --code-file',
    });
    const { recoveryCodes } = await session.withApi((api) =>
      api.account.confirmTotp({ code: secretWords(code).trim() }),
    );
    const codes = recoveryCodes.map((each) => secretWords(each)).join('\n');
    return await showOnce(
      session,
      {
        secret: SecretBytes.take(utf8Bytes(codes)),
        member: 'recoveryCodes',
        document: {},
        words: () => ['the second factor is on; keep these recovery codes, each is good once'],
      },
      options,
    );
  });
}

function rmCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'rm',
    summary: 'switch the second factor off, and forget the recovery codes',
    examples: [
      ['strongroom account totp rm', 'asks before'],
      ['strongroom account totp rm --yes', 'does not ask'],
    ],
  }).option('-y, --yes', 'do not ask');
  return bindAct<{ readonly yes?: boolean }>(command, runner, async ({ session, options }) => {
    await session.confirm('log in with the password alone from now on', options.yes);
    await session.withApi((api) => api.account.removeTotp());
    return done({ removed: 'totp' }, 'the second factor is off');
  });
}
