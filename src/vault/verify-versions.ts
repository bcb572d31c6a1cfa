import type { Caller, Progress, VerifyFinding, VerifyInput, VerifyReport, Version } from '../api/index.ts';
import { assertNotAborted, toHex } from '../bytes/index.ts';
import { type AccessCodeUnlocker, accessCodeUnlocker, verifySealed } from '../container/index.ts';
import { createHasher } from '../crypto/index.ts';
import { isStrongroomError, toStrongroomError } from '../errors/index.ts';
import type { Registry } from '../registry/index.ts';
import type { BlobId, BlobStore, Catalogue } from '../storage/index.ts';
import { onEverything, onModel } from './act.ts';
import type { Gate } from './gate.ts';
import { type OpenBlobDeps, type OpenedBlob, openBlob, openStored, readBlobHeader } from './open-blob.ts';

/** How many blob ids are looked up in the catalogue at a time. */
const PAGE = 500;

export interface VerifyVersionsDeps extends OpenBlobDeps {
  readonly gate: Gate;
  readonly registry: Pick<Registry, 'getAnyVersion' | 'listModels' | 'listAllVersions' | 'listNamespaces'>;
  readonly catalogue: OpenBlobDeps['catalogue'] & Pick<Catalogue, 'check' | 'unknownBlobs'>;
  readonly blobs: OpenBlobDeps['blobs'] & Pick<BlobStore, 'list'>;
}

/**
 * Checks what is stored against what was recorded: the catalogue's own structure and MACs, every header, every
 * payload's ciphertext digest, and (at full depth) every byte after opening. Damage is reported, not thrown.
 */
export function verifyVersions(
  deps: VerifyVersionsDeps,
  caller: Caller,
  input: VerifyInput,
): Promise<VerifyReport> {
  const act = input.ref === undefined ? onEverything('system:verify') : onModel('version:verify', input.ref);
  return deps.gate.pass(caller, act, async () => {
    const verification = new Verification(deps, input);
    if (input.ref === undefined) await verification.everything();
    else await verification.versions([await deps.registry.getAnyVersion(input.ref)]);
    return verification.report();
  });
}

class Verification {
  readonly #deps: VerifyVersionsDeps;
  readonly #input: VerifyInput;
  readonly #findings: VerifyFinding[] = [];
  readonly #seen = new Set<string>();
  #versionCount = 0;
  #bytes = 0;
  #sealedOnly = 0;
  #total = 0;
  readonly #unlocker: AccessCodeUnlocker | undefined;

  constructor(deps: VerifyVersionsDeps, input: VerifyInput) {
    this.#deps = deps;
    this.#input = input;
    this.#unlocker = input.accessCode && accessCodeUnlocker(input.accessCode);
  }

  async everything(): Promise<void> {
    for (const problem of await this.#deps.catalogue.check()) {
      this.#findings.push({ subject: 'catalogue', code: 'CATALOGUE_DAMAGED', message: problem });
    }
    const versions: Version[] = [];
    await this.#attempt('namespaces', async () => {
      await this.#deps.registry.listNamespaces();
    });
    await this.#attempt('models', async () => {
      for (const model of await this.#deps.registry.listModels()) {
        await this.#attempt(model.name, async () => {
          versions.push(...(await this.#deps.registry.listAllVersions(model.name)));
        });
      }
    });
    await this.versions(versions);
    await this.#findOrphans();
  }

  async versions(versions: readonly Version[]): Promise<void> {
    this.#total = distinctBytes(versions);
    for (const version of versions) {
      this.#versionCount++;
      for (const file of version.files) {
        if (this.#seen.has(file.blob)) continue;
        this.#seen.add(file.blob);
        assertNotAborted(this.#input.signal);
        const subject = `${version.model}@${version.version} ${file.path}`;
        await this.#attempt(subject, () => this.#verifyFile(version, file));
      }
    }
  }

  report(): VerifyReport {
    this.#unlocker?.wipe();
    return {
      isClean: this.#findings.length === 0,
      versionCount: this.#versionCount,
      blobCount: this.#seen.size,
      bytes: this.#bytes,
      findings: this.#findings,
      sealedOnly: this.#sealedOnly,
    };
  }

  async #verifyFile(version: Version, file: Version['files'][number]): Promise<void> {
    const opened = this.#input.depth === 'sealed' ? undefined : await this.#open(version, file);
    if (opened === undefined) {
      await this.#verifyCiphertext(file.blob as BlobId);
      this.#advance(file.size);
      return;
    }
    try {
      await this.#verifyPlaintext(opened.payload.lend(), { version, file });
    } finally {
      await opened.close();
    }
  }

  async #open(version: Version, file: Version['files'][number]): Promise<OpenedBlob | undefined> {
    try {
      return await openBlob(this.#deps, {
        blob: file.blob as BlobId,
        sha256: file.sha256,
        size: file.size,
        isEncrypted: version.isEncrypted,
        accessCode: this.#unlocker,
        signal: this.#input.signal,
      });
    } catch (error) {
      // Not damage: nobody gave the code. The ciphertext can still be checked.
      if (!isStrongroomError(error, 'ACCESS_CODE_REQUIRED')) throw error;
      this.#sealedOnly++;
      return undefined;
    }
  }

  async #verifyCiphertext(blob: BlobId): Promise<void> {
    const { header } = await readBlobHeader(this.#deps, blob);
    const source = await openStored(this.#deps.blobs, blob);
    try {
      await verifySealed({ header, source, signal: this.#input.signal });
    } finally {
      await source.close();
    }
  }

  async #verifyPlaintext(
    stream: AsyncIterable<Uint8Array>,
    { version, file }: { readonly version: Version; readonly file: Version['files'][number] },
  ): Promise<void> {
    const sha256 = createHasher('sha256');
    const sha512 = file.sha512 === undefined ? undefined : createHasher('sha512');
    for await (const chunk of stream) {
      sha256.update(chunk);
      sha512?.update(chunk);
      this.#advance(chunk.length);
    }
    const isSame =
      toHex(sha256.digest()) === file.sha256 &&
      (sha512 === undefined || toHex(sha512.digest()) === file.sha512);
    if (isSame) return;
    const subject = `${version.model}@${version.version} ${file.path}`;
    this.#report(subject, 'CONTAINER_TAMPERED', 'the content is not what the manifest says');
  }

  async #findOrphans(): Promise<void> {
    let page: BlobId[] = [];
    const flush = async () => {
      for (const blob of await this.#deps.catalogue.unknownBlobs(page)) {
        this.#report(`blob ${blob}`, 'BLOB_ORPHAN', 'a stored blob that no version refers to');
      }
      page = [];
    };
    for await (const blob of this.#deps.blobs.list()) {
      page.push(blob);
      if (page.length === PAGE) await flush();
    }
    if (page.length > 0) await flush();
  }

  async #attempt(subject: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      assertNotAborted(this.#input.signal);
      const { code, message, kind } = toStrongroomError(error);
      // A fault of ours or of the machine says nothing about what is stored.
      if (kind === 'internal' || kind === 'unavailable') throw error;
      this.#report(subject, code, message);
    }
  }

  #report(subject: string, code: string, message: string): void {
    this.#findings.push({ subject, code, message });
  }

  #advance(bytes: number): void {
    this.#bytes += bytes;
    const progress: Progress = { phase: 'verify', done: this.#bytes, total: this.#total, unit: 'bytes' };
    this.#input.onProgress?.(progress);
  }
}

function distinctBytes(versions: readonly Version[]): number {
  const sizes = new Map(versions.flatMap((version) => version.files.map((file) => [file.blob, file.size])));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
