import { fromHex } from '../bytes/index.ts';
import type { AttestedFile } from './root-digest.ts';
import type { Subject } from './statement.ts';

/** What a bill of materials lists. */
export interface BomInput {
  readonly subject: Subject;
  readonly model: string;
  readonly version: number;
  readonly createdAt: string;
  readonly createdBy: string;
  /** SHA-256 of the canonical manifest. */
  readonly digest: string;
  readonly files: readonly AttestedFile[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly parent?: { readonly name: string; readonly relation: string; readonly root?: string };
  readonly scanOutcome: string;
  readonly tool: { readonly name: string; readonly version: string };
}

/** Metadata that the model card has a place for. */
const PARAMETERS = {
  task: 'task',
  architectureFamily: 'architectureFamily',
  modelArchitecture: 'modelArchitecture',
} as const;

/** A CycloneDX 1.7 bill of materials of a model: model card, files, digests, lineage (cyclonedx.org, bom-1.7). */
export function billOfMaterials(input: BomInput): object {
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.7.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.7',
    serialNumber: `urn:uuid:${uuidOf(input.digest)}`,
    version: 1,
    metadata: {
      timestamp: input.createdAt,
      tools: { components: [{ type: 'application', ...input.tool }] },
      component: modelComponent(input),
    },
    components: input.files.map((file) => ({
      type: 'file',
      'bom-ref': `file:${file.path}`,
      name: file.path,
      hashes: [{ alg: 'SHA-256', content: file.sha256 }],
      properties: [{ name: 'strongroom:size', value: String(file.size) }],
    })),
    dependencies: [
      { ref: input.subject.name, dependsOn: input.files.map((file) => `file:${file.path}`) },
      ...input.files.map((file) => ({ ref: `file:${file.path}` })),
    ],
  };
}

function modelComponent(input: BomInput): object {
  const { subject, model, version, metadata, parent } = input;
  const license = ownValue(metadata, 'license');
  return {
    type: 'machine-learning-model',
    'bom-ref': subject.name,
    group: model.slice(0, model.indexOf('/')),
    name: model.slice(model.indexOf('/') + 1),
    version: String(version),
    // The same digest that statements and signatures name the model by.
    hashes: [{ alg: 'SHA-256', content: subject.root }],
    ...(license === undefined ? {} : { licenses: [{ license: { name: license } }] }),
    ...(parent === undefined ? {} : { pedigree: pedigreeOf(parent) }),
    modelCard: modelCard(input),
    properties: [
      { name: 'strongroom:manifest-digest', value: input.digest },
      { name: 'strongroom:created-by', value: input.createdBy },
      { name: 'strongroom:scan', value: input.scanOutcome },
      ...Object.entries(metadata).map(([name, value]) => ({ name: `strongroom:metadata:${name}`, value })),
    ],
  };
}

function modelCard({ metrics, metadata }: BomInput): object {
  const parameters = Object.entries(PARAMETERS).flatMap(([key, name]) => {
    const value = ownValue(metadata, key);
    return value === undefined ? [] : [[name, value] as const];
  });
  const performanceMetrics = Object.entries(metrics).map(([type, value]) => ({ type, value: String(value) }));
  return {
    ...(parameters.length === 0 ? {} : { modelParameters: Object.fromEntries(parameters) }),
    ...(performanceMetrics.length === 0 ? {} : { quantitativeAnalysis: { performanceMetrics } }),
  };
}

function pedigreeOf({ name, relation, root }: NonNullable<BomInput['parent']>): object {
  const at = name.lastIndexOf('@');
  return {
    ancestors: [
      {
        type: 'machine-learning-model',
        name: name.slice(0, at),
        version: name.slice(at + 1),
        ...(root === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: root }] }),
      },
    ],
    notes: relation,
  };
}

/** The same content has the same serial number (RFC 9562 §5.8: version 8, bits of our own). */
function uuidOf(digest: string): string {
  const bytes = Uint8Array.from(fromHex(digest.slice(0, 32)) ?? new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function ownValue(record: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
