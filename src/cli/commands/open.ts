import type { Command } from 'commander';
import { parseFilePath } from '../../api/index.ts';
import { bindAct, describeCommand, type Runner, wordAt } from '../command.ts';
import type { OpenedContent } from '../operations.ts';
import { done, type Result } from '../result.ts';
import { addOpenWithOptions, type OpenWithOptions, readOpenWith } from '../sealing.ts';
import { copyToStdout, type Session } from '../session.ts';
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
    .option('-o, --output <path>', 'where to; - is standard output (default: the name that was sealed)')
    .option('--force', 'replace what is there')
    .option('--age', 'read the age format (files ending in .age are read as such by themselves)')
    .option('--access-code-file <path>', 'the access code, from a file (- is standard input)');
  return bindAct<OpenFileOptions>(command, runner, async ({ session, args, options }) => {
    const file = wordAt(args, 0);
    const format = options.age === true || file.endsWith('.age') ? 'age' : 'strongroom';
    const openWith = await readOpenWith(session, options);
    return session.withAccessCode(options.accessCodeFile, (accessCode) =>
      session.withProgress(async (work) => {
        const request = { file, format, openWith, ...(accessCode && { accessCode }), ...work } as const;
        const opened = await session.context.operations.openSealedFile(request);
        try {
          return await writeOpened(session, opened, options);
        } finally {
          await opened.close();
        }
      }),
    );
  });
}

async function writeOpened(
  session: Session,
  opened: OpenedContent,
  options: OpenFileOptions,
): Promise<Result> {
  if (options.output === '-') return await copyToStdout(session, opened.read());
  const path = options.output ?? parseFilePath(opened.name).replace(/^.*\//, '');
  await session.context.operations.writeFile({ path, force: options.force === true }, opened.read());
  const size = opened.size === undefined ? '' : `${formatBytes(opened.size)}, `;
  return done(
    { path, ...(opened.size !== undefined && { size: opened.size }) },
    `opened into ${escapeText(path)} (${size}verified)`,
  );
}
