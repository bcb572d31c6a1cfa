"""Keras archives and HDF5 files: K1-K10."""

import base64
import json

from malicious_containers import npy
from pickle_code import P2, P4
from zip_code import plain_zip


def make(writer):
    archives(writer)
    writer.attempt("HDF5", lambda: hdf5(writer))


CODE = base64.b64encode(b"\xe3\x01\0\0\0" + b"\0" * 12 + b"\x01\0\0\0S\0").decode()
LAMBDA = {
    "module": "keras.layers",
    "class_name": "Lambda",
    "config": {"name": "l", "function": {"class_name": "__lambda__", "config": {"code": CODE, "defaults": None, "closure": None}}},
    "registered_name": None,
}
DENSE = {"module": "keras.layers", "class_name": "Dense", "config": {"name": "d", "units": 2, "activation": "relu"}, "registered_name": None}


def layer(where, kind, registered=None, **config):
    return {"module": where, "class_name": kind, "config": {"name": "x", **config}, "registered_name": registered}


def function(module, name):
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


LAYERS = {
    "lambda": (LAMBDA, "K1 CVE-2024-3660", "malicious"),
    "lambda-timed": (layer("keras.layers", "TimeDistributed", layer=LAMBDA), "K1", "malicious"),
    "lambda-bidirectional": (layer("keras.layers", "Bidirectional", layer=LAMBDA), "K1", "malicious"),
    "lambda-sub-model": (layer("keras", "Sequential", layers=[DENSE, LAMBDA]), "K1", "malicious"),
    "lambda-functional": (layer("keras.src.models.functional", "Functional", layers=[layer("keras", "Model", layers=[LAMBDA])]), "K1", "malicious"),
    "lambda-old-module": ({**LAMBDA, "module": "keras.src.layers.core.lambda_layer"}, "K1", "malicious"),
    "module-os": (layer("os", "system"), "K2 CVE-2025-1550", "malicious"),
    "module-builtins": (layer("builtins", "exec"), "K2 CVE-2025-1550", "malicious"),
    "module-subprocess": (layer("subprocess", "Popen", args="true"), "K2 CVE-2025-1550", "malicious"),
    "module-custom": (layer("acme.layers", "Fancy", "acme>Fancy"), "K2", "suspicious-or-worse"),
    "module-fake-keras": (layer("keras_evil.layers", "Dense"), "K2", "suspicious-or-worse"),
    "function-get-file": (layer("keras.layers", "Dense", activation=function("keras.utils", "get_file")), "K3 CVE-2025-8747", "suspicious-or-worse"),
    "function-os": (layer("keras.layers", "Dense", activation=function("os", "system")), "K3 CVE-2025-8747", "malicious"),
    "function-numpy": (layer("keras.layers", "Dense", activation=function("numpy", "load")), "K3 CVE-2025-8747", "suspicious-or-worse"),
    "load-model": (layer("keras.layers", "Dense", activation=function("keras.saving", "load_model")), "K3", "suspicious-or-worse"),
    "unsafe-switch": (layer("keras.layers", "Dense", activation=function("keras.config", "enable_unsafe_deserialization")), "K5 CVE-2025-9906", "suspicious-or-worse"),
    "torch-wrapper": (layer("keras.layers", "TorchModuleWrapper", module={"class_name": "__bytes__", "config": {"value": base64.b64encode(P2).decode()}}), "K6 CVE-2025-49655", "suspicious-or-worse"),
    "lookup-path": (layer("keras.layers", "StringLookup", vocabulary="/etc/passwd"), "K7 CVE-2025-12058", "suspicious-or-worse"),
    "lookup-url": (layer("keras.layers", "TextVectorization", vocabulary="http://169.254.169.254/latest"), "K7 CVE-2025-12058", "suspicious-or-worse"),
    "tf-op-lambda": (layer("keras.layers", "TFOpLambda", function="io.write_file"), "K1", "suspicious-or-worse"),
}  # fmt: skip


def config_of(*layers, **extra):
    return {"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": list(layers)}, "registered_name": None, **extra}


METADATA = {"keras_version": "3.15.1", "date_saved": "2026-01-01@00:00:00"}


def keras_file(config, extra=None):
    files = {"metadata.json": json.dumps(METADATA).encode(), "config.json": json.dumps(config).encode()}
    return plain_zip({**files, **(extra or {})})


def archives(writer):
    for name, (bad, trick, expected) in LAYERS.items():
        writer.add(f"keras-{name}", "model.keras", keras_file(config_of(DENSE, bad)), trick=trick, expected=expected)
    for key in ("loss", "metrics", "optimizer"):
        config = config_of(DENSE, compile_config={key: function("os", "system")})
        writer.add(f"keras-compile-{key}", "model.keras", keras_file(config), trick="K10")
        nested = config_of(DENSE, compile_config={key: LAMBDA})
        writer.add(f"keras-compile-{key}-lambda", "model.keras", keras_file(nested), trick="K10", expected="suspicious-or-worse")
    writer.add("keras-build-config", "model.keras", keras_file(config_of(DENSE, build_config={"fn_module": "os", "fn_name": "system"})), trick="K10", expected="suspicious-or-worse")
    writer.add("keras-npz", "model.keras", keras_file(config_of(DENSE), {"model.weights.npz": plain_zip({"a.npy": npy("'|O'", "(1,)", P2)})}), trick="C20 K10")
    writer.add("keras-assets-pickle", "model.keras", keras_file(config_of(DENSE), {"assets/x.txt": P4}), trick="C20")
    writer.add("keras-weights-pickle", "model.keras", keras_file(config_of(DENSE), {"model.weights.h5": P2}), trick="C20")
    twice = b'{"module":"keras","class_name":"Sequential","config":{"layers":[]},"config":' + json.dumps({"layers": [LAMBDA]}).encode() + b"}"
    writer.add("keras-duplicate-key", "model.keras", plain_zip({"metadata.json": json.dumps(METADATA).encode(), "config.json": twice}), trick="K1", expected="suspicious-or-worse")
    depth = 50_000
    writer.add("keras-deep-json", "model.keras", plain_zip({"metadata.json": b"{}", "config.json": b'{"a":' * depth + b"1" + b"}" * depth}), trick="K10", expected="not-clean")


def hdf5(writer):
    import h5py
    import numpy as np

    for name, (bad, trick, expected) in LAYERS.items():
        path = writer.path(f"h5-{name}", "model.h5", trick=f"{trick} K4 CVE-2025-9905", expected=expected)
        with h5py.File(path, "w") as file:
            file.attrs["model_config"] = json.dumps(config_of(DENSE, bad))
            file.attrs["keras_version"] = "3.15.1"
            file.create_group("model_weights")
    with h5py.File(writer.path("h5-latest-lambda", "model.h5", trick="K4 CVE-2025-9905"), "w", libver="latest") as file:
        file.attrs["model_config"] = json.dumps(config_of(LAMBDA))
    with h5py.File(writer.path("h5-training-config", "model.h5", trick="K10", expected="suspicious-or-worse"), "w") as file:
        file.attrs["model_config"] = json.dumps(config_of(DENSE))
        file.attrs["training_config"] = json.dumps({"loss": function("os", "system")})
    with h5py.File(writer.path("h5-external-link", "model.weights.h5", trick="K9 CVE-2026-1669", expected="suspicious-or-worse"), "w") as file:
        file["w"] = h5py.ExternalLink("/etc/passwd", "/x")
    with h5py.File(writer.path("h5-external-link-latest", "model.weights.h5", trick="K9 CVE-2026-1669", expected="suspicious-or-worse"), "w", libver="latest") as file:
        file.create_group("g")["w"] = h5py.ExternalLink("../other.h5", "/x")
    with h5py.File(writer.path("h5-external-storage", "model.weights.h5", trick="K9 CVE-2026-1669", expected="suspicious-or-worse"), "w") as file:
        file.create_dataset("w", (4,), "u1", external=[("/etc/passwd", 0, 4)])
    with h5py.File(writer.path("h5-virtual", "model.weights.h5", trick="K9 CVE-2026-1669", expected="suspicious-or-worse"), "w", libver="latest") as file:
        layout = h5py.VirtualLayout(shape=(4,), dtype="u1")
        layout[:] = h5py.VirtualSource("/etc/other.h5", "x", shape=(4,))
        file.create_virtual_dataset("w", layout)
    with h5py.File(writer.path("h5-user-block", "model.h5", trick="C14", expected="suspicious-or-worse"), "w", userblock_size=512) as file:
        file.create_dataset("w", data=np.arange(4))
    path = writer.cases[-1]["file"]
    with open(writer.root / path, "r+b") as file:
        file.write(P2)
    whole = (writer.root / path).read_bytes()
    writer.add("h5-truncated", "model.h5", whole[512:900], trick="3.9", expected="not-clean")
    with h5py.File(writer.path("h5-opaque-pickle", "model.h5", trick="C12", expected="not-clean"), "w") as file:
        file.attrs["model_config"] = np.void(P2)
