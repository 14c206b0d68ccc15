"""Samples: Einstein summation, in every spelling."""

import numpy as np

from tests.autograd.samples.loops import complex_parts, einsummed, parts
from tests.autograd.samples.table import CUBE, ROW, A, B, Sample

SQUARE, SQUARE2 = CUBE[0, :3, :3], CUBE[1, :3, 1:]


def _spelled(spec: str, *arrays, label: str = "", loops: str = "", **options) -> Sample:
    return Sample(
        "einsum", arrays, einsummed(loops or spec), label=label or spec, via=lambda f, *xs, **_: f(spec, *xs, **options)
    )


SAMPLES: list[Sample] = [
    Sample("contract", (A, B), lambda a, b, left, right, out: einsummed("ij,kj->ki")(a, b), {"left": "ij", "right": "kj", "out": "ki"}),
    Sample("contract", (CUBE, CUBE.T), lambda a, b, left, right, out: einsummed("abc,dba->acd")(a, b), {"left": "abc", "right": "dba", "out": "acd"}, label="batch"),
    Sample("contract", (ROW, A), lambda a, b, left, right, out: einsummed("j,ij->ji")(a, b), {"left": "j", "right": "ij", "out": "ji"}, label="no-sum"),
    Sample("contract", (CUBE, CUBE), lambda a, b, left, right, out: einsummed("abc,abd->dc")(a, b), {"left": "abc", "right": "abd", "out": "dc"}, label="two-sums"),
    _spelled("ij,jk->ik", A, B.T),
    _spelled("ij,kj", A, B, loops="ij,kj->ik", label="implicit"),
    _spelled("ba,bc", A, B, loops="ba,bc->ac", label="implicit-sorted"),
    _spelled("i...,j...", A, B, loops="ia,ja->aij", label="ellipsis-implicit"),
    _spelled(" i j , j -> i ", A, ROW, loops="ij,j->i", label="spaces"),
    _spelled("abi,aci->abc", CUBE, CUBE),
    _spelled("...ij,...jk->...ik", CUBE, CUBE[0].T, loops="aij,jk->aik", label="ellipsis"),
    _spelled("...i->...", CUBE, loops="abi->ab", label="ellipsis-sum"),
    _spelled("...,...->...", CUBE, CUBE[:1, :, :1], loops="abc,abc->abc", label="ellipsis-broadcast"),
    _spelled("ij,ij->i", A, A[:, :1], label="broadcast"),
    _spelled("ij,jk->ik", A, B.T[:1], label="broadcast-sum"),
    _spelled("ii->i", SQUARE),
    _spelled("ii", SQUARE, loops="ii->", label="trace"),
    _spelled("iij,ij->i", np.stack([A, B]), A[:, :3]),
    _spelled("iii->i", np.stack([SQUARE, SQUARE2, SQUARE.T])),
    _spelled("ij->ji", A),
    _spelled("ij->j", A),
    _spelled("ij->", A),
    _spelled("i,j->ji", ROW, A[0]),
    _spelled("ij,kl->il", A, B, label="sums-of-one"),
    _spelled(",ij->ij", 1.5, A, label="scalar"),
    _spelled("ij,jk,kl,l->i", A, B.T, A, ROW, label="chain"),
    _spelled("ij,jk,kl->il", A, B.T, A, optimize=True, label="optimize"),
    _spelled("ij,jk,kl->il", A, B.T, A, optimize=["einsum_path", (1, 2), (0, 1)], label="path"),
    _spelled("ij,jk,kl->il", A, B.T, A, optimize="optimal", label="optimal"),
    _spelled("ij,ij,ij->j", A, B, A, label="three"),
    Sample("einsum", (A, B), einsummed("ij,kj->ik"), label="lists", via=lambda f, a, b: f(a, [0, 5], b, [9, 5], [0, 9])),
    Sample("einsum", (A, ROW), einsummed("ij,j->i"), label="lists-implicit", via=lambda f, a, b: f(a, [0, 1], b, [1])),
    Sample("einsum", (CUBE, CUBE[0].T), einsummed("aij,jk->aik"), label="lists-ellipsis", via=lambda f, a, b: f(a, [..., 0, 1], b, [..., 1, 2], [..., 0, 2])),
    Sample("einsum", (A, B, B), lambda a, b, c: parts(einsummed("ij,kj->ik")(a + 1j * b, c)), label="complex", no_half=True,
           via=lambda f, a, b, c: complex_parts(f("ij,kj->ik", a + 1j * b, c))),
    Sample("tensordot", (CUBE, CUBE), lambda a, b, axes: einsummed("abc,abd->cd")(a, b), {"axes": ([0, 1], [0, 1])}),
    Sample("tensordot", (CUBE, CUBE.transpose(1, 2, 0)), einsummed("abc,bcd->ad"), label="default"),
    Sample("tensordot", (A, ROW), lambda a, b, axes: einsummed("ab,c->abc")(a, b), {"axes": 0}, label="outer"),
    Sample("tensordot", (A, B), lambda a, b, axes: einsummed("ab,cb->ac")(a, b), {"axes": (1, -1)}, label="pair"),
    Sample("linalg.tensordot", (CUBE, CUBE), lambda a, b, axes: einsummed("abc,cad->bd")(a, b.transpose(2, 0, 1)), {"axes": ([2, 0], [2, 0])}),
]  # fmt: skip
