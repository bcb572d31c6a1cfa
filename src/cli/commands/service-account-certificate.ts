import { Command } from 'commander';
import type { ClientCertificate } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, done } from '../result.ts';
import { readPublicFile } from '../signature-files.ts';
import { formatTable } from '../table.ts';
import { escapeText } from '../terminal.ts';
import { formatInstant } from '../units.ts';

/** `service-account certificate …`: client certificates that stand for service accounts. */
export function certificateCommand(runner: Runner): Command {
  return new Command('certificate')
    .description('list, bind and unbind client certificates that stand for service accounts')
    .addCommand(lsCommand(runner))
    .addCommand(bindCommand(runner))
    .addCommand(unbindCommand(runner));
}

function lsCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'ls',
    summary: 'list bound client certificates',
    examples: [
      ['strongroom service-account certificate ls', 'whom each stands for, and until when'],
      ['strongroom service-account certificate ls --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, ({ session }) =>
    session.withApi(async (api) => {
      const certificates = await api.clientCertificates.list();
      return answer({ certificates }, (terminal) =>
        certificates.length === 0
          ? 'no certificate stands for a service account'
          : formatTable(terminal, HEADINGS, certificates.map(rowOf)),
      );
    }),
  );
}

/** One certificate is far smaller. */
const MAX_CERTIFICATE_BYTES = 16_384;

const HEADINGS = ['id', 'account', 'until (UTC)', 'SHA-256'].map((heading) => ({ heading }));

function rowOf({ id, principal, expiresAt, fingerprint }: ClientCertificate): readonly string[] {
  return [id, principal, formatInstant(expiresAt), fingerprint];
}

function bindCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'bind',
    args: '<name> <file>',
    usage: '[options] NAME FILE',
    summary: 'let whoever shows a certificate over TLS be a service account',
    more: 'FILE is the certificate alone (PEM). The server asks for certificates when server.client_authority_file is set.',
    examples: [
      ['strongroom tls client shop --authority ./authority', 'makes one'],
      ['strongroom service-account certificate bind shop shop.crt', 'binds it'],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const serviceAccount = wordAt(args, 0);
    const bytes = await readPublicFile(session, wordAt(args, 1), MAX_CERTIFICATE_BYTES);
    const certificate = await session.withApi((api) =>
      api.clientCertificates.bind({ serviceAccount, certificate: bytes }),
    );
    return done(
      { certificate },
      `${certificate.fingerprint} stands for ${escapeText(certificate.principal)} until ${formatInstant(certificate.expiresAt)}`,
    );
  });
}

function unbindCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'unbind',
    args: '<id>',
    usage: '[options] ID',
    summary: 'end that a certificate stands for a service account, at once',
    examples: [
      ['strongroom service-account certificate unbind 2Yk…', 'the id that ls shows'],
      ['strongroom service-account certificate unbind 2Yk… --json', 'as a document'],
    ],
  });
  return bindAct(command, runner, async ({ session, args }) => {
    const id = wordAt(args, 0);
    await session.withApi((api) => api.clientCertificates.unbind({ id }));
    return done({ id }, `${escapeText(id)} stands for nobody any more`);
  });
}
