"""Runs one other scanner over the corpus in this process, file by file: run_peers.py TOOL FOLDER OUT.

Prints nothing of its own; writes {"id": [said, milliseconds]} as JSON to OUT. `said` is what the tool's own verdict
comes to: flagged (it would stop the file), noted (it says something, and passes the file by default), passed, skipped
(it does not look into such a file), error, timeout.
"""

import contextlib
import io
import json
import logging
import pathlib
import resource
import signal
import sys
import time

LIMIT_SECONDS = 20


def picklescan_tool():
    from picklescan.scanner import SafetyLevel, scan_file_path

    def scan(path):
        result = scan_file_path(path)
        levels = {found.safety for found in result.globals}
        if result.infected_files > 0 or SafetyLevel.Dangerous in levels:
            return "flagged"
        if result.scan_err:
            return "error"
        if SafetyLevel.Suspicious in levels:
            return "noted"
        return "passed" if result.scanned_files > 0 else "skipped"

    return scan


def modelscan_tool():
    from modelscan.modelscan import ModelScan

    def scan(path):
        results = ModelScan().scan(path)
        summary = results["summary"]
        if summary["total_issues"] > 0:
            return "flagged"
        if results["errors"]:
            return "error"
        return "passed" if summary["scanned"]["total_scanned"] > 0 else "skipped"

    return scan


def fickling_tool():
    import zipfile

    from fickling.analysis import Severity, check_safety
    from fickling.fickle import StackedPickle

    def pickles_of(path):
        # What fickling's own reader of PyTorch files does, which cannot be had without PyTorch: data.pkl of a zip.
        if not zipfile.is_zipfile(path):
            with open(path, "rb") as file:
                return list(StackedPickle.load(file, fail_on_decode_error=True))
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.endswith("/data.pkl") or name.endswith(".pkl")]
            return [each for name in names for each in StackedPickle.load(io.BytesIO(archive.read(name)))]

    def scan(path):
        found = [check_safety(each).severity for each in pickles_of(path)]
        if not found:
            return "skipped"
        return "passed" if all(severity == Severity.LIKELY_SAFE for severity in found) else "flagged"

    return scan


TOOLS = {"picklescan": picklescan_tool, "modelscan": modelscan_tool, "fickling": fickling_tool}


class Expired(BaseException):
    pass


def expire(_signal, _frame):
    raise Expired


def run_one(scan, path):
    started = time.perf_counter()
    signal.setitimer(signal.ITIMER_REAL, LIMIT_SECONDS)
    try:
        said = scan(path)
    except Expired:
        said = "timeout"
    except (Exception, SystemExit):  # noqa: BLE001 - what a tool throws is its answer
        said = "error"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return [said, round((time.perf_counter() - started) * 1000, 2)]


def main():
    tool, folder, out = sys.argv[1:4]
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGALRM, expire)
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    scan = TOOLS[tool]()
    cases = json.loads(pathlib.Path(folder, "index.json").read_text())["cases"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        said = {case["id"]: run_one(scan, str(pathlib.Path(folder, case["file"]))) for case in cases}
    pathlib.Path(out).write_text(json.dumps(said))


main()
