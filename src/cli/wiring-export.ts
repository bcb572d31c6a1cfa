import type { PositionalTarget } from '../container/index.ts';
import { SEALED_FILE_ENDING } from '../container/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Strongroom } from '../open/index.ts';
import { OutputFolder } from '../storage/index.ts';
import type { ExportInput } from './operations.ts';
import { recipientsOf } from './wiring-sealing.ts';

/** Writes the files of a version as sealed files into a folder, all or nothing. Resolves to their names. */
export async function exportVersion(strongroom: Strongroom, input: ExportInput): Promise<readonly string[]> {
  await using folder = await OutputFolder.create(input.output.path, { overwrite: input.output.force });
  const { ref, accessCode, sealedFor, signal, onProgress } = input;
  let current: SequentialTarget | undefined;
  let count = 0;
  const paths = await strongroom.exportSealed({
    ref,
    recipients: recipientsOf(sealedFor),
    ...(accessCode && { accessCode }),
    target: async (path) => {
      signal?.throwIfAborted();
      await current?.finish();
      onProgress?.({ phase: 'exporting', done: count++, unit: 'items' });
      current = openTarget((content) => folder.writeFile(`${path}${SEALED_FILE_ENDING}`, content), signal);
      return current;
    },
  });
  await current?.finish();
  await folder.commit();
  return paths.map((path) => `${path}${SEALED_FILE_ENDING}`);
}

/** A file that is written from its start to its end. */
interface SequentialTarget extends PositionalTarget {
  /** Resolves when everything is durable. */
  finish(): Promise<void>;
}

/** An exported copy has its header ready, so that it is written in one sweep and can go through a stream. */
function openTarget(
  write: (content: AsyncIterable<Uint8Array>) => Promise<void>,
  signal: AbortSignal | undefined,
): SequentialTarget {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const written = write(readable);
  let end = 0;
  return {
    async writeAt(position, bytes) {
      signal?.throwIfAborted();
      if (position !== end) throw new StrongroomError('INTERNAL', 'a sealed copy was not written in order');
      end += bytes.length;
      // Whoever writes may reuse the bytes; a failure of the file ends the wait instead of hanging it.
      await Promise.race([writer.write(bytes.slice()), written]);
    },
    async finish() {
      await Promise.all([writer.close(), written]);
    },
  };
}
