import type { Command } from 'commander';
import { concatBytes, utf8Bytes } from '../../bytes/index.ts';
import { bindAct, describeCommand, type Runner } from '../command.ts';
import { answer } from '../result.ts';
import { oneChunk } from '../root-seals.ts';
import { escapeText } from '../terminal.ts';

/** `keygen`: a key pair so that somebody can seal files for you. */
export function keygenCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'keygen',
    summary: 'make a key pair, so that others can seal files for you',
    more: 'Give away the recipient (age1pq1…); keep the file. X25519 and ML-KEM-768 together: safe if either holds.',
    examples: [
      ['strongroom keygen -o me.key', 'the secret key in me.key (mode 0600), the recipient on the screen'],
      ['strongroom keygen -o me.key --json | jq -r .recipient', 'the recipient for a script'],
    ],
  })
    .requiredOption('-o, --output <path>', 'where the secret key goes; never replaced')
    .option('--recipient-output <path>', 'also write the recipient to a file, to be given away');
  return bindAct<{ readonly output: string; readonly recipientOutput?: string }>(
    command,
    runner,
    async ({ session, options }) => {
      const { operations } = session.context;
      const { recipient, identity } = operations.newKeyPair();
      const content = concatBytes(
        utf8Bytes(`# recipient: ${recipient}\n`),
        identity.expose(),
        utf8Bytes('\n'),
      );
      identity.wipe();
      await operations.writeFile({ path: options.output, force: false }, oneChunk(content));
      content.fill(0);
      if (options.recipientOutput !== undefined) {
        const place = { path: options.recipientOutput, force: false };
        await operations.writeFile(place, oneChunk(utf8Bytes(`${recipient}\n`)));
      }
      await session.note(
        `secret key in ${escapeText(options.output)}; give away the recipient, keep the file`,
      );
      return answer({ recipient, path: options.output }, () => recipient);
    },
  );
}
