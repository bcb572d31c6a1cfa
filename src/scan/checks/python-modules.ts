/**
 * Roots of Python's standard library and of frameworks through which a name becomes a program, a file or a
 * connection. Not a filter to let the rest pass: only to tell what is certainly malicious from what is unknown.
 */
const DANGEROUS_ROOTS: ReadonlySet<string> = new Set(
  (
    'os posix nt ntpath posixpath sys subprocess _posixsubprocess builtins __builtin__ __builtins__ __main__ shutil ' +
    'socket socketserver ssl importlib _frozen_importlib imp zipimport pkgutil runpy code codeop inspect pickle ' +
    '_pickle cPickle marshal shelve dill cloudpickle joblib types ctypes _ctypes cffi multiprocessing threading ' +
    '_thread concurrent asyncio signal pty pdb bdb profile cProfile trace timeit doctest unittest webbrowser ' +
    'antigravity urllib urllib2 urllib3 http httplib requests httpx aiohttp ftplib smtplib poplib telnetlib xmlrpc ' +
    'tempfile glob io _io codecs fileinput linecache platform commands popen2 pip setuptools pkg_resources ' +
    'distutils venv ensurepip idlelib lib2to3 logging sqlite3 dbm tarfile zipfile gc atexit sched faulthandler ' +
    'compileall py_compile site sysconfig IPython'
  ).split(' '),
);

/** Functions of numerical packages that read files or run code. */
const DANGEROUS_FUNCTIONS: ReadonlySet<string> = new Set(
  (
    'numpy.load numpy.fromfile numpy.memmap numpy.loadtxt numpy.genfromtxt numpy.save numpy.savez numpy.savetxt ' +
    'numpy.lib.npyio numpy.f2py numpy.distutils numpy.testing numpy.ctypeslib numpy.DataSource ' +
    'scipy.io scipy.weave sklearn.datasets sklearn.externals sklearn.utils._joblib torch.load torch.hub torch.jit torch.utils torch.serialization torch.distributed ' +
    'torch.storage._load_from_bytes transformers.pipeline transformers.dynamic_module_utils pandas.read_pickle pandas.eval'
  ).split(' '),
);

/** Builtins that only make values. */
const HARMLESS_BUILTINS: ReadonlySet<string> = new Set(
  (
    'bool bytearray bytes complex dict float frozenset int list object range set slice str tuple NoneType ellipsis ' +
    'abs len max min round sorted sum'
  ).split(' '),
);

/** Whether `module.name` is certainly a way to run code, open files or reach the network. */
export function isDangerousPython(module: string, name: string): boolean {
  const [root = ''] = module.split('.');
  if (root === 'builtins' || root === '__builtin__') return !HARMLESS_BUILTINS.has(name);
  if (DANGEROUS_ROOTS.has(root)) return true;
  const parts = `${module}.${name}`.split('.');
  return parts.some((_, index) => DANGEROUS_FUNCTIONS.has(parts.slice(0, index + 1).join('.')));
}
