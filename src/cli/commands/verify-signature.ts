import type { Command } from 'commander';
import { quoteForMessage } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { answer } from '../result.ts';
import type { CheckedSignature } from '../signing-operations.ts';
import { escapeText, paint, type Terminal } from '../terminal.ts';
import { formatCount } from '../units.ts';
import { collectWords } from '../values.ts';
import { plainPath } from './sign.ts';

interface VerifySignatureOptions {
  readonly signature: string;
  readonly publicKey?: readonly string[];
  readonly certificateRoot?: readonly string[];
  readonly identity?: readonly string[];
  readonly at?: Date;
  readonly ignorePaths?: readonly string[];
  readonly ignoreGitPaths: boolean;
  readonly ignoreUnsignedFiles?: boolean;
  readonly allowOldFormats?: boolean;
}

/** `verify-signature`: whether a file or folder is what somebody trusted has signed; without a home. */
export function verifySignatureCommand(runner: Runner): Command {
  const command = describeWords()
    .option('--signature <path>', 'the signature', 'model.sig')
    .option('--public-key <path>', 'a key that may sign, PEM (repeatable)', collectWords)
    .option('--certificate-root <path>', 'roots whose code signers may sign, PEM (repeatable)', collectWords)
    .option('--identity <name>', 'accept only this signer: email:…, uri:…, dns:…, subject:…', collectWords)
    .option('--at <time>', 'when the signature is known to have existed, ISO 8601 (default: now)', parseTime)
    .option('--ignore-paths <path>', 'a file or folder that need not be signed (repeatable)', collectWords)
    .option('--no-ignore-git-paths', 'refuse unsigned .git, .gitignore, .gitattributes and .github too')
    .option('--ignore-unsigned-files', 'accept files that are not signed, and list them')
    .option('--allow-old-formats', 'accept what model_signing wrote before 1.1');
  return bindAct<VerifySignatureOptions>(command, runner, async ({ session, args, options }) => {
    const path = wordAt(args, 0);
    const [publicKeyFiles, rootFiles] = [options.publicKey ?? [], options.certificateRoot ?? []];
    const identities = options.identity ?? [];
    assertTrust(publicKeyFiles, rootFiles, identities);
    if (rootFiles.length > 0 && identities.length === 0) {
      await session.note(
        'whoever the root certifies for code signing is accepted; --identity names one signer',
      );
    }
    const checked = await session.withProgress((work) =>
      session.context.operations.verifyPath({
        path,
        signatureFile: options.signature,
        publicKeyFiles,
        rootFiles,
        identities,
        at: options.at ?? new Date(),
        ignorePaths: (options.ignorePaths ?? []).map(plainPath),
        ignoreGitPaths: options.ignoreGitPaths,
        allowUnsignedFiles: options.ignoreUnsignedFiles === true,
        allowOldFormats: options.allowOldFormats === true,
        ...work,
      }),
    );
    return answer({ signature: options.signature, ...checked }, (terminal) =>
      formatChecked(terminal, checked),
    );
  });
}

function describeWords(): Command {
  return describeCommand({
    name: 'verify-signature',
    args: '<path>',
    usage: '[options] PATH',
    summary: 'check that a model is what somebody whom you trust has signed',
    more: 'Ends with exit code 7 when files or signature are wrong, 4 when the signer is not trusted.',
    examples: [
      ['strongroom verify-signature ./model --public-key pub.pem', 'model.sig of the current folder'],
      [
        'strongroom verify-signature ./model --signature m.sig --certificate-root ca.pem --identity email:ml@example.org',
        'by a certificate, of one signer only',
      ],
      [
        'strongroom verify-signature ./model --certificate-root ca.pem --at 2026-01-02T03:04:05Z',
        'at the time when it came in, though the certificate has expired since',
      ],
    ],
  });
}

function assertTrust(keys: readonly string[], roots: readonly string[], identities: readonly string[]): void {
  if (keys.length + roots.length === 0) {
    throw new StrongroomError('INPUT_INVALID', 'nobody is named who may sign', {
      hint: 'use --public-key or --certificate-root',
    });
  }
  if (identities.length === 0 || keys.length === 0) return;
  throw new StrongroomError('INPUT_INVALID', '--identity and --public-key exclude each other', {
    hint: 'identities are those of certificates; leave one out',
  });
}

function parseTime(text: string): Date {
  const time = new Date(text);
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z$/.test(text) && !Number.isNaN(time.getTime()))
    return time;
  throw new StrongroomError('INPUT_INVALID', `not a time: ${quoteForMessage(text)}`, {
    hint: 'write it in UTC, such as 2026-01-02T03:04:05Z',
  });
}

function formatChecked(terminal: Terminal, checked: CheckedSignature): string {
  const { signer, signedFiles, ignoredFiles, unsignedFiles } = checked;
  const by =
    signer.kind === 'key'
      ? `key ${signer.keyId}  ${signer.algorithm}`
      : `${signer.identities.map(escapeText).join(', ')}  ${signer.algorithm}, issued by ${escapeText(signer.issuer)}`;
  return [
    `${paint(terminal, 'good', 'good signature:')} ${formatCount(signedFiles, 'file')}`,
    `signed by ${by}`,
    ...ignoredFiles.map((path) => `ignored  ${escapeText(path)}`),
    ...unsignedFiles.map((path) => `${paint(terminal, 'warning', 'unsigned')} ${escapeText(path)}`),
  ].join('\n');
}
