import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assemble, global, proto, reduce, stackGlobal, text } from './assemble.ts';
import { scanBytes, shown } from './scan-pickle.ts';

/** Imports that run programs, load code, or reach the disk or the network: each a known way round some scanner. */
const MALICIOUS = `
  os.system os.popen posix.system nt.system subprocess.Popen subprocess.check_output builtins.eval builtins.exec builtins.compile
  builtins.__import__ builtins.open builtins.globals builtins.map builtins.filter builtins.breakpoint builtins.input io.open _io.FileIO
  importlib.import_module importlib.machinery.SourceFileLoader runpy.run_path runpy._run_code marshal.loads pickle.loads _pickle.Unpickler
  pty.spawn shutil.rmtree socket.create_connection http.client.HTTPSConnection urllib.request.urlopen ftplib.FTP smtplib.SMTP
  telnetlib.Telnet xmlrpc.client.ServerProxy webbrowser.open requests.get httpx.get aiohttp.ClientSession ctypes.CDLL _ctypes.dlopen
  cffi.FFI multiprocessing.util.spawnv_passfds multiprocessing.Process concurrent.futures.ThreadPoolExecutor threading.Thread _thread.start_new_thread
  _posixsubprocess.fork_exec asyncio.create_subprocess_shell code.InteractiveInterpreter codeop.compile_command timeit.timeit cProfile.run
  profile.run bdb.Bdb pdb.run trace.Trace doctest.testfile unittest.main pydoc.pipepager py_compile.compile compileall.compile_dir
  zipimport.zipimporter imp.load_source pkgutil.resolve_name site.main idlelib.run lib2to3.main distutils.core.run_setup setuptools.setup pip.main
  ensurepip.bootstrap venv.create sqlite3.connect shelve.open dbm.open tarfile.open zipfile.ZipFile tempfile.mkstemp fileinput.input linecache.getlines
  glob.glob mmap.mmap signal.signal atexit.register sched.scheduler gc.get_objects inspect.getsource faulthandler.dump_traceback_later
  logging.config.dictConfig logging.FileHandler syslog.syslog platform.popen types.FunctionType types.CodeType weakref.finalize functools.reduce
  operator.methodcaller operator.attrgetter itertools.starmap codecs.decode configparser.ConfigParser mailcap.findmatch imaplib.IMAP4_stream
  torch.load torch.hub.load torch.jit.load torch.utils.collect_env.run torch.utils.cpp_extension.load torch.utils.bottleneck.__main__.run_cprofile
  torch.utils._config_module.ConfigModule torch.utils.model_zoo.load_url torch._dynamo.guards.GuardBuilder.get torch._inductor.codecache.compile_file
  torch.distributed.rpc.rpc_sync torch.fx.graph_module.reduce_graph_module torch.package.PackageImporter torch.serialization.load torch.compile
  numpy.load numpy.fromfile numpy.memmap.tofile numpy.loadtxt numpy.f2py.compile numpy.testing._private.utils.runstring numpy.distutils.exec_command.exec_command
  numpy.lib.npyio.load numpy.ctypeslib.load_library scipy.io.loadmat joblib.load joblib.numpy_pickle.load joblib.memory.Memory
  pandas.read_pickle pandas.read_csv pandas.eval pandas.io.pickle.read_pickle pandas.core.computation.eval.eval sklearn.externals.joblib.load
  dill.loads dill._dill._import_module cloudpickle.loads cloudpickle.cloudpickle.subprocess yaml.unsafe_load jsonpickle.decode sympy.sympify numba.jit
  numexpr.evaluate mlflow.projects.backend.local._run_entry_point IPython.core.interactiveshell.InteractiveShell.run_code pexpect.spawn
  paramiko.SSHClient psutil.Popen pytest.main _pytest.config.main setuptools.sandbox.run_setup pkg_resources.run_script
  transformers.pipeline transformers.AutoModel.from_pretrained transformers.utils.hub.cached_file transformers.dynamic_module_utils.get_class_from_dynamic_module
  huggingface_hub.hf_hub_download datasets.load_dataset keras.utils.get_file keras.models.load_model tensorflow.io.read_file timm.create_model
  acme.tools.system acme.shell.Popen acme.loader.import_module xml.dom.minidom.parse cgitb.handler antigravity.fly this.s
`;

/** Not known to be harmless, so never clean. */
const SUSPICIOUS = `
  acme.models.Net __main__.Net some_module.some_function mlflow_skinny.helper sklearn.datasets.load_files statsmodels.api.load
  torch.utils.data.DataLoader tensorflow.keras.layers.Dense spacy.load gensim.models.Word2Vec
`;

for (const path of MALICIOUS.trim().split(/\s+/)) {
  const parts = path.split('.');
  const splits = parts
    .slice(1)
    .map((_, at) => [parts.slice(0, at + 1).join('.'), parts.slice(at + 1).join('.')]);
  test(`a call of ${path} is malicious, wherever its module ends`, async () => {
    for (const [module = '', name = ''] of splits) {
      const report = await scanBytes(assemble(proto(4), reduce(stackGlobal(module, name), text('x')), '.'));
      assert.equal(report.verdict, 'malicious', `${module} + ${name}: ${shown(report)}`);
    }
    const imported = await scanBytes(
      assemble(global(path.slice(0, path.lastIndexOf('.')), parts.at(-1) ?? ''), '0N.'),
    );
    assert.equal(imported.verdict, 'malicious', `import alone: ${shown(imported)}`);
  });
}

for (const path of SUSPICIOUS.trim().split(/\s+/)) {
  test(`${path} is never clean`, async () => {
    const dot = path.lastIndexOf('.');
    const report = await scanBytes(
      assemble(proto(4), reduce(stackGlobal(path.slice(0, dot), path.slice(dot + 1))), '.'),
    );
    assert.notEqual(report.verdict, 'clean', shown(report));
  });
}
