"""Writes a package as a Python secure model manager does, with a fresh key: a pickled dict around a Fernet token.

    python3 make_legacy.py FOLDER ACCESS_CODE

FOLDER gets `package.pkl`, `fernet.key`, and `inner.pickle`, which is what the package must give back.
"""

import hashlib
import os
import pickle
import sys
from pathlib import Path

from cryptography.fernet import Fernet


def main(folder: str, access_code: str) -> None:
    target = Path(folder)
    inner = pickle.dumps({"weights": os.urandom(100_000), "classes": list(range(10)), "bias": [0.5, -0.25]})
    key = Fernet.generate_key()
    salt = os.urandom(16)
    package = {
        "encrypted_data": Fernet(key).encrypt(inner),
        "checksum": hashlib.sha512(inner).hexdigest(),
        "metadata": {"model_name": "churn", "timestamp": "2025-01-02T03:04:05", "accuracy": 0.91},
        "access_control": {
            "method": "pbkdf2",
            "hash_algorithm": "sha512",
            "iterations": 200_000,
            "salt": salt,
            "hash": hashlib.pbkdf2_hmac("sha512", access_code.encode(), salt, 200_000, 32),
        },
    }
    (target / "package.pkl").write_bytes(pickle.dumps(package))
    (target / "fernet.key").write_bytes(key)
    (target / "inner.pickle").write_bytes(inner)
    (target / "code").write_text(access_code)
    for name in ("fernet.key", "code"):
        (target / name).chmod(0o600)


if __name__ == "__main__":
    main(*sys.argv[1:])
