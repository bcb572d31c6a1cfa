import type { Command } from 'commander';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import { done } from '../result.ts';
import { addOpenWithOptions, type OpenWithOptions, readOpenWith } from '../sealing.ts';
import { escapeText } from '../terminal.ts';
import { formatBytes } from '../units.ts';

interface OpenFileOptions extends OpenWithOptions {
  readonly output?: string;
  readonly force?: boolean;
  readonly age?: boolean;
  readonly accessCodeFile?: string;
}

/** `open`: the content of one sealed file, verified, without a home. */
export function openCommand(runner: Runner): Command {
  const command = addOpenWithOptions(
    describeCommand({
      name: 'open',
      args: '<file>',
      usage: '[options] FILE.sealed',
      summary: 'open a sealed file, verified, without a home',
      examples: [
        ['strongroom open patients.csv.sealed', 'asks for the passphrase'],
        ['strongroom open model.sealed -i me.key -o model.onnx', 'with the secret key that keygen wrote'],
        ['strongroom open notes.txt.age --age -i me.key', 'an age file'],
      ],
    }),
  )
    .option('-o, --output <path>', 'where to (default: the name that was sealed, in the current folder)')
    .option('--force', 'replace what is there')
    .option('--age', 'read the age format (files ending in .age are read as such by themselves)')
    .option('--access-code-file <path>', 'the access code, from a file (- is standard input)');
  return bindAct<OpenFileOptions>(command, runner, async ({ session, args, options }) => {
    const file = wordAt(args, 0);
    const format = options.age === true || file.endsWith('.age') ? 'age' : 'strongroom';
    const openWith = await readOpenWith(session, options);
    const opened = await session.withAccessCode(options.accessCodeFile, (accessCode) =>
      session.withProgress((work) =>
        session.context.operations.openSealedFile({
          file,
          format,
          openWith,
          force: options.force === true,
          ...(options.output !== undefined && { output: options.output }),
          ...(accessCode && { accessCode }),
          ...work,
        }),
      ),
    );
    return done(
      { ...opened, format },
      `opened ${escapeText(file)} into ${escapeText(opened.path)} (${formatBytes(opened.size)}, verified)`,
    );
  });
}
