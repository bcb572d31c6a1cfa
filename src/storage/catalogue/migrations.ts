import type { CreateTableBuilder, Kysely } from 'kysely';
import { StrongroomError } from '../../errors/index.ts';
import type { Queries } from './tables.ts';

/** Takes the database from one form to the next. Kysely's schema builder only, so that PostgreSQL can run it too. */
type Migration = (schema: Kysely<unknown>['schema']) => Promise<void>;

/** In order; the position (from 1) is the format version. Published ones never change. */
const MIGRATIONS: readonly Migration[] = [createFirstTables, addTrust, addDocuments, addProtection];

/** The form of the catalogue that this strongroom writes. */
export const CATALOGUE_FORMAT_VERSION = MIGRATIONS.length;

/**
 * Brings the database to the newest form, inside the transaction given. Throws `HOME_NEWER` when a newer strongroom
 * has been at work here; then nothing was changed.
 */
export async function migrate(queries: Queries): Promise<void> {
  await queries.schema
    .createTable('meta')
    .ifNotExists()
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
  const current = await readFormatVersion(queries);
  if (current > CATALOGUE_FORMAT_VERSION) {
    throw new StrongroomError(
      'HOME_NEWER',
      `the home has format ${current}, this strongroom knows formats up to ${CATALOGUE_FORMAT_VERSION}`,
    );
  }
  for (const migration of MIGRATIONS.slice(current)) await migration(queries.schema);
  if (current < CATALOGUE_FORMAT_VERSION) {
    await queries
      .insertInto('meta')
      .values({ name: 'format_version', value: String(CATALOGUE_FORMAT_VERSION) })
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet({ value: String(CATALOGUE_FORMAT_VERSION) }),
      )
      .execute();
  }
}

async function readFormatVersion(queries: Queries): Promise<number> {
  const row = await queries
    .selectFrom('meta')
    .select('value')
    .where('name', '=', 'format_version')
    .executeTakeFirst();
  if (row === undefined) return 0;
  const version = Number(row.value);
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new StrongroomError('CATALOGUE_DAMAGED', 'the catalogue does not say which format it has');
  }
  return version;
}

async function createFirstTables(schema: Kysely<unknown>['schema']): Promise<void> {
  await createModelTables(schema);
  await createBlobTables(schema);
  await createVersionTables(schema);
  await createWorkTables(schema);
}

/** Version 2: what is trusted, what a scan found, who signed. */
async function addTrust(schema: Kysely<unknown>['schema']): Promise<void> {
  await schema
    .alterTable('versions')
    .addColumn('state', 'text', (column) => column.notNull().defaultTo('available'))
    .execute();
  for (const name of ['state_reason', 'state_at', 'state_by']) {
    await schema.alterTable('versions').addColumn(name, 'text').execute();
  }
  const policies = schema
    .createTable('trust_policies')
    .addColumn('namespace', 'text', (column) => column.primaryKey());
  await text(policies, 'policy', 'updated_at', 'mac').execute();

  const reports = schema
    .createTable('scan_reports')
    .addColumn('model', 'text', (column) => column.notNull().references('models.name'))
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('path', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('scan_reports_key', ['model', 'sha256', 'path']);
  await text(reports, 'verdict', 'status', 'rule_set', 'scanned_at', 'sealed').execute();

  const releases = ofVersion(schema, 'releases')
    .addColumn('number', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('releases_key', ['model', 'version', 'number']);
  await text(releases, 'words', 'mac').execute();

  const signatures = ofVersion(schema, 'signatures')
    .addColumn('id', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('signatures_key', ['model', 'version', 'id']);
  await text(signatures, 'content', 'added_at', 'added_by', 'mac').execute();

  const keys = schema
    .createTable('signing_keys')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('sealed', 'text');
  await text(keys, 'name', 'record', 'created_at', 'mac').execute();
}

/** Version 3: small documents, for those who have access. */
async function addDocuments(schema: Kysely<unknown>['schema']): Promise<void> {
  const documents = schema
    .createTable('documents')
    .addColumn('collection', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('owner', 'text')
    .addColumn('lookup', 'text')
    .addColumn('generation', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'text')
    .addPrimaryKeyConstraint('documents_key', ['collection', 'id'])
    // Where there is no lookup, it is not the same as another one that is not there.
    .addUniqueConstraint('documents_lookup', ['collection', 'lookup']);
  await text(documents, 'content', 'mac').execute();
  await schema
    .createIndex('documents_by_owner')
    .on('documents')
    .columns(['collection', 'owner', 'id'])
    .execute();
  await schema.createIndex('documents_by_expiry').on('documents').column('expires_at').execute();
  await schema
    .createTable('document_changes')
    .addColumn('collection', 'text', (column) => column.primaryKey())
    .addColumn('changes', 'bigint', (column) => column.notNull())
    .execute();
}

/** Version 4: models whose content takes two people. */
async function addProtection(schema: Kysely<unknown>['schema']): Promise<void> {
  await schema
    .alterTable('models')
    .addColumn('protection', 'text', (column) => column.notNull().defaultTo('none'))
    .execute();
}

/** A table whose rows belong to a version. */
function ofVersion(schema: Kysely<unknown>['schema'], name: string) {
  return schema
    .createTable(name)
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addForeignKeyConstraint(`${name}_version`, ['model', 'version'], 'versions', ['model', 'number']);
}

const text = <T extends string, C extends string>(table: CreateTableBuilder<T, C>, ...names: readonly C[]) =>
  names.reduce((built, name) => built.addColumn(name, 'text', (column) => column.notNull()), table);

async function createModelTables(schema: Kysely<unknown>['schema']): Promise<void> {
  const namespaces = schema
    .createTable('namespaces')
    .addColumn('name', 'text', (column) => column.primaryKey());
  await text(namespaces, 'created_at', 'encryption', 'key_scope', 'mac').execute();

  const models = schema
    .createTable('models')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('namespace', 'text', (column) => column.notNull().references('namespaces.name'))
    .addColumn('primary_metric', 'text');
  await text(models, 'created_at', 'description', 'metric_directions', 'mac').execute();
  await schema.createIndex('models_by_namespace').on('models').column('namespace').execute();

  await schema
    .createTable('model_counters')
    .addColumn('model', 'text', (column) => column.primaryKey())
    .addColumn('last_version', 'bigint', (column) => column.notNull())
    .execute();
}

async function createBlobTables(schema: Kysely<unknown>['schema']): Promise<void> {
  await schema
    .createTable('blobs')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('model', 'text', (column) => column.notNull().references('models.name'))
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('stored_size', 'bigint', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('header_generation', 'bigint', (column) => column.notNull())
    .addColumn('key_name', 'text')
    .addColumn('key_version', 'bigint')
    .addColumn('code_lock', 'text')
    .execute();
  await schema.createIndex('blobs_by_content').on('blobs').columns(['model', 'sha256']).execute();
  await schema.createIndex('blobs_by_key').on('blobs').columns(['key_name', 'key_version', 'id']).execute();
}

async function createVersionTables(schema: Kysely<unknown>['schema']): Promise<void> {
  const versions = schema
    .createTable('versions')
    .addColumn('model', 'text', (column) => column.notNull().references('models.name'))
    .addColumn('number', 'bigint', (column) => column.notNull())
    .addColumn('derived_model', 'text')
    .addColumn('derived_version', 'bigint')
    .addColumn('derived_relation', 'text')
    .addColumn('has_access_code', 'integer', (column) => column.notNull())
    .addColumn('is_encrypted', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('versions_key', ['model', 'number']);
  await text(versions, 'created_at', 'created_by', 'digest', 'metadata', 'mac').execute();

  await schema
    .createTable('version_files')
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('size', 'bigint', (column) => column.notNull())
    .addColumn('sha256', 'text', (column) => column.notNull())
    .addColumn('sha512', 'text')
    .addColumn('blob', 'text', (column) => column.notNull().references('blobs.id'))
    .addPrimaryKeyConstraint('version_files_key', ['model', 'version', 'path'])
    .addForeignKeyConstraint('version_files_version', ['model', 'version'], 'versions', ['model', 'number'])
    .execute();
  await schema.createIndex('version_files_by_blob').on('version_files').column('blob').execute();

  const aliases = schema
    .createTable('aliases')
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('alias', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('aliases_key', ['model', 'alias'])
    .addForeignKeyConstraint('aliases_version', ['model', 'version'], 'versions', ['model', 'number']);
  await text(aliases, 'set_at', 'mac').execute();

  await schema
    .createTable('metrics')
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('value', 'double precision', (column) => column.notNull())
    .addColumn('mac', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('metrics_key', ['model', 'version', 'name'])
    .addForeignKeyConstraint('metrics_version', ['model', 'version'], 'versions', ['model', 'number'])
    .execute();
}

async function createWorkTables(schema: Kysely<unknown>['schema']): Promise<void> {
  const leases = schema
    .createTable('leases')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('pid', 'bigint', (column) => column.notNull())
    .addColumn('key_name', 'text')
    .addColumn('key_version', 'bigint');
  await text(leases, 'purpose', 'host', 'started_at', 'created_at', 'expires_at').execute();
  await schema
    .createTable('pending_blobs')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('lease', 'text', (column) => column.notNull().references('leases.id'))
    .execute();
  await schema.createIndex('pending_blobs_by_lease').on('pending_blobs').column('lease').execute();
  await schema
    .createTable('pending_shreds')
    .addColumn('blob', 'text', (column) => column.primaryKey())
    .addColumn('stored_size', 'bigint', (column) => column.notNull())
    .addColumn('requested_at', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createTable('blocked_keys')
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('version', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('blocked_keys_key', ['name', 'version'])
    .execute();
  const acts = schema
    .createTable('acts')
    .addColumn('sequence', 'bigint', (column) => column.primaryKey())
    .addColumn('code', 'text');
  await text(acts, 'at', 'caller', 'action', 'resource', 'outcome').execute();
}
