"""What compiled functions can not do in Python's words: count together with other threads, and call C by its address.

For numba, from the extra `fast`. An address is a number of 64 bits; a `gate` is that of an array of such numbers.
"""

from typing import Any

import llvmlite.ir as ir
import numba
from numba.core import cgutils, types
from numba.extending import intrinsic

compiled = numba.njit(error_model="numpy", cache=True, nogil=True)

NUMBER = ir.IntType(64)
PART = ir.FunctionType(ir.VoidType(), [NUMBER, NUMBER, NUMBER])


@intrinsic
def load(typing: Any, gate: Any, place: Any) -> Any:
    """What is at a place of a gate now."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load_atomic(_place(builder, args), "seq_cst", 8)

    return types.int64(types.int64, types.int64), generate


@intrinsic
def store(typing: Any, gate: Any, place: Any, value: Any) -> Any:
    """Put a value to a place of a gate."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store_atomic(args[2], _place(builder, args), "seq_cst", 8)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64, types.int64), generate


@intrinsic
def add(typing: Any, gate: Any, place: Any, value: Any) -> Any:
    """Add to what is at a place of a gate; gives what was there."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.atomic_rmw("add", _place(builder, args), args[2], "seq_cst")

    return types.int64(types.int64, types.int64, types.int64), generate


@intrinsic
def exchange(typing: Any, gate: Any, place: Any, old: Any, new: Any) -> Any:
    """Put `new` to a place of a gate if `old` is there; gives whether it was."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        done = builder.cmpxchg(_place(builder, args), args[2], args[3], "seq_cst", "seq_cst")
        return builder.extract_value(done, 1)

    return types.boolean(types.int64, types.int64, types.int64, types.int64), generate


def _place(builder: Any, args: Any) -> Any:
    return builder.gep(builder.inttoptr(args[0], NUMBER.as_pointer()), [args[1]])


@intrinsic
def get_int(typing: Any, address: Any) -> Any:
    """C's `int` at an address."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        where = builder.inttoptr(args[0], ir.IntType(32).as_pointer())
        return builder.sext(builder.load_atomic(where, "seq_cst", 4), NUMBER)

    return types.int64(types.int64), generate


@intrinsic
def set_int(typing: Any, address: Any, value: Any) -> Any:
    """Put a value to C's `int` at an address."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        where = builder.inttoptr(args[0], ir.IntType(32).as_pointer())
        builder.store_atomic(builder.trunc(args[1], ir.IntType(32)), where, "seq_cst", 4)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), generate


def by_address(result: Any, *parameters: Any) -> Any:
    """A function `call(address, args)` for C functions of these types; `args` is a tuple."""

    @intrinsic
    def call(typing: Any, address: Any, args: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            gives = ir.VoidType() if result is types.void else context.get_value_type(result)
            kind = ir.FunctionType(gives, [context.get_value_type(t) for t in parameters])
            given = cgutils.unpack_tuple(builder, values[1])
            given = [context.cast(builder, x, t, to) for x, t, to in zip(given, args.types, parameters, strict=True)]
            found = builder.call(builder.inttoptr(values[0], kind.as_pointer()), given)
            return context.get_dummy_value() if result is types.void else found

        return result(types.int64, args), generate

    return call


@intrinsic
def function_of(typing: Any, part: Any, args: Any) -> Any:
    """The address of `part(rank, ranks, *args)` as a C function of where `args` are, rank and ranks."""
    wanted = (types.int64, types.int64, *args.types)
    part.get_call_type(typing, wanted, {})
    inner = part.dispatcher.overloads[wanted]

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        context.active_code_library.add_linking_library(inner.library)
        function = ir.Function(builder.module, PART, builder.module.get_unique_name("part"))
        function.linkage = "internal"
        body = ir.IRBuilder(function.append_basic_block())
        where, rank, ranks = function.args
        pack = body.load(body.inttoptr(where, context.get_value_type(args).as_pointer()))
        given = [rank, ranks, *cgutils.unpack_tuple(body, pack)]
        context.call_internal_no_propagate(body, inner.fndesc, inner.signature, given)
        body.ret_void()
        return builder.ptrtoint(function, NUMBER)

    return types.int64(part, args), generate


@intrinsic
def address_of(typing: Any, args: Any) -> Any:
    """Where a tuple is put while the calling function runs."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return builder.ptrtoint(cgutils.alloca_once_value(builder, values[0]), NUMBER)

    return types.int64(args), generate
