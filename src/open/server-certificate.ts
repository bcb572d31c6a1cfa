import { join } from 'node:path';
import { concatBytes, SecretBytes, toHex, utf8Bytes, utf8Text } from '../bytes/index.ts';
import { makeServerCertificate, readTlsCertificate, sha256 } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { TlsMaterial } from '../http/index.ts';
import type { ServerSettings } from '../settings/index.ts';
import { Folder, readSecretFile, readSmallFile } from '../storage/index.ts';
import { TLS_FOLDER, TLS_KEY_FILE } from './home-layout.ts';

const MAX_PEM_BYTES = 256 * 1024;
const CERTIFICATE = 'tls.crt';
const DAY_MS = 86_400_000;
/** A certificate of our own is made anew this long before it ends. */
const RENEW_DAYS = 14;
const LOCAL_NAMES = ['localhost', '127.0.0.1', '::1'];

/** What the server shows to its clients, and what to tell of it. */
export interface ServerCertificate {
  readonly tls: TlsMaterial;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly fingerprint: string;
  readonly validUntil: string;
  /** Made and signed by the strongroom itself: clients must pin it or be told to trust it. */
  readonly isOwn: boolean;
  /** Digest over all files, to tell whether anything changed. */
  readonly state: string;
}

/**
 * The certificate that the configuration names, or one of our own, made when there is none or it ends soon. Throws
 * `TLS_INVALID` for half a pair and for one that has ended, `HOME_EXPOSED` for a key that others can read.
 */
export async function readServerCertificate(
  home: string,
  settings: ServerSettings,
): Promise<ServerCertificate> {
  const { certificate_file: certificateFile, key_file: keyFile, client_ca_file: caFile } = settings;
  if ((certificateFile === undefined) !== (keyFile === undefined)) {
    throw new StrongroomError('TLS_INVALID', 'server.certificate_file and server.key_file come together');
  }
  const authorities = caFile === undefined ? undefined : await readText(caFile);
  if (certificateFile !== undefined && keyFile !== undefined) {
    return described(await readPair(certificateFile, keyFile), authorities, false);
  }
  return described(await ownPair(home, namesOf(settings)), authorities, true);
}

interface Pair {
  readonly certificatePem: string;
  readonly keyPem: SecretBytes;
}

function namesOf({ names, listen }: ServerSettings): readonly string[] {
  const named = names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (named.length > 0) return named;
  const host = listen.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  const isAnywhere = ['0.0.0.0', '::', ''].includes(host);
  return [...new Set([...(isAnywhere ? [] : [host]), ...LOCAL_NAMES])];
}

async function ownPair(home: string, names: readonly string[]): Promise<Pair> {
  const place = join(home, TLS_FOLDER);
  const known = await findPair(join(place, CERTIFICATE), join(place, TLS_KEY_FILE));
  if (known !== undefined && isGoodFor(known, names)) return known;
  const made = await makeServerCertificate({ names });
  await using base = await Folder.open(home);
  await using folder = await base.folder(TLS_FOLDER, { create: true });
  await folder.replaceFile(TLS_KEY_FILE, made.keyPem.expose());
  await folder.replaceFile(CERTIFICATE, utf8Bytes(made.certificatePem));
  await folder.sync();
  return made;
}

function isGoodFor(pair: Pair, names: readonly string[]): boolean {
  const certificate = readTlsCertificate(utf8Bytes(pair.certificatePem));
  return (
    certificate.notAfter > Date.now() + RENEW_DAYS * DAY_MS && names.every((name) => certificate.covers(name))
  );
}

function described(pair: Pair, authorities: string | undefined, isOwn: boolean): ServerCertificate {
  const { fingerprint, notAfter } = readTlsCertificate(utf8Bytes(pair.certificatePem));
  if (notAfter <= Date.now()) {
    throw new StrongroomError(
      'TLS_INVALID',
      `the certificate of the server ended ${new Date(notAfter).toISOString()}`,
    );
  }
  return {
    tls: { ...pair, ...(authorities !== undefined && { clientAuthorityPem: authorities }) },
    fingerprint,
    validUntil: new Date(notAfter).toISOString(),
    isOwn,
    state: toHex(sha256(concatBytes(utf8Bytes(pair.certificatePem), utf8Bytes(authorities ?? '')))),
  };
}

async function findPair(certificateFile: string, keyFile: string): Promise<Pair | undefined> {
  const certificate = await readSmallFile(certificateFile, MAX_PEM_BYTES);
  const key = await readSecretFile(keyFile, MAX_PEM_BYTES);
  if (certificate === undefined || key === undefined) return undefined;
  return { certificatePem: textOf(certificate, certificateFile), keyPem: SecretBytes.take(key) };
}

async function readPair(certificateFile: string, keyFile: string): Promise<Pair> {
  const pair = await findPair(certificateFile, keyFile);
  if (pair === undefined) {
    throw new StrongroomError(
      'TLS_INVALID',
      `there is no certificate at ${certificateFile}, or no key at ${keyFile}`,
    );
  }
  return pair;
}

async function readText(path: string): Promise<string> {
  const bytes = await readSmallFile(path, MAX_PEM_BYTES);
  if (bytes === undefined) throw new StrongroomError('TLS_INVALID', `there is no file at ${path}`);
  return textOf(bytes, path);
}

function textOf(bytes: Uint8Array, path: string): string {
  const text = utf8Text(bytes);
  if (text === undefined) throw new StrongroomError('TLS_INVALID', `${path} is not PEM`);
  return text;
}
