import { join, resolve } from 'node:path';
import {
  type BackupReport,
  type Caller,
  type LongRunning,
  type MetricDirection,
  type ModelName,
  type RootSeal,
  type StrongroomApi,
  type Version,
  type VersionRef,
} from '../api/index.ts';
import type { SecretBytes } from '../bytes/index.ts';
import { type Config, type ConfigSources, loadConfig } from '../config.ts';
import { SegmentPool } from '../container/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { inspectKeyring, type Keyring, openKeyring, type UnsealMaterial } from '../keyring/index.ts';
import { restrictUmask } from '../runtime/index.ts';
import {
  type Catalogue,
  createWholeFolder,
  FsBlobStore,
  FsGenerationStore,
  readSmallFile,
} from '../storage/index.ts';
import {
  type Attestations,
  type AttestingTool,
  AuditRecorder,
  attestVersion,
  backupHome,
  bindStrongroom,
  type ExportBundleInput,
  type ExportedBundle,
  type ExportSealedInput,
  exportBundle,
  exportSealed,
  gatherEvidence,
  type ImportBundleInput,
  type ImportedBundle,
  importBundle,
  type LegacyFile,
  MAX_HOME_NOTE_BYTES,
  parseHomeNote,
  readLegacy,
  type Scanner,
  sealSetting,
  startBackgroundRescan,
  sweepLeftovers,
} from '../vault/index.ts';
import { backupTarget } from './backup.ts';
import { openCatalogue } from './catalogue-of.ts';
import { CLOCK, composeDeps, type HomeDeps } from './compose-deps.ts';
import { configuredSecrets } from './configured-secrets.ts';
import { type EvidenceReport, exportEvidence } from './export-evidence.ts';
import { BLOBS_FOLDER, builder, configFile, HOME_NOTE, KEYS_FOLDER } from './home-layout.ts';
import { openAudit } from './open-audit.ts';
import { openPredictions } from './open-predictions.ts';
import { openScanner } from './open-scanner.ts';
import { type RecordArchives, recordArchives } from './record-archives.ts';
import { type SecretState, secretReading, secretSetting, secretStates } from './secret-settings.ts';
import { type ServedHome, serveHome } from './serve-home.ts';

/** A change of the keyring takes milliseconds: a temporary file this old has no writer any more. */
const ABANDONED_MS = 60_000;

/** What opens the root key: the pieces themselves, or a function that is told which seals there are. */
export type UnsealSource =
  | readonly UnsealMaterial[]
  | ((seals: readonly RootSeal[]) => Promise<readonly UnsealMaterial[]>);

export interface OpenStrongroomOptions {
  readonly home: string;
  /** Absent: the key file or passphrase file of the configuration, or the key file inside the home. */
  readonly unseal?: UnsealSource;
  /** Environment for the configuration; none by default, so that a library does not read it behind one's back. */
  readonly env?: ConfigSources['env'];
  /** Looks into files on their way in; by default the built-in scanner, in threads of its own. */
  readonly scanner?: Scanner;
  /** Who acts; by default the local owner of the home. */
  readonly caller?: Caller;
  /**
   * `background`: what the rules in force have not looked at is scanned while the home is open, at low priority, for
   * processes that stay. `system.status` says how it stands; until then what policy says of old reports counts.
   */
  readonly rescan?: 'background';
}

export interface ImportLegacyInput extends LongRunning {
  readonly model: ModelName;
  readonly file: LegacyFile;
  readonly metricDirections?: Readonly<Record<string, MetricDirection>>;
}

/** A home that is open. Close it to forget its keys. */
export interface Strongroom {
  readonly api: StrongroomApi;
  /** The strongroom as one caller may use it: what they were granted, and what exists for them. */
  apiFor(caller: Caller): StrongroomApi;
  /** What a server serves; with it begins the housekeeping that `close` ends. The same every time. */
  serve(): ServedHome;
  readonly config: Config;
  /** Copies the home, while it is in use, to a folder that must not be there. */
  backup(input: LongRunning & { readonly destination: string }): Promise<BackupReport>;
  /** Writes the files of a version as sealed files for somebody outside. */
  exportSealed(input: ExportSealedInput): Promise<readonly string[]>;
  /** What can be said of a version to somebody who was not there: scan, bill of materials, provenance. */
  attest(input: { readonly ref: VersionRef; readonly tool: AttestingTool }): Promise<Attestations>;
  /** Writes a version with all that speaks for it as one signed file. */
  exportBundle(input: ExportBundleInput): Promise<ExportedBundle>;
  /** Checks such a file and takes it over as a new version. */
  importBundle(input: ImportBundleInput): Promise<ImportedBundle>;
  /** Archives of old entries of the record. */
  readonly archives: RecordArchives;
  /** Writes what an investigation needs into a new folder, signed with the keys of the record. */
  exportEvidence(input: { readonly destination: string }): Promise<EvidenceReport>;
  /** The secret settings of the configuration, and whether each can be read. */
  secretStates(): Promise<readonly SecretState[]>;
  /** A secret as `sealed:…` for the configuration. Throws `SETTING_UNKNOWN`, `INPUT_INVALID`, `INPUT_TOO_LARGE`. */
  sealSecret(input: { readonly setting: string; readonly secret: SecretBytes }): Promise<string>;
  /** Takes over a package of the Python class `SecureModelManager`, or a Fernet token, as a new version. */
  importLegacy(input: ImportLegacyInput): Promise<Version>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const LOCAL_OWNER: Caller = { type: 'local', id: 'local' };

/**
 * Opens a home. Throws `HOME_MISSING`, `HOME_NEWER`, `HOME_MALFORMED`, `HOME_EXPOSED`, `CATALOGUE_DAMAGED`, `KEY_REFUSED`
 * when nothing given unseals it, `KEYRING_ROLLED_BACK` when an older keyring was put back, `CONFIG_INVALID`, and the
 * `STORAGE_…` errors.
 */
export async function openStrongroom(options: OpenStrongroomOptions): Promise<Strongroom> {
  restrictUmask();
  const home = resolve(options.home);
  const note = parseHomeNote(await readHomeNote(home, options.home));
  const config = await loadConfig({ file: configFile(home), env: options.env ?? {} });
  await using opened = new AsyncDisposableStack();
  const keys = opened.use(await FsGenerationStore.open(join(home, KEYS_FOLDER)));
  const blobs = opened.use(await FsBlobStore.open(join(home, BLOBS_FOLDER)));
  const catalogue = await openCatalogue(home);
  opened.defer(() => catalogue.close());
  const keyring = opened.use(await unsealKeyring({ home, config, keys, catalogue, unseal: options.unseal }));
  await assertOneVault(note.vault, keyring, catalogue);
  const audit = opened.use(await openAudit({ home, catalogue, keyring, clock: CLOCK }));
  const recorder = new AuditRecorder(audit);
  opened.defer(() => recorder.close());
  const composed = composeDeps({
    audit,
    recorder,
    home,
    config,
    env: options.env ?? {},
    blobs,
    catalogue,
    keyring,
    pool: opened.use(SegmentPool.open()),
    scanner: options.scanner ?? opened.use(openScanner()),
  });
  opened.use(composed.defence);
  opened.defer(() => {
    composed.identity.close();
  });
  const deps = { ...composed, predictions: opened.use(openPredictions(composed, config)) };
  await keyring.prune();
  await keys.sweep(ABANDONED_MS);
  await catalogue.noteKeyringGeneration(keyring.generation);
  await sweepLeftovers(deps);
  const caller = options.caller ?? LOCAL_OWNER;
  const background = options.rescan === 'background' ? startBackgroundRescan(deps, caller) : undefined;
  if (background !== undefined) opened.defer(() => background.stop());
  return bindHome({
    home,
    config,
    env: options.env ?? {},
    deps: { ...deps, ...(background !== undefined && { rescan: () => background.status() }) },
    keys,
    caller,
    resources: opened.move(),
  });
}

async function readHomeNote(home: string, named: string): Promise<Uint8Array> {
  const bytes = await readSmallFile(join(home, HOME_NOTE), MAX_HOME_NOTE_BYTES);
  if (bytes === undefined)
    throw new StrongroomError('HOME_MISSING', `there is no home of strongroom at ${named}`);
  return bytes;
}

interface Unsealing {
  readonly home: string;
  readonly config: Config;
  readonly keys: FsGenerationStore;
  readonly catalogue: Catalogue;
  readonly unseal: UnsealSource | undefined;
}

async function unsealKeyring(work: Unsealing): Promise<Keyring> {
  const sealed = await inspectKeyring(work.keys);
  const unseal = work.unseal ?? (() => configuredSecrets(work.home, work.config));
  const material = typeof unseal === 'function' ? await unseal(sealed?.seals ?? []) : unseal;
  const minGeneration = await work.catalogue.keyringGeneration();
  return await openKeyring({ store: work.keys, unseal: material, minGeneration });
}

async function assertOneVault(vault: string, keyring: Keyring, catalogue: Catalogue): Promise<void> {
  const claimed = await catalogue.findVault();
  if (claimed !== keyring.vault || vault !== keyring.vault) {
    throw new StrongroomError('HOME_MALFORMED', 'keyring and catalogue belong to different strongrooms');
  }
}

interface BoundHome {
  readonly home: string;
  readonly config: Config;
  readonly env: ConfigSources['env'];
  readonly deps: HomeDeps;
  readonly keys: FsGenerationStore;
  readonly caller: Caller;
  readonly resources: AsyncDisposableStack;
}

function bindHome({ home, config, env, deps, caller, resources }: BoundHome): Strongroom {
  const api = bindStrongroom(deps, caller);
  const apiFor = (other: Caller) => bindStrongroom(deps, other);
  let serving: ReturnType<typeof serveHome> | undefined;
  const close = async () => {
    await serving?.stop();
    await resources.disposeAsync();
  };
  return {
    api,
    apiFor,
    serve: () => {
      serving ??= serveHome({ ...deps, parts: deps.identity, federated: deps.federation.logIn, apiFor });
      return serving.served;
    },
    config,
    backup: ({ destination, ...running }) =>
      createWholeFolder({
        path: destination,
        builder: builder(),
        fill: async (path) => {
          await using blobs = await FsBlobStore.open(join(path, BLOBS_FOLDER), { create: true });
          const target = backupTarget({ home, path, blobs, catalogue: deps.catalogue, audit: deps.audit });
          return await backupHome(deps, caller, { target, ...running });
        },
      }),
    exportSealed: (input) => exportSealed(deps, caller, input),
    attest: (input) => attestVersion(deps, caller, input),
    exportBundle: (input) => exportBundle(deps, caller, input),
    importBundle: (input) => importBundle(deps, caller, input),
    archives: recordArchives(deps, caller),
    exportEvidence: ({ destination }) =>
      gatherEvidence(deps.gate, caller, () =>
        exportEvidence({
          home,
          destination,
          config,
          keys: deps.audit.keys,
          api,
          now: () => deps.clock.now(),
        }),
      ),
    secretStates: () => secretStates(config, secretReading(home, env, deps.keyring)),
    sealSecret: async ({ setting, secret }) => {
      const { name } = secretSetting(config, setting);
      return await sealSetting(deps, caller, { setting: name, secret });
    },
    importLegacy: async ({ file, ...input }) =>
      await api.versions.put({ ...(await readLegacy(file)), ...input }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
