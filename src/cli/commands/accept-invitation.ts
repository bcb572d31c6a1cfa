import type { Command } from 'commander';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import {
  addContactOptions,
  type ContactOptions,
  meetServer,
  rememberLogIn,
  withFactor,
} from '../first-contact.ts';
import { readNewSecret, readToken } from '../given-secret.ts';
import { done } from '../result.ts';

interface AcceptOptions extends ContactOptions {
  readonly tokenFile?: string;
  readonly passwordFile?: string;
  readonly codeFile?: string;
}

/** `accept-invitation`: the password of a user who was invited, or whose password was reset. */
export function acceptInvitationCommand(runner: Runner): Command {
  const command = addContactOptions(
    describeCommand({
      name: 'accept-invitation',
      summary: 'choose your password with an invitation, and log in',
      examples: [
        ['strongroom accept-invitation --server https://models.example.org:8443', 'asks for both'],
        [
          'strongroom accept-invitation --server https://localhost:8443 --token-file ada.invitation --password-file p',
          'for a script',
        ],
      ],
    }),
  )
    .option('--token-file <path>', 'the invitation, from a file (- is standard input)')
    .option('--password-file <path>', 'the new password, from a file')
    .option('--code-file <path>', 'the code of your second factor, from a file');
  return bindAct<AcceptOptions>(command, runner, async ({ session, options }) => {
    const met = await meetServer(session, options);
    try {
      const token = await readToken(session, {
        file: options.tokenFile,
        question: 'invitation (sri_…)',
        hint: 'name a file with --token-file',
      });
      const password = await readNewSecret(session, {
        file: options.passwordFile,
        question: 'new password',
        hint: 'name a file with --password-file',
      });
      const answer = await met.identity.acceptInvitation({ token, password });
      const logIn = await withFactor(session, met.identity, { answer, codeFile: options.codeFile });
      await rememberLogIn(session, met, logIn);
      const { principal } = logIn;
      return done({ server: met.server, principal }, `logged in to ${met.server} as ${principal}`);
    } finally {
      await met.close();
    }
  });
}
