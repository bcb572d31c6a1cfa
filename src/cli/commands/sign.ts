import type { Command } from 'commander';
import { type Passphrase, SecretBytes, utf8Bytes } from '../../bytes/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { done } from '../result.ts';
import type { Session } from '../session.ts';
import { escapeText } from '../terminal.ts';
import { formatBytes, formatCount } from '../units.ts';
import { collectWords } from '../values.ts';

interface SignOptions {
  readonly key: string;
  readonly output: string;
  readonly certificate?: readonly string[];
  readonly ignorePaths?: readonly string[];
  readonly ignoreGitPaths: boolean;
  readonly force?: boolean;
}

/** `sign`: a signature over a file or folder, without a home. */
export function signCommand(runner: Runner): Command {
  const command = describeCommand({
    name: 'sign',
    args: '<path>',
    usage: '[options] PATH',
    summary: 'sign a model, a file or a folder, as OpenSSF model signing does',
    more: [
      'EC keys (P-256, P-384, P-521) make a bundle that model_signing verifies; ML-DSA-65 keys one of the same form,',
      'safe against quantum computers. RSA (3072 bits and more) and Ed25519 keys make a detached signature.',
      'A key under a passphrase takes it from --passphrase-file, or asks.',
    ].join('\n'),
    examples: [
      [
        'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -aes256 -out key.pem',
        'a key, under a passphrase',
      ],
      ['strongroom sign ./model --key key.pem', 'model.sig, in the current folder'],
      [
        'strongroom sign ./model --key key.pem --certificate me.pem --certificate issuer.pem -o model.sig',
        'with the certificates of the key, its own first',
      ],
      [
        'strongroom sign ./model --key key.pem --ignore-paths notes --ignore-paths README.md',
        'not all of it',
      ],
    ],
  })
    .requiredOption('--key <path>', 'the private key, PEM (- is standard input)')
    .option('-o, --output <path>', 'where the signature goes', 'model.sig')
    .option('--certificate <path>', 'certificates of the key, PEM, its own first (repeatable)', collectWords)
    .option('--ignore-paths <path>', 'leave out a file or folder of PATH (repeatable)', collectWords)
    .option('--no-ignore-git-paths', 'sign .git, .gitignore, .gitattributes and .github too')
    .option('--force', 'replace the signature that is there');
  return bindAct<SignOptions>(command, runner, async ({ session, args, options }) => {
    const path = wordAt(args, 0);
    const { key, passphrase } = await readSigningKey(session, options.key);
    const signed = await session.withProgress((work) =>
      session.context.operations.signPath({
        path,
        key,
        ...(passphrase && { passphrase }),
        certificateFiles: options.certificate ?? [],
        ignorePaths: (options.ignorePaths ?? []).map(plainPath),
        ignoreGitPaths: options.ignoreGitPaths,
        output: { path: options.output, force: options.force === true },
        ...work,
      }),
    );
    key.wipe();
    return done(
      { path: options.output, ...signed },
      `signed ${formatCount(signed.files, 'file')} of ${escapeText(path)} (${formatBytes(signed.bytes)}) into ${escapeText(options.output)}\nkey ${signed.keyId}  ${signed.algorithm}`,
    );
  });
}

/** A path inside a folder as it was typed, with `./` before it or `/` after it. */
export function plainPath(text: string): string {
  return text.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
}

async function readSigningKey(
  session: Session,
  path: string,
): Promise<{ readonly key: SecretBytes; readonly passphrase?: Passphrase }> {
  const text = await session.secrets.readText(path);
  const key = SecretBytes.take(utf8Bytes(text));
  if (!text.includes('ENCRYPTED')) return { key };
  const { passphraseFile } = session.options;
  const passphrase =
    passphraseFile === undefined
      ? await session.secrets.ask('passphrase of the signing key', 'name a file with --passphrase-file')
      : await session.secrets.readPassphrase(passphraseFile);
  return { key, passphrase };
}
