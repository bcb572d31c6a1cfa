"""Benign files, written by the libraries themselves: make-benign.py FOLDER."""

import logging
import os
import random
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
logging.disable(logging.WARNING)

import benign_arrays
import benign_graphs
import benign_sklearn
import benign_text
import benign_trees
from case_writer import CaseWriter

random.seed(20)
writer = CaseWriter(sys.argv[1], "benign", "benign")
for part in (benign_arrays, benign_sklearn, benign_trees, benign_graphs, benign_text):
    part.make(writer)
writer.close()
