"""Imports that run code when they are called, most of them on nobody's list: section 4.3, V23, V25."""

from pickle_code import STOP, call, call4, proto

# Everybody's list has these: said to be malicious.
KNOWN = """
os.system os.popen os.execv os.spawnl os.posix_spawn os.fork os.kill os.remove os.unlink os.rename os.chmod os.putenv posix.system nt.system
subprocess.Popen subprocess.run subprocess.call subprocess.check_output subprocess.getoutput builtins.eval builtins.exec builtins.compile
builtins.open builtins.__import__ builtins.getattr builtins.setattr builtins.delattr builtins.globals builtins.map builtins.filter
builtins.breakpoint importlib.import_module importlib.reload importlib.__import__ runpy.run_path runpy.run_module runpy._run_code
code.InteractiveInterpreter codeop.compile_command marshal.loads types.FunctionType types.CodeType pickle.loads pickle.load _pickle.loads
sys.exit sys.settrace sys.setprofile shutil.rmtree shutil.copyfile shutil.move socket.socket socket.create_connection
http.client.HTTPConnection urllib.request.urlopen urllib.request.urlretrieve ftplib.FTP smtplib.SMTP telnetlib.Telnet webbrowser.open
ctypes.CDLL ctypes.cdll.LoadLibrary pty.spawn pdb.run pdb.Pdb bdb.Bdb timeit.timeit trace.Trace cProfile.run profile.run
multiprocessing.Process multiprocessing.util.spawnv_passfds threading.Thread _thread.start_new_thread asyncio.run
asyncio.create_subprocess_shell signal.signal atexit.register functools.reduce operator.attrgetter operator.methodcaller
tempfile.mkstemp zipimport.zipimporter pip.main venv.create ensurepip.bootstrap pydoc.pipepager doctest.testfile
faulthandler.dump_traceback_later logging.config.dictConfig logging.config.listen sqlite3.connect platform.popen
torch.load torch.hub.load torch.jit.load torch.compile torch.utils.collect_env.run torch.utils.bottleneck.__main__.run_prof
numpy.load numpy.fromfile numpy.f2py.crackfortran.myeval numpy.testing._private.utils.runstring joblib.load dill.loads
cloudpickle.loads pandas.read_pickle pandas.read_csv pandas.eval yaml.unsafe_load yaml.load
""".split()

# Nobody's list: at least suspicious, because nothing is trusted that is not known.
OBSCURE = """
mlflow.projects.backend.local._run_entry_point sympy.sympify IPython.get_ipython some_unknown_module.function acme.models.Net
__main__.Model ultralytics.nn.tasks.DetectionModel transformers.AutoModel.from_pretrained transformers.pipeline
transformers.dynamic_module_utils.get_class_from_dynamic_module torch.utils.cpp_extension.load_inline torch._dynamo.optimize
torch.distributed.rpc.init_rpc torch.utils.data.datapipes.utils.decoder.basichandlers torch.multiprocessing.spawn
statistics.quantiles uuid._get_command_stdout ast.literal_eval inspect.getsource gc.get_objects weakref.finalize sched.scheduler
cgitb.enable linecache.getline fileinput.input glob.glob mmap.mmap select.select shelve.open dbm.open tarfile.open zipfile.ZipFile
compileall.compile_file py_compile.compile imaplib.IMAP4_stream poplib.POP3 nntplib.NNTP xmlrpc.client.ServerProxy wsgiref.simple_server.make_server
antigravity.geohash this.s turtle.Screen tkinter.Tk lib2to3.pgen2.pgen.ParserGenerator idlelib.run.main distutils.spawn.spawn
setuptools.command.easy_install.main pkg_resources.run_script cffi.FFI numba.jit pytest.main jsonpickle.decode keras.models.load_model
tensorflow.io.write_file onnxruntime.InferenceSession sklearn.datasets.fetch_openml sklearn.utils._testing.assert_run_python_script
numpy.memmap scipy.io.loadmat scipy.datasets.download_all h5py.File requests.get PIL.Image.open collections.namedtuple dataclasses.make_dataclass
enum.global_enum typing.get_type_hints string.Formatter contextlib.ExitStack.callback xgboost.Booster.load_model catboost.CatBoost.load_model
""".split()


def make(writer):
    for name in KNOWN:
        add(writer, name, "known", "malicious")
    for name in OBSCURE:
        add(writer, name, "obscure", "suspicious-or-worse")
    for name in ("os.system", "builtins.eval", "subprocess.run", "importlib.import_module"):
        module, function = name.rsplit(".", 1)
        writer.add(f"gadget-p0-{slug(name)}", "model.pkl", call(module, function, "true") + STOP, trick="4.3")


def add(writer, name, label, expected):
    module, function = name.rsplit(".", 1)
    writer.add(f"gadget-{label}-{slug(name)}", "model.pkl", proto(4) + call4(module, function, "true") + STOP, trick="4.3 V25", expected=expected)


def slug(name):
    return name.replace(".", "-").lower()
