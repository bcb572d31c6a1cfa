import { basename } from 'node:path';
import {
  hybridIdentity,
  hybridRecipient,
  type Identity,
  openAge,
  passphraseIdentity,
  passphraseRecipient,
  type Recipient,
  SegmentPool,
  sealAge,
} from '../container/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { FileSource, OutputFile, readInputs } from '../storage/index.ts';
import { openSealedFile, rawKeyIdentity, rawKeyRecipient, sealFile } from '../vault/index.ts';
import type { FileOperations, OpenedContent, OpenWith, SealedFor } from './operations.ts';

type SealInput = Parameters<FileOperations['sealFile']>[0];
type OpenInput = Parameters<FileOperations['openSealedFile']>[0];

/** Those for whom a sealed file is made. Throws `INPUT_INVALID` for none, or one that is no recipient. */
export function recipientsOf(to: SealedFor): readonly Recipient[] {
  const recipients = to.recipients.map((text) => hybridRecipient(text));
  if (to.passphrase !== undefined) recipients.push(passphraseRecipient(to.passphrase));
  if (to.key !== undefined) recipients.push(rawKeyRecipient(to.key.expose()));
  if (recipients.length > 0) return recipients;
  throw new StrongroomError('INPUT_INVALID', 'nobody is named who could open it', {
    hint: 'use --recipient, --key-file, --passphrase or --passphrase-file',
  });
}

/** Those who may open a sealed file. */
export function identitiesOf(by: OpenWith): readonly Identity[] {
  const identities = by.identities.map((secret) => hybridIdentity(secret));
  if (by.passphrase !== undefined) identities.push(passphraseIdentity(by.passphrase));
  if (by.key !== undefined) identities.push(rawKeyIdentity(by.key.expose()));
  return identities;
}

/** Seals one file of the user into one sealed file, all or nothing. */
export async function sealFileOperation(input: SealInput): ReturnType<FileOperations['sealFile']> {
  const file = await oneFile(input.file);
  await using output = await OutputFile.create(input.output.path, { overwrite: input.output.force });
  if (input.format === 'age') await sealAsAge(input, file, output);
  else await sealAsOurs(input, file, output);
  const storedSize = output.size;
  await output.commit();
  return { size: file.size, storedSize };
}

type NamedFile = Awaited<ReturnType<typeof readInputs>>[number];

async function oneFile(path: string): Promise<NamedFile> {
  const [file, ...others] = await readInputs([path]);
  if (file !== undefined && others.length === 0) return file;
  throw new StrongroomError('INPUT_INVALID', 'only a single file can be sealed', {
    hint: 'pack a folder first (tar), or put it into a home: strongroom put FOLDER MODEL',
  });
}

async function sealAsOurs(input: SealInput, file: NamedFile, output: OutputFile): Promise<void> {
  await using pool = SegmentPool.open();
  const { compression, onProgress, signal } = input;
  await sealFile(
    { pool, clock: { now: () => new Date() } },
    {
      name: file.path,
      input: file.open(),
      target: output,
      recipients: recipientsOf(input.sealedFor),
      ...(compression && { compression }),
      ...(signal && { signal }),
      ...(onProgress && { onProgress: (progress) => onProgress({ ...progress, total: file.size }) }),
    },
  );
}

async function sealAsAge(input: SealInput, file: NamedFile, output: OutputFile): Promise<void> {
  const { passphrase, recipients, key } = input.sealedFor;
  if (key !== undefined || (passphrase !== undefined && recipients.length > 0)) {
    throw new StrongroomError('INPUT_INVALID', 'an age file has recipients or one passphrase, nothing else', {
      hint: 'leave out --key-file, and use either --recipient or a passphrase',
    });
  }
  const to = passphrase === undefined ? { recipients } : { passphrase };
  await output.writeAll(sealAge(counted(file.open(), input, file.size), to));
}

/** Opens a sealed file for reading. */
export async function openSealedOperation(input: OpenInput): Promise<OpenedContent> {
  await using opened = new AsyncDisposableStack();
  const source = opened.use(await FileSource.open(input.file));
  const { signal, accessCode, openWith } = input;
  if (input.format === 'age') {
    const { identities, passphrase } = openWith;
    const keys = { identities, ...(passphrase && { passphrase }) };
    const held = opened.move();
    return {
      name: basename(input.file).replace(/\.age$/, ''),
      read: () => counted(openAge(source, keys), input, source.size),
      close: () => held.disposeAsync(),
    };
  }
  const pool = opened.use(SegmentPool.open());
  const identities = identitiesOf(openWith);
  const request = { source, identities, ...(signal && { signal }), ...(accessCode && { accessCode }) };
  const payload = opened.use(await openSealedFile({ pool }, request));
  const held = opened.move();
  return {
    name: payload.name,
    size: payload.size,
    read: () => counted(payload.lend(), input, payload.size),
    close: () => held.disposeAsync(),
  };
}

/** The stream again, telling of progress and ending when it is aborted. */
async function* counted(
  stream: AsyncIterable<Uint8Array>,
  work: Pick<SealInput, 'onProgress' | 'signal'>,
  total: number,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of stream) {
    work.signal?.throwIfAborted();
    done += chunk.length;
    work.onProgress?.({ phase: 'working', done, total, unit: 'bytes' });
    yield chunk;
  }
}
