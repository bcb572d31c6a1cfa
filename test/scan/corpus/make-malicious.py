"""Malicious and malformed files, built byte by byte: make-malicious.py FOLDER. None of them is ever loaded."""

import random
import sys

import malicious_archives
import malicious_containers
import malicious_gadgets
import malicious_graphs
import malicious_keras
import malicious_machine
import malicious_text
import malicious_weights
from case_writer import CaseWriter

random.seed(21)
writer = CaseWriter(sys.argv[1], "malicious", "malicious")
for part in (
    malicious_containers,
    malicious_archives,
    malicious_machine,
    malicious_gadgets,
    malicious_weights,
    malicious_graphs,
    malicious_keras,
    malicious_text,
):
    part.make(writer)
writer.close()
