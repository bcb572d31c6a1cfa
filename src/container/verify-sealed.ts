import type { ByteSource } from '../bytes/index.ts';
import { assertNotAborted, streamSource, toHex } from '../bytes/index.ts';
import { createDamageCheck } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { ContainerHeader } from './container-header.ts';

/** A payload and the header that belongs to it. */
export interface SealedSource {
  readonly header: ContainerHeader;
  readonly source: ByteSource;
  readonly onProgress?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds damage without any key: the payload has the size and the check sum that its header states. It does not find a
 * forger who wrote both; opening does. Throws `CONTAINER_TRUNCATED`, `CONTAINER_TAMPERED`, `ABORTED`.
 */
export async function verifySealed({ header, source, onProgress, signal }: SealedSource): Promise<void> {
  assertPayloadSize(header, source);
  const check = createDamageCheck();
  let done = 0;
  for await (const chunk of streamSource(source)) {
    assertNotAborted(signal);
    check.update(chunk);
    done += chunk.length;
    onProgress?.(done);
  }
  if (done !== source.size) throw truncated();
  if (toHex(check.digest()) !== header.payloadCheck) {
    throw new StrongroomError('CONTAINER_TAMPERED', 'the payload is not what was stored');
  }
}

/** Throws `CONTAINER_TRUNCATED` unless the payload has the size that its header states. */
export function assertPayloadSize(header: ContainerHeader, source: ByteSource): void {
  if (source.size !== header.payloadSize) throw truncated();
}

function truncated(): StrongroomError {
  return new StrongroomError('CONTAINER_TRUNCATED', 'the payload has not the size that its header states');
}
