import {
  formatCanonicalJson,
  freezeWhole,
  fromBase64Url,
  isFrozenWhole,
  toBase64Url,
  utf8Bytes,
} from '../bytes/index.ts';
import { isStrongroomError, StrongroomError } from '../errors/index.ts';
import { manifestDigest } from '../manifest/index.ts';
import type {
  AliasRow,
  MetricRow,
  ModelRow,
  NamespaceRow,
  ReleaseRow,
  SignatureRow,
  SigningKeyRow,
  TrustPolicyRow,
  VersionRow,
} from '../storage/index.ts';
import { manifestOf } from './manifest-of.ts';
import type { Seal } from './seal.ts';

/** Objects in what is made of one row; beyond them it is made anew each time. */
const MAX_OPENED_PARTS = 256;

type Unsealed<Row> = Omit<Row, 'mac'>;

/**
 * Puts a MAC on every row that goes into the catalogue and checks it on every row that comes out, so that whoever
 * can write the database but has no key can neither change what a version is, nor where an alias points, nor switch
 * encryption off (docs/spec/manifest.md). `open…` throws `REGISTRY_TAMPERED`.
 */
export class SealedRows {
  readonly #seal: Seal;
  /** Rows that the catalogue keeps, frozen whole, and gives again while nothing was written: checked once. */
  readonly #verified = new WeakMap<object, Table>();
  readonly #opened = new WeakMap<object, { readonly open: unknown; readonly opened: unknown }>();

  constructor(seal: Seal) {
    this.#seal = seal;
  }

  /** What `open` makes of a row: made once of one that the catalogue keeps, and frozen like it. */
  once<Row extends object, Opened>(row: Row, open: (rows: SealedRows, row: Row) => Opened): Opened {
    if (!isFrozenWhole(row)) return open(this, row);
    const known = this.#opened.get(row);
    if (known?.open === open) return known.opened as Opened;
    const opened = open(this, row);
    if (freezeWhole(opened, MAX_OPENED_PARTS)) this.#opened.set(row, { open, opened });
    return opened;
  }

  sealNamespace(row: Unsealed<NamespaceRow>): NamespaceRow {
    return { ...row, mac: this.#mac('namespace', namespaceText(row)) };
  }

  openNamespace<Row extends NamespaceRow>(row: Row): Row {
    this.#verify('namespace', row, namespaceText);
    return row;
  }

  sealModel(row: Unsealed<ModelRow>): ModelRow {
    return { ...row, mac: this.#mac('model', modelText(row)) };
  }

  openModel<Row extends ModelRow>(row: Row): Row {
    this.#verify('model', row, modelText);
    return row;
  }

  /** Names the content by its digest, and seals that with what else must not change. */
  sealVersion(row: Omit<VersionRow, 'mac' | 'digest'>): VersionRow {
    const named = { ...row, digest: manifestDigest(manifestOf(row)) };
    return { ...named, mac: this.#mac('version', versionText(named)) };
  }

  openVersion<Row extends VersionRow>(row: Row): Row {
    this.#verify('version', row, (each) => {
      if (each.digest !== digestOfStored(each)) throw tampered('version');
      return versionText(each);
    });
    return row;
  }

  sealAlias(row: Unsealed<AliasRow>): AliasRow {
    return { ...row, mac: this.#mac('alias', aliasText(row)) };
  }

  openAlias(row: AliasRow): AliasRow {
    this.#verify('alias', row, aliasText);
    return row;
  }

  sealMetric(row: Unsealed<MetricRow>): MetricRow {
    return { ...row, mac: this.#mac('metric', metricText(row)) };
  }

  openMetric(row: MetricRow): MetricRow {
    this.#verify('metric', row, metricText);
    return row;
  }

  sealTrustPolicy(row: Unsealed<TrustPolicyRow>): TrustPolicyRow {
    return { ...row, mac: this.#mac('trust policy', trustPolicyText(row)) };
  }

  openTrustPolicy(row: TrustPolicyRow): TrustPolicyRow {
    this.#verify('trust policy', row, trustPolicyText);
    return row;
  }

  sealRelease(row: Unsealed<ReleaseRow>): ReleaseRow {
    return { ...row, mac: this.#mac('release', releaseText(row)) };
  }

  openRelease(row: ReleaseRow): ReleaseRow {
    this.#verify('release', row, releaseText);
    return row;
  }

  sealSignature(row: Unsealed<SignatureRow>): SignatureRow {
    return { ...row, mac: this.#mac('signature', signatureText(row)) };
  }

  openSignature(row: SignatureRow): SignatureRow {
    this.#verify('signature', row, signatureText);
    return row;
  }

  sealSigningKey(row: Unsealed<SigningKeyRow>): SigningKeyRow {
    return { ...row, mac: this.#mac('signing key', signingKeyText(row)) };
  }

  openSigningKey(row: SigningKeyRow): SigningKeyRow {
    this.#verify('signing key', row, signingKeyText);
    return row;
  }

  #mac(table: Table, text: string): string {
    return toBase64Url(this.#seal.mac(labelOf(table), utf8Bytes(text)));
  }

  #verify<Row extends { readonly mac: string }>(table: Table, row: Row, textOf: (row: Row) => string): void {
    if (this.#verified.get(row) === table) return;
    const bytes = fromBase64Url(row.mac);
    const isOurs = bytes !== undefined && this.#seal.verifyMac(labelOf(table), utf8Bytes(textOf(row)), bytes);
    if (!isOurs) throw tampered(table);
    if (Object.isFrozen(row)) this.#verified.set(row, table);
  }
}

type Table =
  | 'namespace'
  | 'model'
  | 'version'
  | 'alias'
  | 'metric'
  | 'trust policy'
  | 'release'
  | 'signature'
  | 'signing key';

function labelOf(table: Table): string {
  return `catalogue ${table}`;
}

function tampered(table: Table): StrongroomError {
  return new StrongroomError('REGISTRY_TAMPERED', `a ${table} in the catalogue is not what strongroom wrote`);
}

function digestOfStored(row: VersionRow): string {
  try {
    return manifestDigest(manifestOf(row));
  } catch (error) {
    // What is stored once kept these rules.
    const isUnsound =
      isStrongroomError(error, 'MANIFEST_INVALID') || isStrongroomError(error, 'NAME_INVALID');
    if (isUnsound || isStrongroomError(error, 'INPUT_INVALID')) throw tampered('version');
    throw error;
  }
}

function namespaceText({ name, createdAt, encryption, keyScope }: Unsealed<NamespaceRow>): string {
  return formatCanonicalJson({ name, createdAt, encryption, keyScope });
}

function modelText({ name, createdAt, description, ...row }: Unsealed<ModelRow>): string {
  const { primaryMetric, metricDirections } = row;
  // Left out where there is none, so that rows of before there was any protection still hold.
  const protection = row.protection === 'none' ? undefined : row.protection;
  return formatCanonicalJson({ name, createdAt, description, primaryMetric, metricDirections, protection });
}

function versionText(row: Unsealed<VersionRow>): string {
  const { model, version, createdBy, digest, hasAccessCode, isEncrypted, standing } = row;
  const held = standing && {
    state: standing.state,
    reason: standing.reason,
    at: standing.at,
    by: standing.by,
  };
  return formatCanonicalJson({
    model,
    version,
    createdBy,
    digest,
    hasAccessCode,
    isEncrypted,
    standing: held,
  });
}

function aliasText({ model, alias, version, setAt }: Unsealed<AliasRow>): string {
  return formatCanonicalJson({ model, alias, version, setAt });
}

function metricText({ model, version, name, value }: Unsealed<MetricRow>): string {
  return formatCanonicalJson({ model, version, name, value }, { numbers: 'finite' });
}

function trustPolicyText({ namespace, policy, updatedAt }: Unsealed<TrustPolicyRow>): string {
  return formatCanonicalJson({ namespace, policy, updatedAt });
}

function releaseText({ model, version, number, words }: Unsealed<ReleaseRow>): string {
  return formatCanonicalJson({ model, version, number, words });
}

function signatureText({ model, version, id, ...row }: Unsealed<SignatureRow>): string {
  const { content, addedAt, addedBy } = row;
  return formatCanonicalJson({ model, version, id, content, addedAt, addedBy });
}

function signingKeyText({ id, name, record, sealed, createdAt }: Unsealed<SigningKeyRow>): string {
  return formatCanonicalJson({ id, name, record, sealed, createdAt });
}
