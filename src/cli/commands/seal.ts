import type { Command } from 'commander';
import type { Compression } from '../../api/index.ts';
import { parseCompression } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { done } from '../result.ts';
import { addSealedForOptions, readSealedFor, type SealedForOptions } from '../sealing.ts';
import { escapeText } from '../terminal.ts';
import { formatBytes } from '../units.ts';

interface SealFileOptions extends SealedForOptions {
  readonly output?: string;
  readonly force?: boolean;
  readonly age?: boolean;
  readonly compression?: Compression;
}

/** `seal`: one file into one sealed file, without a home. */
export function sealCommand(runner: Runner): Command {
  const command = addSealedForOptions(
    describeCommand({
      name: 'seal',
      args: '<file>',
      usage: '[options] FILE',
      summary: 'seal any file into FILE.sealed, without a home',
      more: 'Without --recipient and --key-file, a passphrase is asked for. FILE itself stays as it is.',
      examples: [
        ['strongroom seal patients.csv', 'under a passphrase, asked for twice'],
        ['strongroom seal model.onnx -r age1pq1…', 'for somebody who sent you their recipient (keygen)'],
        ['strongroom seal model.onnx --key-file k.key -o /mnt/usb/model.sealed', 'under a key file'],
        ['strongroom seal notes.txt --age -r age1…', 'as an age file, for those who use age'],
      ],
    }),
  )
    .option('-o, --output <path>', 'where to (default: FILE.sealed, or FILE.age)')
    .option('--force', 'replace what is there')
    .option('--age', 'write the age format')
    .option(
      '--compression <how>',
      'none, zstd, zstd:LEVEL, or auto (default): where it helps',
      parseCompression,
    );
  return bindAct<SealFileOptions>(command, runner, async ({ session, args, options }) => {
    const file = wordAt(args, 0);
    const format = options.age === true ? 'age' : 'strongroom';
    const path = options.output ?? `${file}.${format === 'age' ? 'age' : 'sealed'}`;
    const sealedFor = await readSealedFor(session, options);
    const sizes = await session.withProgress((work) =>
      session.context.operations.sealFile({
        file,
        format,
        sealedFor,
        output: { path, force: options.force === true },
        compression: options.compression ?? { algorithm: 'auto' },
        ...work,
      }),
    );
    return done(
      { path, format, ...sizes },
      `sealed ${escapeText(file)} into ${escapeText(path)} (${formatBytes(sizes.size)})`,
    );
  });
}
