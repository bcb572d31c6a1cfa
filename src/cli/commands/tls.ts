import { join } from 'node:path';
import { Command } from 'commander';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer, type Result } from '../result.ts';
import { formatFields } from '../table.ts';
import type { CertificateFiles, WrittenCertificate } from '../tls-operations.ts';
import { formatInstant } from '../units.ts';
import { collectWords, parseCount } from '../values.ts';

/** Names of a machine that nobody reaches from outside. */
const LOCAL_NAMES = ['localhost', '127.0.0.1', '::1'];

interface PlaceOptions {
  readonly days?: number;
  readonly output: string;
  readonly authority?: string;
}

/** `tls …`: certificates for the server and its clients. */
export function tlsCommand(runner: Runner): Command {
  return new Command('tls')
    .description('make certificates for the server and its clients')
    .addCommand(generateCommand(runner))
    .addCommand(authorityCommand(runner))
    .addCommand(clientCommand(runner));
}

function generateCommand(runner: Runner): Command {
  const command = addPlaceOptions(
    describeCommand({
      name: 'generate',
      summary: 'make a certificate and a key for the server',
      more: 'Writes tls.crt and tls.key (ECDSA P-256), signed by its own key: for trying, and where clients pin the fingerprint. In production let your own authority sign, or a public one.',
      examples: [
        ['strongroom tls generate', `for ${LOCAL_NAMES.join(', ')}`],
        [
          'strongroom tls generate --name models.example.org --name 10.0.0.5 -o /etc/strongroom',
          'for others',
        ],
        ['strongroom tls generate --name models.lan --authority ./authority', 'signed by tls authority'],
      ],
    }).option('--name <name>', 'DNS name or address of the server (repeatable)', collectWords),
  ).option('--authority <folder>', 'let the authority in this folder sign it');
  return bindAct<PlaceOptions & { readonly name?: readonly string[] }>(
    command,
    runner,
    async ({ session, options }) => {
      const names = options.name ?? LOCAL_NAMES;
      const written = await session.context.operations.makeCertificate({
        ...filesIn(options.output, 'tls'),
        wish: { kind: 'server', names, ...daysOf(options) },
        ...authorityOf(options),
      });
      return shown(written, names);
    },
  );
}

function authorityCommand(runner: Runner): Command {
  const command = addPlaceOptions(
    describeCommand({
      name: 'authority',
      summary: 'make an authority of your own, which signs certificates',
      more: 'Writes authority.crt, which clients and the server trust, and authority.key, which belongs on a machine by itself.',
      examples: [
        ['strongroom tls authority -o ./authority', 'for five years'],
        ['strongroom tls client ci --authority ./authority', 'what it then signs'],
      ],
    }).option('--name <name>', 'what people read on it (default: Strongroom authority)'),
  );
  return bindAct<PlaceOptions & { readonly name?: string }>(command, runner, async ({ session, options }) => {
    const name = options.name ?? 'Strongroom authority';
    const written = await session.context.operations.makeCertificate({
      ...filesIn(options.output, 'authority'),
      wish: { kind: 'authority', name, ...daysOf(options) },
    });
    return shown(written, [name]);
  });
}

function clientCommand(runner: Runner): Command {
  const command = addPlaceOptions(
    describeCommand({
      name: 'client',
      args: '<name>',
      usage: '[options] NAME',
      summary: 'make a certificate that a client shows (mutual TLS)',
      examples: [
        ['strongroom tls client ci --authority ./authority', 'ci.crt and ci.key'],
        ['strongroom tls client ada --authority ./authority --days 30', 'for a month'],
      ],
    }).requiredOption('--authority <folder>', 'the folder of the authority that signs it'),
  );
  return bindAct<PlaceOptions>(command, runner, async ({ session, args, options }) => {
    const name = wordAt(args, 0);
    const written = await session.context.operations.makeCertificate({
      ...filesIn(options.output, fileNameOf(name)),
      wish: { kind: 'client', name, ...daysOf(options) },
      ...authorityOf(options),
    });
    return shown(written, [name]);
  });
}

function addPlaceOptions(command: Command): Command {
  return command
    .option('--days <count>', 'how long it is valid', parseCount)
    .option('-o, --output <folder>', 'where the two files go; nothing is replaced', '.');
}

function daysOf({ days }: PlaceOptions): { readonly days?: number } {
  return days === undefined ? {} : { days };
}

function authorityOf({ authority }: PlaceOptions): { readonly authority?: CertificateFiles } {
  return authority === undefined ? {} : { authority: filesIn(authority, 'authority') };
}

function filesIn(folder: string, stem: string): CertificateFiles {
  return { certificateFile: join(folder, `${stem}.crt`), keyFile: join(folder, `${stem}.key`) };
}

/** A name on a certificate may be anything; a file's may not. */
function fileNameOf(name: string): string {
  return name.replace(/[^A-Za-z0-9._@-]/g, '_').replace(/^\.+/, '_');
}

function shown(written: WrittenCertificate, names: readonly string[]): Result {
  return answer({ certificate: { ...written, names } }, (terminal) =>
    formatFields(terminal, [
      ['certificate', written.certificateFile],
      ['key', written.keyFile],
      ['for', names.join(', ')],
      ['valid until', formatInstant(written.validUntil)],
      ['SHA-256', written.fingerprint],
    ]),
  );
}
