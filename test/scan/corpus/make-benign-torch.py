"""Benign files of PyTorch, and of the older NumPy and scikit-learn of its time: make-benign-torch.py FOLDER."""

import sys

import benign_sklearn
import benign_torch
from case_writer import CaseWriter

writer = CaseWriter(sys.argv[1], "benign", "benign-torch")
benign_torch.make(writer)
benign_sklearn.make(writer, "old-sklearn")
writer.close()
