"""Samples: fused operations."""

import math

import numpy as np

from tests.autograd.samples.table import LABELS, A, Sample, softmaxed

SAMPLES: list[Sample] = [
    Sample("softmax", (A,), softmaxed),
    Sample("softmax", (A.T,), lambda x, axis: softmaxed(x.T).T, {"axis": 0}, label="axis"),
    Sample("log_softmax", (A,), lambda x: np.vectorize(math.log)(softmaxed(x))),
    Sample("logsumexp", (A,), lambda x: math.log(math.fsum(math.exp(v) for v in x.flat))),
    Sample("logsumexp", (A,), lambda x, axis, keepdims: [[math.log(math.fsum(map(math.exp, row)))] for row in x],
           {"axis": 1, "keepdims": True}, label="kept"),
    Sample("sparse_softmax_crossentropy", (A, LABELS),
           lambda x, labels: [-math.log(row[k]) for row, k in zip(softmaxed(x), labels, strict=True)], constant=(1,)),
]  # fmt: skip
