import { generateHybridKey } from '../crypto/index.ts';
import type { CliContext } from './context.ts';
import type { Operations } from './operations.ts';
import { createAuditOperations } from './wiring-audit.ts';
import { createDownloadOperations } from './wiring-download.ts';
import { createEvidenceOperations } from './wiring-evidence.ts';
import { createFileOperations } from './wiring-files.ts';
import { createHomeOperations } from './wiring-homes.ts';
import { createRemoteOperations } from './wiring-remote.ts';
import { createScanOperations } from './wiring-scan.ts';
import { createServeOperations } from './wiring-serve.ts';
import { createSigningOperations } from './wiring-signing.ts';
import { createTlsOperations } from './wiring-tls.ts';

/** The real thing below the command line. */
export function createOperations(env: CliContext['env']): Operations {
  const files = createFileOperations();
  return {
    ...createHomeOperations(env),
    ...files,
    ...createDownloadOperations(env),
    ...createSigningOperations((path) => files.isFolder(path)),
    ...createScanOperations(),
    ...createServeOperations(env),
    ...createTlsOperations(),
    ...createRemoteOperations(env),
    ...createAuditOperations(),
    ...createEvidenceOperations(env),
    newKeyPair: generateHybridKey,
  };
}
