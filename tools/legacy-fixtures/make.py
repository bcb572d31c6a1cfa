"""Writes the files under vectors/legacy: what a Python `SecureModelManager` leaves behind.

Run by hand, in an environment of its own; the outputs are committed, so nobody else needs Python:

    python3 -m venv /tmp/legacy && /tmp/legacy/bin/pip install -r tools/legacy-fixtures/requirements.txt
    /tmp/legacy/bin/python tools/legacy-fixtures/make.py vectors/legacy

Salts, initialisation vectors and times are fixed, so a second run writes the same bytes.
"""

import base64
import collections
import hashlib
import json
import pathlib
import pickle
import sys
import zlib

import joblib
import numpy
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

TIME = 1_750_000_000
RAW_KEY = base64.urlsafe_b64encode(bytes(range(32)))
PASSWORD = "correct horse battery staple"
ACCESS_CODE = "open sesame"
ROUNDS = 200_000


class LinearModel:
    """Stands for any model: an object that only Python could bring back to life."""

    def __init__(self):
        self.coefficients = [0.25, -1.5, 3.0]
        self.intercept = 0.125


class TaskKind:
    """Stands for what a configuration holds beside plain data."""


class Intruder:
    """Imports and calls something when it is unpickled."""

    def __reduce__(self):
        import os

        return (os.system, ("echo executed",))


def fixed_bytes(label, length):
    return hashlib.shake_128(label.encode()).digest(length)


def seal(key, data, label):
    # The public method takes time and IV from the system; the same bytes on each run need this one.
    return Fernet(key)._encrypt_from_parts(data, TIME, fixed_bytes(label, 16))


def scrypt(password, salt, length):
    return Scrypt(salt=salt, length=length, n=2**14, r=8, p=1).derive(password.encode())


def pbkdf2(password, salt, algorithm=hashes.SHA512, length=32):
    kdf = PBKDF2HMAC(algorithm=algorithm(), length=length, salt=salt, iterations=ROUNDS)
    return kdf.derive(password.encode())


def package(access_control=None, **changes):
    content = {
        "model": LinearModel(),
        "params": {"alpha": 0.5, "depth": 3},
        "metrics": {"accuracy": 0.91, "f1": numpy.float64(0.5), "support": 12},
        "config": {"task_type": "classification", "kind": TaskKind(), "model_path": "./models"},
        "timestamp": TIME,
        "version": "2.0.0",
        "model_name": "churn",
        **changes,
    }
    if access_control is not None:
        content["access_control"] = access_control
    return content


def scrypt_access():
    salt = fixed_bytes("scrypt access", 32)
    return {
        "salt": salt,
        "password_hash": scrypt(ACCESS_CODE, salt, 64),
        "method": "scrypt",
        "iterations": None,
        "algorithm": "sha512",
    }


def pbkdf2_access():
    salt = fixed_bytes("pbkdf2 access", 32)
    return {
        "salt": salt,
        "password_hash": hashlib.pbkdf2_hmac("sha512", ACCESS_CODE.encode(), salt, ROUNDS),
        "method": "pbkdf2",
        "iterations": ROUNDS,
        "algorithm": "sha512",
    }


def encrypted(content, label, key=RAW_KEY, **changes):
    data = content if isinstance(content, bytes) else pickle.dumps(content)
    outer = {
        "encrypted_data": seal(key, data, label),
        "checksum": hashlib.sha512(data).digest(),
        "encryption_metadata": {
            "algorithm": "Fernet (AES-128-CBC)",
            "checksum_algorithm": "SHA-512",
            "timestamp": TIME,
            "is_encrypted": True,
            "version": "2.0.0",
        },
        **changes,
    }
    return outer, data


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    index = {
        "about": "made by tools/legacy-fixtures/make.py; keys and passwords are for tests only",
        "rawKey": RAW_KEY.decode(),
        "password": PASSWORD,
        "accessCode": ACCESS_CODE,
        "files": {},
    }

    def write(name, data, **facts):
        (folder / name).write_bytes(data)
        index["files"][name] = facts

    def write_package(name, outer, data, protocol=None, **facts):
        digest = hashlib.sha256(data).hexdigest()
        write(name, pickle.dumps(outer, protocol=protocol), innerSha256=digest, **facts)

    write_package("raw-key.pkl", *encrypted(package(), "raw"), opens="rawKey")
    write_package("raw-key-protocol-0.pkl", *encrypted(package(), "zero"), protocol=0, opens="rawKey")
    write_package("raw-key-protocol-2.pkl", *encrypted(package(), "two"), protocol=2, opens="rawKey")

    salt = fixed_bytes("scrypt key", 32)
    key = base64.urlsafe_b64encode(scrypt(PASSWORD, salt, 32))
    write_package(
        "scrypt-password.pkl", *encrypted(package(), "scrypt", key), opens="scrypt", salt=salt.hex()
    )
    for name, algorithm in (("sha512", hashes.SHA512), ("sha256", hashes.SHA256)):
        salt = fixed_bytes(f"pbkdf2 {name} key", 32)
        key = base64.urlsafe_b64encode(pbkdf2(PASSWORD, salt, algorithm))
        write_package(
            f"pbkdf2-{name}-password.pkl",
            *encrypted(package(), f"pbkdf2 {name}", key),
            opens=f"pbkdf2-{name}",
            salt=salt.hex(),
        )

    for name, rule in (("scrypt", scrypt_access()), ("pbkdf2", pbkdf2_access())):
        write_package(
            f"{name}-access-code.pkl", *encrypted(package(rule), name + " access"), opens="rawKey", accessCode=True
        )

    # The same package as other versions of such a class write it: everything about access in the outer dict, as text.
    bare = pickle.dumps(LinearModel())
    outer, data = encrypted(bare, "outer access")
    rule = scrypt_access()
    outer = {
        "encrypted_data": outer["encrypted_data"],
        "checksum": hashlib.sha512(outer["encrypted_data"]).hexdigest(),
        "metadata": {"model_name": "churn", "created_at": "2025-06-15T12:26:40", "format_version": 1},
        "access_control": {
            "enabled": True,
            "password_hash": base64.b64encode(rule["password_hash"]).decode(),
            "salt": rule["salt"].hex(),
            "kdf": "scrypt",
        },
    }
    write_package("outer-access-code.pkl", outer, data, opens="rawKey", accessCode=True)

    # Not encrypted: joblib writes arrays between the operations, and those of objects as pickles of their own.
    model = {
        "weights": numpy.arange(12, dtype=numpy.float32).reshape(3, 4),
        "classes": numpy.array(["yes", None], dtype=object),
        "names": numpy.array(["a", "bcd"]),
    }
    for level in (0, 5):
        path = folder / f"plain-level-{level}.pkl"
        joblib.dump(package(pbkdf2_access(), model=model), path, compress=level)
        raw = path.read_bytes()
        inner = zlib.decompress(raw) if level else raw
        write(path.name, raw, innerSha256=hashlib.sha256(inner).hexdigest(), opens="nothing", accessCode=True)

    quantized = {"quantized_data": bytes(range(64)), "metadata": {"original_size": 256, "model_name": "churn"}}
    write_package("quantized.pkl", *encrypted(quantized, "quantized"), opens="rawKey")

    # What must be refused.
    outer, data = encrypted(package(), "raw")
    token = bytearray(outer["encrypted_data"])
    token[len(token) // 2] ^= 1 if token[len(token) // 2] != ord("-") else 0x6C
    write("refused-token.pkl", pickle.dumps({**outer, "encrypted_data": bytes(token)}), refused="KEY_REFUSED")
    wrong = hashlib.sha512(b"something else").digest()
    write("refused-checksum.pkl", pickle.dumps({**outer, "checksum": wrong}), refused="CONTAINER_TAMPERED")
    write("refused-intruder.pkl", pickle.dumps({**outer, "metadata": Intruder()}), refused="FORMAT_UNSAFE")
    ordered = collections.OrderedDict(model_name="churn")
    write("refused-no-package.pkl", pickle.dumps(ordered), refused="FORMAT_MALFORMED")
    rule = {"enabled": True, "method": "rot13", "algorithm": "md5", "salt": bytes(16), "password_hash": bytes(32)}
    write(
        "refused-access-rule.pkl", pickle.dumps(encrypted(package(rule), "rule")[0]), refused="CONTAINER_MALFORMED"
    )
    rule = {**pbkdf2_access(), "iterations": 10**12}
    write("refused-rounds.pkl", pickle.dumps(encrypted(package(rule), "rounds")[0]), refused="CONTAINER_LIMIT")

    (folder / "index.json").write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
