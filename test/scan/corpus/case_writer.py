"""Writes the files of the corpus and the index that says what each of them is."""

import json
import pathlib
import shutil
import sys
import traceback


class CaseWriter:
    """One part of the corpus: files under `root/kind/`, described in `root/index-<part>.json`."""

    def __init__(self, root, kind, part):
        self.root = pathlib.Path(root)
        self.kind = kind
        self.part = part
        self.cases = []
        self.skipped = []
        self.seen = set()

    def path(self, name, file, **about):
        """The path at which a library is to write the case `name`; `file` is the name that scanners are shown."""
        if name in self.seen:
            raise ValueError(f"two cases are called {name}")
        self.seen.add(name)
        folder = self.root / self.kind / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        expected = about.pop("expected", "clean" if self.kind == "benign" else "malicious")
        about = {key: value for key, value in about.items() if value}
        self.cases.append({"id": name, "file": f"{self.kind}/{name}/{file}", "expected": expected, **about})
        return str(folder / file)

    def add(self, name, file, content, **about):
        """Writes the case `name`; returns nothing."""
        pathlib.Path(self.path(name, file, **about)).write_bytes(content)

    def attempt(self, what, make):
        """Runs one maker; a library that is missing or fails is said to be skipped, and drops no other case."""
        try:
            make()
        except Exception as error:  # noqa: BLE001 - one maker must not end the others
            self.cases = [case for case in self.cases if (self.root / case["file"]).exists()]
            self.skipped.append({"what": what, "why": f"{type(error).__name__}: {error}".splitlines()[0][:300]})
            print(f"skipped {what}: {type(error).__name__}: {error}", file=sys.stderr)
            if not isinstance(error, ImportError):
                traceback.print_exc(limit=3)

    def close(self):
        """Writes the index of this part."""
        index = {"cases": self.cases, "skipped": self.skipped}
        (self.root / f"index-{self.part}.json").write_text(json.dumps(index, indent=1) + "\n")
        print(f"{self.part}: {len(self.cases)} cases, {len(self.skipped)} skipped")
