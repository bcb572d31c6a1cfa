import { type Config, loadConfig } from '../config.ts';
import { createHasher } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import {
  type IpNetwork,
  type NetworkPolicy,
  openDownload,
  parseHostRule,
  parseIpNetwork,
  parseProxy,
  parseTarget,
} from '../network/index.ts';
import { configFile } from '../open/index.ts';
import type { CliContext } from './context.ts';
import { readAuthorities } from './named-files.ts';
import type { DownloadInput, DownloadOperations } from './operations.ts';
import { escapeText } from './terminal.ts';

/** Downloads, wired to the configuration and to the one door outward. */
export function createDownloadOperations(env: CliContext['env']): DownloadOperations {
  return {
    async openDownload(input) {
      const { download: config } = await loadConfig({ file: configFile(input.home), env });
      const { url, sha256, size, token, signal, onProgress, onResume } = input;
      const { path, shown } = parseTarget(url);
      const download = await openDownload(
        {
          url,
          sha256,
          signal,
          onResume,
          ...(size !== undefined && { size }),
          ...(token && { bearer: token }),
          onProgress: (done, total) =>
            onProgress({ phase: 'download', done, unit: 'bytes', ...(total !== undefined && { total }) }),
        },
        await policyOf(input, config),
        { createHasher },
      );
      return {
        name: lastPartOf(path),
        url: shown,
        from: download.from,
        size: download.size,
        read: () => download.read(),
        [Symbol.asyncDispose]: () => download.close(),
      };
    },
  };
}

async function policyOf(input: DownloadInput, config: Config['download']): Promise<NetworkPolicy> {
  const caFile = input.caFile ?? config.ca_file;
  const proxy = input.proxy ?? config.proxy;
  return {
    hosts: [...wordsOf(config.allowed_hosts), ...input.allowedHosts].map(parseHostRule),
    networks: [...wordsOf(config.allowed_networks), ...input.allowedNetworks].map(readNetwork),
    allowLoopback: input.allowLoopback,
    ...(caFile !== undefined && { ca: await readAuthorities(caFile) }),
    ...(proxy !== undefined && { proxy: parseProxy(proxy) }),
    limits: {
      maxBytes: input.maxBytes ?? config.max_bytes,
      totalTimeoutMs: config.timeout_seconds * 1000,
      idleTimeoutMs: config.idle_seconds * 1000,
      minBytesPerSecond: config.min_bytes_per_second,
    },
  };
}

function wordsOf(list: string): string[] {
  return list.split(/[\s,]+/).filter((word) => word !== '');
}

function readNetwork(text: string): IpNetwork {
  const network = parseIpNetwork(text);
  if (network !== undefined) return network;
  throw new StrongroomError('INPUT_INVALID', `not a network: ${escapeText(text)}`, {
    hint: 'write it as 10.20.0.0/16 or fd00:1234::/32, the bits after the prefix zero',
  });
}

/** The name of the file as its address has it; `''` where it has none or one that cannot be read. */
function lastPartOf(path: string): string {
  const part = path.replace(/\?.*$/s, '').split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(part);
  } catch {
    // Not UTF-8 behind the percent signs: whoever downloads gives it a name.
    return '';
  }
}
