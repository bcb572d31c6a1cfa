import { generateHybridKey } from '../crypto/index.ts';
import type { CliContext } from './context.ts';
import type { Operations } from './operations.ts';
import { createFileOperations } from './wiring-files.ts';
import { createHomeOperations } from './wiring-homes.ts';

/** The real thing below the command line. */
export function createOperations(env: CliContext['env']): Operations {
  return { ...createHomeOperations(env), ...createFileOperations(), newKeyPair: generateHybridKey };
}
