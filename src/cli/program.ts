import { Command } from 'commander';
import { quoteForMessage } from '../api/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Runner } from './command.ts';
import { acceptInvitationCommand } from './commands/accept-invitation.ts';
import { accountCommand } from './commands/account.ts';
import { aliasCommand } from './commands/alias.ts';
import { approvalCommand } from './commands/approval.ts';
import { attackCommand } from './commands/attack.ts';
import { attestCommand } from './commands/attest.ts';
import { auditCommand } from './commands/audit.ts';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import { bestCommand } from './commands/best.ts';
import { blocksCommand } from './commands/blocks.ts';
import { bootstrapCommand } from './commands/bootstrap.ts';
import { configCommand } from './commands/config.ts';
import { defenceCommand } from './commands/defence.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { downloadCommand } from './commands/download.ts';
import { evidenceCommand } from './commands/evidence.ts';
import { exportCommand } from './commands/export.ts';
import { exportBundleCommand } from './commands/export-bundle.ts';
import { findCommand } from './commands/find.ts';
import { getCommand } from './commands/get.ts';
import { grantCommand } from './commands/grant.ts';
import { importBundleCommand } from './commands/import-bundle.ts';
import { importLegacyCommand } from './commands/import-legacy.ts';
import { initCommand } from './commands/init.ts';
import { keygenCommand } from './commands/keygen.ts';
import { keysCommand } from './commands/keys.ts';
import { lockdownCommand } from './commands/lockdown.ts';
import { loginCommand } from './commands/login.ts';
import { logoutCommand } from './commands/logout.ts';
import { lsCommand } from './commands/ls.ts';
import { metricCommand } from './commands/metric.ts';
import { modelCommand } from './commands/model.ts';
import { nsCommand } from './commands/ns.ts';
import { openCommand } from './commands/open.ts';
import { predictCommand } from './commands/predict.ts';
import { putCommand } from './commands/put.ts';
import { quarantineCommand } from './commands/quarantine.ts';
import { rmCommand } from './commands/rm.ts';
import { roleCommand } from './commands/role.ts';
import { rolloutCommand } from './commands/rollout.ts';
import { rootCommand } from './commands/root.ts';
import { scanCommand } from './commands/scan.ts';
import { scansCommand } from './commands/scans.ts';
import { schemaCommand } from './commands/schema.ts';
import { sealCommand } from './commands/seal.ts';
import { secretCommand } from './commands/secret.ts';
import { serveCommand } from './commands/serve.ts';
import { serviceAccountCommand } from './commands/service-account.ts';
import { showCommand } from './commands/show.ts';
import { signCommand } from './commands/sign.ts';
import { statusCommand } from './commands/status.ts';
import { tlsCommand } from './commands/tls.ts';
import { tokenCommand } from './commands/token.ts';
import { trustCommand } from './commands/trust.ts';
import { userCommand } from './commands/user.ts';
import { verifyCommand } from './commands/verify.ts';
import { verifySignatureCommand } from './commands/verify-signature.ts';
import { whoamiCommand } from './commands/whoami.ts';
import { workloadCommand } from './commands/workload.ts';
import { TOPICS } from './topics.ts';
import { collectWords } from './values.ts';
import { packageVersion } from './version.ts';

/** Where what commander prints goes, and how wide it may be. */
export interface ProgramOutput {
  print(text: string): void;
  readonly columns: number;
}

/** The commands as the overview groups them. */
const GROUPS: readonly (readonly [heading: string, commands: readonly ((runner: Runner) => Command)[]])[] = [
  ['Start:', [initCommand, demoCommand, statusCommand]],
  [
    'Models:',
    [putCommand, getCommand, lsCommand, showCommand, bestCommand, predictCommand, verifyCommand, rmCommand],
  ],
  ['About models:', [aliasCommand, metricCommand, modelCommand, nsCommand, rolloutCommand, schemaCommand]],
  ['Files, without a home:', [sealCommand, openCommand, findCommand, keygenCommand]],
  [
    'In and out:',
    [downloadCommand, importLegacyCommand, exportCommand, exportBundleCommand, importBundleCommand],
  ],
  [
    'Trust:',
    [
      scanCommand,
      signCommand,
      verifySignatureCommand,
      trustCommand,
      quarantineCommand,
      scansCommand,
      attestCommand,
    ],
  ],
  ['Keys:', [keysCommand, rootCommand]],
  [
    'A server:',
    [
      serveCommand,
      tlsCommand,
      loginCommand,
      logoutCommand,
      (runner) => whoamiCommand(runner),
      bootstrapCommand,
      acceptInvitationCommand,
      accountCommand,
    ],
  ],
  [
    'Who may do what:',
    [
      userCommand,
      serviceAccountCommand,
      roleCommand,
      grantCommand,
      tokenCommand,
      approvalCommand,
      workloadCommand,
    ],
  ],
  ['Incidents:', [blocksCommand, lockdownCommand, defenceCommand, attackCommand, evidenceCommand]],
  ['Care:', [doctorCommand, backupCommand, restoreCommand, auditCommand, configCommand, secretCommand]],
];

const OVERVIEW = `
A first walk:
  $ strongroom init                                  # a home, with a key file in it
  $ strongroom put model.onnx acme/churn -m f1=0.91  # sealed as version 1
  $ strongroom ls acme/churn
  $ strongroom get acme/churn -o restored.onnx       # opened, verified byte for byte

Help on a command: strongroom help put
Help on a topic:   ${Object.keys(TOPICS)
  .map((topic) => `strongroom help ${topic}`)
  .join(', ')}`;

/** The whole command line as commander knows it; nothing is run or printed but through the arguments. */
export function buildProgram(runner: Runner, output: ProgramOutput): Command {
  const program = new Command('strongroom')
    .description('Keep machine-learning models sealed, versioned and verified.')
    .version(packageVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .option('--home <folder>', 'the home to work on (default: STRONGROOM_HOME, or ./strongroom-home)')
    .option('--server <url>', 'work through a server: https://host:8443 (default: STRONGROOM_SERVER)')
    .option('--json', 'print one JSON document')
    .option('-q, --quiet', 'print answers only: no news, notes or progress')
    .option('--debug', 'print stacks and causes with errors')
    .option('--root-key-file <path>', 'key file that opens the home')
    .option('--passphrase-file <path>', 'passphrase, from a file (- is standard input)')
    .option('--share-file <path>', 'a Shamir share that helps to open the home (repeatable)', collectWords)
    .addHelpText('after', OVERVIEW)
    .configureHelp({ subcommandTerm: termOf })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.print(text),
      writeErr: (text) => output.print(text),
      outputError: () => undefined,
      getOutHelpWidth: () => output.columns,
      getErrHelpWidth: () => output.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const [heading, commands] of GROUPS) {
    for (const command of commands) program.addCommand(command(runner).helpGroup(heading));
  }
  program.addCommand(helpCommand(program, output), { hidden: true });
  settleSubcommands(program);
  return program;
}

/** A command in a list: its name and the words that it takes, as its own help names them. */
function termOf(command: Command): string {
  const words =
    command.commands.length > 0 ? command.commands.map((each) => each.name()).join('|') : command.usage();
  return `${command.name()} ${words.replace(/^\[options\] ?/, '')}`.trimEnd();
}

/** Commander hands settings down only to commands made by `command()`; ours are made apart, so this does it. */
function settleSubcommands(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent).helpCommand(false);
    const isGroup = command.commands.length > 0;
    if (!isGroup)
      command.addHelpText(
        'after',
        '\nOptions of every command (--home, --json, --quiet …): strongroom --help',
      );
    settleSubcommands(command);
  }
}

function helpCommand(program: Command, output: ProgramOutput): Command {
  return new Command('help').arguments('[words...]').action((words: readonly string[]) => {
    const topic = Object.hasOwn(TOPICS, words[0] ?? '') ? TOPICS[words[0] ?? ''] : undefined;
    if (topic === undefined) commandOf(program, words).outputHelp();
    else output.print(`${topic.text()}\n`);
  });
}

function commandOf(program: Command, words: readonly string[]): Command {
  let command = program;
  for (const word of words) {
    const next = command.commands.find((candidate) => candidate.name() === word);
    if (next === undefined) {
      throw new StrongroomError('INPUT_INVALID', `no command or topic ${quoteForMessage(words.join(' '))}`, {
        hint: 'strongroom --help lists them',
      });
    }
    command = next;
  }
  return command;
}
