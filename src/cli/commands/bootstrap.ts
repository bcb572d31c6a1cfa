import type { Command } from 'commander';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { addContactOptions, type ContactOptions, meetServer, rememberLogIn } from '../first-contact.ts';
import { readNewSecret, readToken } from '../given-secret.ts';
import { done } from '../result.ts';

interface BootstrapOptions extends ContactOptions {
  readonly tokenFile?: string;
  readonly passwordFile?: string;
}

/** `bootstrap`: makes the first administrator. */
export function bootstrapCommand(runner: Runner): Command {
  const command = addContactOptions(
    describeCommand({
      name: 'bootstrap',
      args: '<name>',
      usage: '[options] NAME',
      summary: 'make the first administrator of a server',
      more: 'With the token that serve shows once, when it first starts. You are logged in after that.',
      examples: [
        [
          'strongroom bootstrap root --server https://localhost:8443',
          'asks for the token and a new password',
        ],
        [
          'strongroom bootstrap root --server https://localhost:8443 --token-file t --password-file p --pin 3a7b…',
          'for a script',
        ],
      ],
    }),
  )
    .option('--token-file <path>', 'the token of serve, from a file (- is standard input)')
    .option('--password-file <path>', 'the new password, from a file');
  return bindAct<BootstrapOptions>(command, runner, async ({ session, args, options }) => {
    const met = await meetServer(session, options);
    try {
      const token = await readToken(session, {
        file: options.tokenFile,
        question: 'bootstrap token that serve has shown',
        hint: 'name a file with --token-file',
      });
      const password = await readNewSecret(session, {
        file: options.passwordFile,
        question: 'new password',
        hint: 'name a file with --password-file',
      });
      const logIn = await met.identity.bootstrap({ token, name: wordAt(args, 0), password });
      await rememberLogIn(session, met, logIn);
      const { principal } = logIn;
      return done(
        { server: met.server, principal },
        `${principal} is the first administrator of ${met.server}, and logged in`,
      );
    } finally {
      await met.close();
    }
  });
}
