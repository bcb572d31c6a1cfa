import type { Kysely } from 'kysely';

/**
 * The tables of the catalogue as Kysely sees them. Every type is one that SQLite and PostgreSQL both have: text for
 * ids, names and ISO times, bigint for sizes and counters, 0 and 1 for truth. The driver reads bigints, counts and
 * sums as numbers; all of ours are far below 2^53.
 */
export interface Tables {
  meta: { name: string; value: string };
  namespaces: {
    name: string;
    created_at: string;
    encryption: 'on' | 'off';
    key_scope: 'namespace' | 'model';
    mac: string;
  };
  models: {
    name: string;
    namespace: string;
    created_at: string;
    description: string;
    protection: 'none' | 'two-person';
    primary_metric: string | null;
    /** JSON object of directions by metric. */
    metric_directions: string;
    mac: string;
  };
  /** Outlives the model, so that a version number never means two things. */
  model_counters: { model: string; last_version: number };
  versions: {
    model: string;
    number: number;
    created_at: string;
    created_by: string;
    digest: string;
    /** JSON object of strings. */
    metadata: string;
    derived_model: string | null;
    derived_version: number | null;
    derived_relation: string | null;
    has_access_code: number;
    is_encrypted: number;
    state: 'available' | 'quarantined' | 'withdrawn';
    state_reason: string | null;
    state_at: string | null;
    state_by: string | null;
    mac: string;
  };
  version_files: {
    model: string;
    version: number;
    path: string;
    size: number;
    sha256: string;
    sha512: string | null;
    blob: string;
  };
  blobs: {
    id: string;
    model: string;
    size: number;
    stored_size: number;
    sha256: string;
    header_generation: number;
    key_name: string | null;
    key_version: number | null;
    code_lock: string | null;
  };
  aliases: { model: string; alias: string; version: number; set_at: string; mac: string };
  metrics: { model: string; version: number; name: string; value: number; mac: string };
  leases: {
    id: string;
    purpose: string;
    host: string;
    pid: number;
    started_at: string;
    created_at: string;
    expires_at: string;
    key_name: string | null;
    key_version: number | null;
  };
  /** Blobs that a lease is writing. */
  pending_blobs: { id: string; lease: string };
  /** Blobs that nothing refers to, whose files must still be removed. */
  pending_shreds: { blob: string; stored_size: number; requested_at: string };
  blocked_keys: { name: string; version: number };
  /** Not bound to the namespace's row: what is trusted may be said before the first put. */
  trust_policies: { namespace: string; policy: string; updated_at: string; mac: string };
  scan_reports: {
    model: string;
    sha256: string;
    path: string;
    verdict: string;
    status: string;
    rule_set: string;
    scanned_at: string;
    sealed: string;
  };
  releases: { model: string; version: number; number: number; words: string; mac: string };
  signatures: {
    model: string;
    version: number;
    id: string;
    content: string;
    added_at: string;
    added_by: string;
    mac: string;
  };
  signing_keys: {
    id: string;
    name: string;
    record: string;
    sealed: string | null;
    created_at: string;
    mac: string;
  };
  /** Small documents of access: users, grants, sessions … */
  documents: {
    collection: string;
    id: string;
    owner: string | null;
    lookup: string | null;
    generation: number;
    /** Canonical JSON. */
    content: string;
    expires_at: string | null;
    mac: string;
  };
  /** How often each collection of documents was changed. */
  document_changes: { collection: string; changes: number };
  acts: {
    sequence: number;
    at: string;
    caller: string;
    action: string;
    resource: string;
    outcome: 'intended' | 'done' | 'refused' | 'failed';
    code: string | null;
  };
}

/** Where queries are run: inside one transaction. */
export type Queries = Kysely<Tables>;

/** A database that holds the tables: what differs between SQLite and PostgreSQL. Throws as `Catalogue` says. */
export interface CatalogueDatabase {
  /** One consistent view for the whole of `work`. */
  read<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** One transaction, alone among writers from its first statement; run again when others were in the way. */
  write<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /**
   * A number that changes when anybody but this object has written; `undefined` where the database does not tell. What
   * was read before stays true while it stays the same and nothing was written here.
   */
  foreignVersion(): number | undefined;
  snapshot(path: string): Promise<void>;
  check(): Promise<readonly string[]>;
  close(): Promise<void>;
}
