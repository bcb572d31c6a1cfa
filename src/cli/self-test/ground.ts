import { join } from 'node:path';
import {
  type FileInput,
  type ModelName,
  parseFilePath,
  parseModelName,
  parseNamespaceName,
  type StrongroomApi,
} from '../../api/index.ts';
import { collectBytes, SecretBytes, utf8Bytes } from '../../bytes/index.ts';
import { generateRootKey } from '../../keyring/index.ts';
import { initHome, openStrongroom, type Strongroom } from '../../open/index.ts';

/** Every file of the self-test is some hundred bytes. */
const MAX_FILE_BYTES = 64 * 1024;

/** What the trials share: a throw-away home, and the key that opens it. */
export interface Ground {
  readonly folder: string;
  readonly home: string;
  readonly key: SecretBytes;
  readonly signal: AbortSignal;
}

export const NAMESPACE = parseNamespaceName('trial');
export const MODEL: ModelName = parseModelName('trial/model');
/** What is put, and must come back; no such words stand in a sealed file. */
export const CONTENT = utf8Bytes('{"weights":[0.25,0.5,0.125],"words":"plain enough to be found"}');

/** Makes the home in an empty folder. */
export async function layGround(folder: string, signal: AbortSignal): Promise<Ground> {
  const ground = { folder, home: join(folder, 'home'), key: generateRootKey(), signal };
  await initHome({ home: ground.home, seals: [{ kind: 'key-file', key: ground.key.expose().slice() }] });
  return ground;
}

/** Opens the home with a key, by default the right one. */
export async function openGround(ground: Ground, key: SecretBytes = ground.key): Promise<Strongroom> {
  const unseal = [{ kind: 'key' as const, key: SecretBytes.copyOf(key.expose()) }];
  return await openStrongroom({ home: ground.home, unseal });
}

/** Runs work on the open home. */
export async function onGround<T>(
  ground: Ground,
  work: (api: StrongroomApi, strongroom: Strongroom) => Promise<T>,
): Promise<T> {
  await using strongroom = await openGround(ground);
  return await work(strongroom.api, strongroom);
}

/** A file in memory on its way in. */
export function fileOf(path: string, bytes: Uint8Array): FileInput {
  return {
    path: parseFilePath(path),
    size: bytes.length,
    // eslint-disable-next-line @typescript-eslint/require-await -- a stream by its type, ready by its nature
    async *open() {
      yield bytes.slice();
    },
  };
}

/** The bytes of the first file of a version. */
export async function fetchFirst(api: StrongroomApi, version: number): Promise<Uint8Array> {
  await using opened = await api.versions.open({ model: MODEL, version });
  const [file] = opened.files;
  return file === undefined ? new Uint8Array() : await collectBytes(file.read(), MAX_FILE_BYTES);
}
