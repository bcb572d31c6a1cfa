import { openZipMember, readZip, type ZipMember } from '../../formats/index.ts';
import type { Check, ScanContext, ScanTarget } from '../check.ts';
import { openInnerSource } from '../inner-source.ts';

/** Source of one member that is looked at. */
const MAX_CODE_BYTES = 1 << 24;
/** Namespaces of operators that PyTorch and its own libraries define. */
const KNOWN_OPERATORS: ReadonlySet<string> = new Set([
  'aten',
  'prim',
  'prims',
  'quantized',
  '_quantized',
  'sparse',
  'mkldnn',
  'mkldnn_prepacked',
  'prepacked',
  'rngprim',
  'inductor',
  'torchvision',
  'image',
  'torchaudio',
]);
const OPERATOR = /\bops\.([A-Za-z_]\w*)\./g;
/** Functions of the language that touch files, and operators written in Python. */
const REACHING =
  /\btorch\.(?:from_file|save|load|jit\.\w+|ops\.aten\.(?:from_file|save|_load\w*))\s*\(|^\s*\^\w+\(/m;
const FOREIGN_IMPORT = /^\s*(?:import|from)\s+(?!__torch__|torch\b|typing\b)(\S+)/m;

/** TorchScript: a program inside the archive, whose operators are listed. */
export const torchScriptCheck: Check = {
  name: 'torch-script',
  formats: ['torchscript'],
  async run(target, context) {
    const { members } = await readZip(target.source);
    context.report({ rule: 'TORCH_SCRIPT', message: 'a program in the TorchScript language' }, target);
    for (const member of members) {
      if (!/(?:^|\/)code\/.*\.py$/.test(member.name)) continue;
      await checkCode(member, target, context);
    }
  },
};

async function checkCode(member: ZipMember, target: ScanTarget, context: ScanContext): Promise<void> {
  const content = openZipMember(target.source, member);
  // The check of archives says so.
  if (content.kind === 'unreadable') return;
  const source =
    content.kind === 'stored'
      ? content.source
      : await openInnerSource(() => content.open(() => undefined), context);
  if (source.size > MAX_CODE_BYTES) context.inconclusive('a member of TorchScript code that is very long');
  const code = Buffer.from(await source.read(0, MAX_CODE_BYTES)).toString('utf8');
  const note = (message: string, evidence: string): void =>
    context.report(
      {
        rule: 'TORCH_SCRIPT_SUSPICIOUS',
        offset: member.local?.offset ?? 0,
        message: `${message} in ${member.name}`,
        evidence,
      },
      target,
    );
  const custom = new Set(
    [...code.matchAll(OPERATOR)].map(([, name = '']) => name).filter((name) => !KNOWN_OPERATORS.has(name)),
  );
  if (custom.size > 0) note('operators of another library', [...custom].join(', '));
  const [reaching] = REACHING.exec(code) ?? [];
  if (reaching !== undefined) note('a function that reaches outside', reaching.trim());
  const [, foreign] = FOREIGN_IMPORT.exec(code) ?? [];
  if (foreign !== undefined) note('an import that TorchScript does not have', foreign);
}
