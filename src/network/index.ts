export { createDocumentFetch, type DocumentFetch, type DocumentRequest } from './document-fetch.ts';
export type { Download, DownloadDeps, DownloadRequest, RunningDigest } from './download.ts';
export { type HostRule, parseHostRule } from './host-list.ts';
export { type IpAddress, type IpNetwork, isInNetwork, parseIpAddress, parseIpNetwork } from './ip-address.ts';
export { Forwarder, type ForwarderOptions } from './line-forwarder.ts';
export { openDownload } from './open-download.ts';
export {
  DEFAULT_LIMITS,
  type NetworkPolicy,
  type NetworkRequest,
  type Proxy,
  type Resolve,
  type TransferLimits,
} from './policy.ts';
export { type AnswerProbe, probeAnswer } from './probe-answer.ts';
export { type ProbeTarget, probeTls, type TlsProbe } from './probe-tls.ts';
export { parseProxy } from './proxy.ts';
export { parseTarget, type Target } from './target.ts';
