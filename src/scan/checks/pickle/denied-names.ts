import type { GlobalName } from './global-name.ts';

/**
 * What runs programs, loads code, touches files, talks to the network, reaches into the interpreter, or is a way to
 * any of these. The list decides nothing by itself (what is on no list is not trusted either); it makes the worst
 * cases certain.
 */

/** Top-level modules of which nothing is needed to load a model; with all that is below them. */
const DENIED_ROOTS: ReadonlySet<string> = new Set(
  words(`
  __builtin__ __builtins__ __import__ _aix_support _asyncio _bootsubprocess _ctypes _frozen_importlib _frozen_importlib_external
  _imp _interpchannels _interpqueues _interpreters _io _opcode _osx_support _posixshmem _posixsubprocess _pyio _pyrepl
  _remote_debugging _scproxy _signal _sitebuiltins _socket _sqlite3 _ssl _testcapi _testinternalcapi _thread _tkinter
  _winapi _xxinterpchannels _xxsubinterpreters aifc antigravity asynchat asyncio asyncore atexit bdb builtins bz2 cProfile 
  cgi cgitb chunk cmd code codeop commands compileall concurrent configparser contextlib contextvars  crypt csv
  ctypes curses dbm difflib dircache dis distutils doctest ensurepip faulthandler fcntl filecmp fileinput  formatter
  ftplib gc gettext getpass glob gzip http httplib idlelib imaplib imghdr imp importlib inspect io lib2to3 linecache
  lzma mailbox mailcap marshal mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis nntplib nt ntpath
  nturl2path opcode os ossaudiodev  pdb pickle _pickle cPickle pickletools pipes pkgutil platform poplib popen2 posix
  posixfile posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc readline resource rlcompleter runpy sched
  select selectors shelve shlex shutil signal site sitecustomize smtpd smtplib sndhdr socket socketserver spwd sqlite3 ssl
   subprocess sunau symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios  this thread threading
  timeit tkinter tkinter  tokenize trace traceback tracemalloc tty turtle turtledemo unittest urllib urllib2 urllib3
  urlparse  usercustomize uu venv wave webbrowser winreg winsound wsgiref xdrlib xml xmlrpc xmlrpclib zipapp zipfile
  zipimport
  IPython Cython _cffi_backend _pytest aiohttp anyio awscli  boto boto3 botocore  cffi  cupy.cuda docker
  execnet    flask gevent  greenlet gunicorn httpx  ipykernel jsonpickle jupyter_client jupyter_core
  kubernetes llvmlite mlflow nbconvert nbformat numba numexpr openai paramiko pdbpp pexpect pip pipenv pkg_resources plumbum
  ply psutil ptyprocess pudb py pycparser pydevd pyarrow.parquet pycurl pytest ray requests rpyc ruamel scapy scrapy selenium
  setuptools  sqlalchemy streamlit supervisor sympy tornado tox trio twisted uvicorn virtualenv websocket websockets wheel
  wmi xonsh yaml zmq
  fickling picklescan modelscan modelaudit model_unpickler saferpickle aisbom clamd
  `),
);

/** Single modules and names of packages that are otherwise in use. */
const DENIED_PREFIXES: ReadonlySet<string> = new Set(
  words(`
  _codecs.lookup _codecs.register codecs.open codecs.decode codecs.encode codecs.lookup codecs.register codecs.StreamReaderWriter
  _collections_abc.ABCMeta abc.ABCMeta _operator operator.methodcaller operator.attrgetter operator.call operator.setitem
  operator.delitem operator.__call__ _functools.partial _functools.reduce functools.reduce functools.partialmethod functools.singledispatch
  functools.cached_property functools.lru_cache functools.wraps functools.update_wrapper functools.total_ordering
  itertools collections.namedtuple collections.UserDict.fromkeys string.Formatter string.Template
  types.FunctionType types.LambdaType types.CodeType types.ModuleType types.MethodType types.GeneratorType types.new_class
  types.CoroutineType types.DynamicClassAttribute types.coroutine types.resolve_bases types.prepare_class
  typing.get_type_hints typing.ForwardRef typing.NamedTuple typing.evaluate_forward_ref
  statistics.quantiles weakref.finalize weakref.ref weakref.WeakMethod enum.global_enum dataclasses.make_dataclass
  logging.config logging.handlers logging.FileHandler logging.StreamHandler logging.Handler logging.basicConfig logging.shutdown
  logging.addLevelName logging.setLoggerClass logging.os logging.sys
  pathlib.os pathlib.io pathlib.sys random.SystemRandom uuid._get_command_stdout uuid._ifconfig_getter uuid.os uuid.getnode uuid._popen
  copyreg.pickle copyreg.constructor copyreg.add_extension copyreg.dispatch_table copyreg._extension_registry
  re.Scanner re.template re.sub re.enum re.functools ast bisect heapq json.load json.tool json.decoder json.loads
  datetime.sys decimal.setcontext zoneinfo.reset_tzpath zoneinfo.ZoneInfo.from_file argparse.FileType argparse.ArgumentParser
  numpy.load numpy.loads numpy.save numpy.savez numpy.savez_compressed numpy.savetxt numpy.fromfile numpy.memmap numpy.loadtxt numpy.genfromtxt
  numpy.fromregex numpy.DataSource numpy.f2py numpy.distutils numpy.testing numpy.ctypeslib numpy.lib.npyio numpy.lib._npyio_impl
  numpy.lib.format numpy.lib._datasource numpy.lib.utils numpy.lib.introspect numpy.lib._utils_impl numpy.core.records.fromfile numpy.rec.fromfile
  numpy._core.records.fromfile numpy.core.multiarray.fromfile numpy._core.multiarray.fromfile numpy.core._multiarray_umath.fromfile
  numpy.core.numeric.load numpy.core.numeric.loads numpy.lib.mixins numpy.apply_along_axis numpy.apply_over_axes numpy.piecewise
  numpy.fromfunction numpy.frompyfunc numpy.fromiter numpy.deprecate numpy.safe_eval numpy.source numpy.info numpy.lookfor numpy.show_config
  numpy.compat numpy.conftest numpy.setup numpy._pyinstaller numpy.ma.core.os numpy.tests numpy.core.tests numpy.testing._private
  numpy.memmap.tofile numpy.ndarray.tofile numpy.ndarray.dump
  scipy.io scipy.misc scipy.datasets scipy.weave scipy.LowLevelCallable scipy._lib._ccallback scipy._lib.uarray scipy._lib.deprecation
  scipy._lib._util scipy._lib._testutils scipy._lib._pep440 scipy.sparse._matrix_io scipy.sparse.load_npz scipy.conftest
  pandas.read_pickle pandas.read_csv pandas.read_table pandas.read_fwf pandas.read_clipboard pandas.read_excel pandas.read_json
  pandas.read_html pandas.read_xml pandas.read_hdf pandas.read_feather pandas.read_parquet pandas.read_orc pandas.read_sas
  pandas.read_spss pandas.read_sql pandas.read_sql_query pandas.read_sql_table pandas.read_gbq pandas.read_stata pandas.eval pandas.io
  pandas.HDFStore pandas.ExcelFile pandas.ExcelWriter pandas.core.computation pandas.util pandas.compat pandas._testing pandas.testing
  pandas.plotting pandas.DataFrame.query pandas.DataFrame.eval pandas.DataFrame.to_pickle pandas.core.frame.DataFrame.query
  pandas.core.frame.DataFrame.eval pandas.core.frame.DataFrame.apply
  sklearn.externals sklearn.utils._testing sklearn.utils._mocking sklearn.utils.parallel sklearn.utils.deprecation
  sklearn.utils.fixes sklearn.utils._joblib sklearn.utils._show_versions sklearn.utils.discovery sklearn.utils._openmp_helpers
  sklearn.conftest sklearn._build_utils sklearn.setup
  joblib.load joblib.dump joblib.Memory joblib.memory joblib.Parallel joblib.parallel joblib.delayed joblib.func_inspect joblib._pickle_load
  joblib.numpy_pickle.load joblib.numpy_pickle._unpickle joblib.numpy_pickle_utils joblib.numpy_pickle_compat.load_compatibility
  joblib.externals joblib.pool joblib.executor joblib._memmapping_reducer joblib.disk joblib.hashing joblib.logger joblib.testing joblib.compressor
  joblib._parallel_backends joblib._store_backends joblib._multiprocessing_helpers joblib.backports joblib.register_compressor
  torch.load torch.save torch.hub torch.jit torch.compile torch.compiler torch.package torch.fx torch.export torch.onnx torch.ops torch.classes
  torch._dynamo torch._inductor torch._export torch._functorch torch._lazy torch._library torch._ops torch._classes torch._jit_internal
  torch._C._jit torch._C.import_ir_module torch._C.import_ir_module_from_buffer torch._C.parse_schema torch._C._import torch._C.PyTorchFileReader
  torch._utils_internal torch._appdirs torch._deploy torch._weights_only_unpickler torch._sources torch._namedtensor_internals torch._guards
  torch._logging torch._compile torch._python_dispatcher torch._numpy torch._meta_registrations torch._prims torch._refs torch._decomp
  torch._subclasses torch._vmap_internals torch._VF torch._custom_op torch._custom_ops torch._higher_order_ops
  torch.distributed.rpc torch.distributed.launch torch.distributed.run torch.distributed.elastic torch.multiprocessing torch.testing
  torch.utils.collect_env torch.utils.bottleneck torch.utils._config_module torch.utils.data.datapipes torch.utils.model_zoo torch.utils.cpp_extension
  torch.utils.mobile_optimizer torch.utils.benchmark torch.utils.hipify torch.utils.viz torch.utils.file_baton torch.utils.show_pickle torch.autograd.profiler torch.overrides torch.library torch.func
  torch.serialization.load torch.serialization.save torch.serialization._load torch.serialization._legacy_load torch.serialization.os
  torch.serialization.pickle torch.serialization.StorageType.load torch.serialization.add_safe_globals torch.serialization._open_file
  torch.serialization._open_file_like torch.serialization.set_default_mmap_options torch.serialization.clear_safe_globals
  torch.serialization.safe_globals torch.from_file torch.FloatStorage.from_file torch.UntypedStorage.from_file
  torch.storage._share_filename_cpu torch.set_default_device torch.set_default_tensor_type torch.from_numpy torch.frombuffer
  torch.nn.modules.module.register_module_forward_hook torch.nn.modules.module.register_module_forward_pre_hook
  torch.cuda._memory_viz torch.profiler torch.monitor torch.quantization.fx torch.ao.quantization.fx torch.contrib
  torch.nn.functional.importlib
  transformers.AutoModel transformers.AutoTokenizer transformers.AutoConfig transformers.AutoProcessor transformers.pipeline transformers.pipelines
  transformers.utils.hub transformers.dynamic_module_utils transformers.utils.import_utils transformers.commands transformers.models.auto
  transformers.file_utils transformers.hf_argparser transformers.onnx transformers.testing_utils transformers.trainer transformers.utils.fx
  transformers.integrations transformers.agents transformers.tools transformers.convert_slow_tokenizer transformers.cli
  accelerate.utils.launch accelerate.commands accelerate.launchers accelerate.utils.other accelerate.utils.imports accelerate.load_state
  huggingface_hub datasets.load_dataset datasets.load datasets.utils tokenizers.Tokenizer.from_file tokenizers.Tokenizer.from_pretrained
  diffusers.pipelines diffusers.DiffusionPipeline sentence_transformers.SentenceTransformer timm.create_model timm.models.create_model
  ultralytics.YOLO ultralytics.utils.checks ultralytics.utils.downloads ultralytics.hub ultralytics.cfg ultralytics.engine ultralytics.utils.subprocess
  keras.utils.get_file keras.models.load_model keras.saving keras.src.utils.file_utils keras.src.saving tensorflow.io tensorflow.keras.utils
  tensorflow.keras.models tensorflow.python.platform tensorflow.python.lib.io tensorflow.saved_model tensorflow.load_library flax.serialization
  lightgbm.basic._load_lib lightgbm.basic.ctypes lightgbm.dask lightgbm.libpath lightgbm.plotting
  xgboost.core._load_lib xgboost.core.ctypes xgboost.dask xgboost.spark xgboost.rabit xgboost.tracker xgboost.testing xgboost.libpath xgboost.collective
  catboost.utils catboost.widget catboost.text_processing catboost.dev_utils
  dill.load dill.loads dill.load_session dill.load_module dill.loads_session dill.settings dill.source dill.temp dill.pointers dill.session
  dill._dill.load dill._dill.loads dill._dill._import_module dill._dill._eval_repr dill._dill._getattribute dill._dill.Unpickler dill._dill._create_filehandle
  dill._dill._create_stringi dill._dill._create_stringo dill._dill.os dill._dill.sys dill._dill._create_ftype dill.session.load_session
  cloudpickle.load cloudpickle.loads cloudpickle.cloudpickle.load cloudpickle.cloudpickle.loads cloudpickle.pickle cloudpickle.subprocess
  `),
);

/** Modules that are dangerous under whatever alias: `torch._utils.builtins`, `pathlib.os`, `numpy.compat.os`. */
const DENIED_WITHIN: ReadonlySet<string> = new Set(
  words(`
  os sys subprocess builtins posix nt importlib shutil socket pty ctypes runpy marshal pickle cPickle _pickle codeop inspect
  multiprocessing threading urllib requests webbrowser tempfile zipimport pkgutil asyncio
  `),
);

/** Names that run what they are given, in whatever module: `pandas.eval`, `mlflow…run_path`. */
const DENIED_ACTIONS: ReadonlySet<string> = new Set(
  words(`
  eval exec execfile execv execve execvp execvpe execl execle execlp spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe
  spawn_command posix_spawn posix_spawnp fork_exec startfile system popen Popen check_output check_call getoutput getstatusoutput
  import_module __import__ load_module exec_module run_path run_module run_code runcode runctx runsource runstring unsafe_load
  full_load load_dynamic load_source load_compiled LoadLibrary CDLL PyDLL dlopen read_pickle load_pickle pickle_load exec_command
  runcall run_command _run_entry_point spawnv_passfds urlretrieve urlopen
  `),
);

const DUNDER = /^__\w+__$/;

/** Why a name is dangerous, in words; `undefined` when it is on no list. */
export function dangerOf({ module, path }: GlobalName): string | undefined {
  const parts = path.split('.');
  const [root = ''] = parts;
  if (DENIED_ROOTS.has(root)) return `\`${root}\` gives access to the machine or the interpreter`;
  for (let end = parts.length; end > 0; end--) {
    const prefix = parts.slice(0, end).join('.');
    if (DENIED_PREFIXES.has(prefix)) return `\`${prefix}\` loads, runs or reaches outside`;
  }
  const within = parts.slice(1).find((part) => DENIED_WITHIN.has(part));
  if (within !== undefined) return `\`${within}\` under another name`;
  const names = path.slice(module.length + 1).split('.');
  const inner = names.find((part) => DUNDER.test(part));
  if (inner !== undefined) return `\`${inner}\` reaches into the interpreter`;
  const action = names.find((part) => DENIED_ACTIONS.has(part));
  return action === undefined ? undefined : `\`${action}\` runs what it is given`;
}

/** Modules whose name inside compiled code says that it runs programs, opens connections or loads more code. */
const DENIED_IN_CODE: ReadonlySet<string> = new Set(
  words('subprocess socket ctypes pty runpy marshal urllib requests shutil multiprocessing importlib'),
);

/** Whether a word inside compiled code names something that runs programs or code. */
export function isDangerousWord(word: string): boolean {
  return DENIED_ACTIONS.has(word) || DENIED_IN_CODE.has(word);
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
