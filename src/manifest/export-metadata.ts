import type { Version } from '../api/index.ts';
import { guessFramework } from './framework.ts';

/** What exported: so that a reader knows which programs wrote the files. */
export interface ExportRuntime {
  /** Version of strongroom. */
  readonly strongroom: string;
  /** Version of Node. */
  readonly node: string;
  /** ISO 8601 UTC with milliseconds. */
  readonly exportedAt: string;
}

/**
 * The text of `*.metadata.json`, which lies beside an exported version: version, checksums, times, framework and
 * runtime versions, so that whoever gets the files can check them with `sha256sum` and nothing of ours
 * (docs/spec/manifest.md). Indented JSON with a final line feed.
 */
export function exportMetadata(version: Version, runtime: ExportRuntime): string {
  const metadata = {
    format: 'strongroom-metadata/1',
    model: version.model,
    version: version.version,
    checksum: { algorithm: 'sha256', of: 'manifest', value: version.digest },
    createdAt: version.createdAt,
    createdBy: version.createdBy,
    exportedAt: runtime.exportedAt,
    framework:
      guessFramework(
        version.files.map((file) => file.path),
        version.metadata,
      ) ?? 'unknown',
    frameworkVersion: ownValue(version.metadata, 'frameworkVersion'),
    runtime: { strongroom: runtime.strongroom, node: runtime.node },
    files: version.files.map(({ path, size, sha256, sha512 }) => ({ path, size, sha256, sha512 })),
    size: version.size,
    aliases: version.aliases,
    metrics: version.metrics,
    metadata: version.metadata,
    derivedFrom: version.derivedFrom,
  };
  return `${JSON.stringify(metadata, undefined, 2)}\n`;
}

function ownValue(metadata: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(metadata, key) ? metadata[key] : undefined;
}
