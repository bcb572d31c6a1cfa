import { Command } from 'commander';
import type { Runner } from '../command.ts';
import { searchCommand, tailCommand } from './audit-search.ts';

/** `audit …`: the record of what was done, and what proves it. */
export function auditCommand(runner: Runner): Command {
  return new Command('audit')
    .description('look into the record of what was done, verify it and prove it')
    .addCommand(tailCommand(runner))
    .addCommand(searchCommand(runner));
}
