import { Command } from 'commander';
import type { Runner } from '../command.ts';
import { archiveCommand, archivesCommand, unarchiveCommand } from './audit-archive.ts';
import {
  consistencyCommand,
  proveCommand,
  verifyConsistencyCommand,
  verifyProofCommand,
} from './audit-prove.ts';
import { searchCommand, tailCommand } from './audit-search.ts';
import { exportCommand, keyCommand, verifyCommand } from './audit-verify.ts';
import { witnessCommand } from './audit-witness.ts';

/** `audit …`: the record of what was done, and what proves it. */
export function auditCommand(runner: Runner): Command {
  return new Command('audit')
    .description('look into the record of what was done, verify it and prove it')
    .addCommand(tailCommand(runner))
    .addCommand(searchCommand(runner))
    .addCommand(exportCommand(runner))
    .addCommand(verifyCommand(runner))
    .addCommand(proveCommand(runner))
    .addCommand(verifyProofCommand(runner))
    .addCommand(consistencyCommand(runner))
    .addCommand(verifyConsistencyCommand(runner))
    .addCommand(keyCommand(runner))
    .addCommand(archiveCommand(runner))
    .addCommand(unarchiveCommand(runner))
    .addCommand(archivesCommand(runner))
    .addCommand(witnessCommand(runner));
}
