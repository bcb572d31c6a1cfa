"""NumPy, SciPy, pandas and plain Python, pickled in every protocol, and NumPy's own files."""

import collections
import datetime
import decimal
import fractions
import io
import pathlib
import pickle
import uuid


def make(writer):
    for maker in (numpy_pickles, numpy_files, plain_python, pandas_pickles, scipy_pickles):
        writer.attempt(maker.__name__, lambda maker=maker: maker(writer))


def arrays():
    import numpy as np

    rng = np.random.default_rng(7)
    named = {
        dtype: (rng.random((5, 3)) * 100).astype(dtype)
        for dtype in "bool int8 uint8 int16 uint16 int32 int64 uint64 float16 float32 float64 complex64".split()
    }
    named["text"] = np.array(["ab", "cde", ""])
    named["bytes"] = np.array([b"ab", b"cde"])
    named["dates"] = np.array(["2020-01-01", "2021-05-06"], dtype="datetime64[D]")
    named["record"] = np.array([(1, 2.5, "x")], dtype=[("a", "i4"), ("b", "f8"), ("c", "U3")])
    named["big_endian"] = np.arange(12, dtype=">f4").reshape(3, 4)
    named["fortran"] = np.asfortranarray(rng.random((6, 4)))
    named["empty"] = np.zeros((0, 3))
    named["scalar"] = np.float32(3.5)
    named["masked"] = np.ma.masked_array([1, 2, 3], mask=[0, 1, 0])
    named["large"] = rng.standard_normal((700, 700))
    return named


def numpy_pickles(writer):
    import numpy as np

    for index, (name, array) in enumerate(arrays().items()):
        protocol = 2 + index % 4
        writer.add(f"numpy-pickle-{name}-p{protocol}", "array.pkl", pickle.dumps(array, protocol))
    everything = {"weights": list(arrays().values()), "names": ("a", "b")}
    for protocol in range(6):
        writer.add(f"numpy-pickle-nested-p{protocol}", "model.pkl", pickle.dumps(everything, protocol))
    objects = np.array([{"a": 1}, [1, 2], "text", None], dtype=object)
    writer.add("numpy-pickle-objects", "objects.pkl", pickle.dumps(objects, 4))
    for generator in ("MT19937", "PCG64", "Philox", "SFC64"):
        bits = getattr(np.random, generator)(3)
        writer.add(f"numpy-pickle-generator-{generator.lower()}", "rng.pkl", pickle.dumps(np.random.Generator(bits), 4))
    writer.add("numpy-pickle-randomstate", "rng.pkl", pickle.dumps(np.random.RandomState(5), 4))
    writer.add("numpy-pickle-ufuncs", "ufuncs.pkl", pickle.dumps([np.log1p, np.expm1, np.sqrt], 4))
    writer.add("numpy-pickle-dtypes", "dtypes.pkl", pickle.dumps([array.dtype for array in arrays().values()], 4))


def numpy_files(writer):
    import numpy as np

    named = arrays()
    for name, array in named.items():
        if name in ("scalar", "text", "record", "empty", "fortran", "large", "float16", "dates"):
            np.save(writer.path(f"npy-{name}", "array.npy"), array)
    plain = {key: value for key, value in named.items() if key not in ("masked", "scalar")}
    np.savez(writer.path("npz-stored", "arrays.npz"), **plain)
    np.savez_compressed(writer.path("npz-compressed", "arrays.npz"), **plain)


def plain_python(writer):
    values = {
        "numbers": [0, 1, -1, 2**70, -(2**70), 1.5, float("inf"), True, None],
        "text": ["", "plain", "käse", "\u2603", "line\nline", "a\\b", "c" * 500],
        "bytes": [b"", b"abc", bytes(range(256)), bytearray(b"xyz")],
        "containers": [(), (1,), (1, 2, 3, 4), [], {}, {"a": {"b": [1]}}, {1, 2}, frozenset((3,))],
        "time": [datetime.datetime(2020, 1, 2, 3, 4, 5), datetime.date(2020, 1, 2), datetime.timedelta(3)],
        "timezone": datetime.datetime(2020, 1, 2, tzinfo=datetime.timezone.utc),
        "exact": [decimal.Decimal("1.5"), fractions.Fraction(1, 3), complex(1, 2)],
        "ordered": collections.OrderedDict(a=1, b=2),
        "counter": collections.Counter("abracadabra"),
        "deque": collections.deque([1, 2, 3], maxlen=5),
        "defaultdict": collections.defaultdict(list, a=[1]),
        "path": pathlib.PurePosixPath("a/b"),
        "uuid": uuid.UUID(int=5),
        "ranges": [range(5), slice(1, 2)],
    }
    for index, (name, value) in enumerate(values.items()):
        for protocol in (index % 3, 3 + index % 3):
            writer.add(f"python-{name}-p{protocol}", "value.pkl", pickle.dumps(value, protocol))
    shared = [1, 2]
    loop = [shared, shared]
    loop.append(loop)
    writer.add("python-cycle", "value.pkl", pickle.dumps(loop, 4))
    streams = io.BytesIO()
    for number in range(5):
        pickle.dump({"epoch": number, "loss": 1 / (number + 1)}, streams, 4)
    writer.add("python-several-streams", "history.pkl", streams.getvalue())
    vocabulary = {f"token{index}": index for index in range(30000)}
    writer.add("python-vocabulary", "vocab.pkl", pickle.dumps(vocabulary, 4))


def pandas_pickles(writer):
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame({"a": np.arange(5), "b": list("vwxyz"), "c": np.linspace(0, 1, 5)})
    frames = {
        "frame": frame,
        "series": frame["c"],
        "categories": frame.assign(b=frame["b"].astype("category")),
        "dates": frame.set_index(pd.date_range("2020-01-01", periods=5)),
        "multiindex": frame.set_index(["a", "b"]),
        "nullable": frame.assign(a=frame["a"].astype("Int64")),
        "timestamp": pd.Timestamp("2020-01-02", tz="UTC"),
        "intervals": pd.interval_range(0, 3),
    }
    for name, value in frames.items():
        writer.add(f"pandas-{name}", "frame.pkl", pickle.dumps(value, 4))
    frame.to_pickle(writer.path("pandas-to-pickle-gz", "frame.pkl.gz"))


def scipy_pickles(writer):
    import numpy as np
    import scipy.interpolate
    import scipy.sparse
    import scipy.spatial
    import scipy.stats

    dense = np.eye(4)
    values = {
        "csr": scipy.sparse.csr_matrix(dense),
        "csc-array": scipy.sparse.csc_array(dense),
        "coo": scipy.sparse.coo_matrix(dense),
        "rotation": scipy.spatial.transform.Rotation.from_euler("x", 1.0),
        "kdtree": scipy.spatial.KDTree(np.random.default_rng(1).random((20, 3))),
        "spline": scipy.interpolate.CubicSpline([0, 1, 2], [0, 1, 4]),
        "norm": scipy.stats.norm(loc=1, scale=2),
    }
    for name, value in values.items():
        writer.attempt(f"scipy-{name}", lambda: writer.add(f"scipy-{name}", "value.pkl", pickle.dumps(value, 4)))
    scipy.sparse.save_npz(writer.path("scipy-sparse-npz", "matrix.npz"), scipy.sparse.csr_matrix(dense))
