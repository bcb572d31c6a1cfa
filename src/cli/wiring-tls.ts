import { SecretBytes, utf8Bytes, utf8Text } from '../bytes/index.ts';
import {
  type KeyedCertificate,
  makeAuthority,
  makeClientCertificate,
  makeServerCertificate,
  parseCertificatesPem,
} from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { OutputFile, readSmallFile } from '../storage/index.ts';
import { escapeText } from './terminal.ts';
import type {
  CertificateFiles,
  CertificateWish,
  TlsOperations,
  WrittenCertificate,
} from './tls-operations.ts';

const MAX_PEM_BYTES = 64 * 1024;

/** Certificates, wired to crypto and storage. */
export function createTlsOperations(): TlsOperations {
  return {
    async makeCertificate({ wish, authority, ...files }) {
      const issuer = authority && (await readAuthority(authority));
      const pair = await issue(wish, issuer);
      issuer?.keyPem.wipe();
      return await writePair(files, pair);
    },
  };
}

function issue(wish: CertificateWish, issuer: KeyedCertificate | undefined): Promise<KeyedCertificate> {
  switch (wish.kind) {
    case 'server':
      return makeServerCertificate({ ...wish, ...(issuer && { issuer }) });
    case 'authority':
      return makeAuthority(wish);
    case 'client':
      if (issuer === undefined) {
        throw new StrongroomError('INPUT_INVALID', 'a client certificate needs an authority that signs it');
      }
      return makeClientCertificate({ ...wish, issuer });
  }
}

async function writePair(files: CertificateFiles, pair: KeyedCertificate): Promise<WrittenCertificate> {
  const { certificateFile, keyFile } = files;
  const certificateBytes = utf8Bytes(pair.certificatePem);
  await using key = await OutputFile.create(keyFile);
  await using certificate = await OutputFile.create(certificateFile, { isPublic: true });
  await key.write(pair.keyPem.expose());
  pair.keyPem.wipe();
  await certificate.write(certificateBytes);
  await key.commit();
  await certificate.commit();
  const [read] = parseCertificatesPem(certificateBytes);
  if (read === undefined) throw new Error('a certificate was made that cannot be read');
  const { fingerprint, notAfter } = read;
  return { certificateFile, keyFile, fingerprint, validUntil: new Date(notAfter).toISOString() };
}

async function readAuthority({ certificateFile, keyFile }: CertificateFiles): Promise<KeyedCertificate> {
  const keyPem = SecretBytes.take(await readNamed(keyFile));
  const certificatePem = utf8Text(await readNamed(certificateFile));
  if (certificatePem !== undefined) return { certificatePem, keyPem };
  throw new StrongroomError('CERTIFICATE_MALFORMED', `${escapeText(certificateFile)} is no PEM text`);
}

async function readNamed(path: string): Promise<Uint8Array> {
  const bytes = await readSmallFile(path, MAX_PEM_BYTES);
  if (bytes !== undefined) return bytes;
  throw new StrongroomError('STORAGE_MISSING', `${escapeText(path)} is not there`, {
    hint: 'strongroom tls authority makes one',
  });
}
