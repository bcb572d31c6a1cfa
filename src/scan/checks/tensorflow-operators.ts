/** What an operator can do when the graph runs. */
export type OperatorDanger = 'code' | 'file' | 'usual';

/** Runs code of the host, or writes files. */
const CODE: readonly string[] = [
  'WriteFile',
  'PyFunc',
  'PyFuncStateless',
  'EagerPyFunc',
  'PyCall',
  'ShellExecute',
  'ExecuteOp',
  'SystemConfig',
];

/** Reads files of the host, reaches other machines, or writes summaries and data sets to a path. */
const FILE: readonly string[] = [
  'ReadFile',
  'MatchingFiles',
  'MatchingFilesDataset',
  'LoadAndRemapMatrix',
  'LookupTableImport',
  'LookupTableImportV2',
  'TextLineDataset',
  'TextLineReader',
  'TextLineReaderV2',
  'FixedLengthRecordDataset',
  'FixedLengthRecordDatasetV2',
  'FixedLengthRecordReader',
  'FixedLengthRecordReaderV2',
  'TFRecordDataset',
  'TFRecordDatasetV2',
  'TFRecordReader',
  'TFRecordReaderV2',
  'WholeFileReader',
  'WholeFileReaderV2',
  'LMDBDataset',
  'LMDBReader',
  'CSVDataset',
  'CSVDatasetV2',
  'ExperimentalCSVDataset',
  'SqlDataset',
  'ExperimentalSqlDataset',
  'CacheDataset',
  'CacheDatasetV2',
  'SnapshotDataset',
  'SnapshotDatasetV2',
  'DatasetToTFRecord',
  'ExperimentalDatasetToTFRecord',
  'SaveDataset',
  'SaveDatasetV2',
  'LoadDataset',
  'DistributedSave',
  'WriteGraphSummary',
  'WriteSummary',
  'WriteRawProtoSummary',
  'WriteScalarSummary',
  'WriteImageSummary',
  'WriteHistogramSummary',
  'WriteAudioSummary',
  'CreateSummaryFileWriter',
  'CreateSummaryDbWriter',
  'ImportEvent',
  'RemoteCall',
  'RemoteFusedGraphExecute',
  'RpcClient',
  'RpcServer',
  'RpcCall',
  'RpcServerStart',
  'DataServiceDataset',
  'DataServiceDatasetV2',
  'RegisterDataset',
  'XlaLaunch',
  'XlaLaunchV2',
  'DebugIdentity',
  'DebugIdentityV2',
  'DebugIdentityV3',
  'DebugNanCount',
  'DebugNumericSummary',
  'DebugNumericSummaryV2',
  'ConfigureDistributedTPU',
  'TPUExecute',
  'TPUCompile',
  'GenerateVocabRemapping',
  'SdcaFprint',
  'DynamicLoadLibrary',
  'IgniteDataset',
  'BigtableClient',
  'GcsConfigureCredentials',
];

/** Stands in most saved models: checkpoints, tables, queues, messages, decoders. */
const USUAL: readonly string[] = [
  'Save',
  'SaveV2',
  'SaveSlices',
  'Restore',
  'RestoreV2',
  'RestoreSlice',
  'MergeV2Checkpoints',
  'ShardedFilename',
  'InitializeTable',
  'InitializeTableV2',
  'InitializeTableFromTextFile',
  'InitializeTableFromTextFileV2',
  'Print',
  'PrintV2',
  'Assert',
  'Abort',
];

const DANGERS: ReadonlyMap<string, OperatorDanger> = new Map([
  ...USUAL.map((name) => [name, 'usual'] as const),
  ...FILE.map((name) => [name, 'file'] as const),
  ...CODE.map((name) => [name, 'code'] as const),
]);
/** `Decode*` and `Queue*` are many. */
const USUAL_NAMES = /^(?:Decode\w+|Queue\w+|\w+Queue(?:V2)?)$/;
const CODE_NAMES = /^(?:_?Py(?:Func|Call)\w*|\w*(?:Shell|Subprocess|ExecuteCommand)\w*)$/i;

/** What an operator can do; `undefined`: it computes. */
export function operatorDanger(operator: string): OperatorDanger | undefined {
  const danger = DANGERS.get(operator);
  if (danger !== undefined) return danger;
  if (CODE_NAMES.test(operator)) return 'code';
  return USUAL_NAMES.test(operator) ? 'usual' : undefined;
}
