"""`gradtape`, the command: reads the arguments and runs a program of `nn.programs`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from nn.errors import DataError
from nn.programs import draw, mnist


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status: 0, 1 if the run falls short, 2 for input that can not be used."""
    options = vars(parser().parse_args(argv))
    run: Callable[..., int] = options.pop("run")
    try:
        return run(**options)
    except (DataError, draw.DrawError) as error:
        print(f"gradtape: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"gradtape: {error}; try another --out", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("gradtape: interrupted", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """The arguments that the command takes."""
    top = argparse.ArgumentParser(prog="gradtape", description="A gradient tape on NumPy, and what it can train.")
    top.add_argument("--version", action="version", version=f"gradtape {_version()}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_mnist(commands)
    _add_draw(commands)
    return top


def _add_mnist(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "mnist",
        help="train the two-layer model of Deep Learning with Python, chapter 2, on handwritten digits",
        description=mnist.__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    command.add_argument("--data", type=Path, metavar="DIR", help="folder with MNIST's four IDX files, gzipped or not")
    command.add_argument(
        "--offline",
        dest="download",
        action="store_false",
        help="do not look for MNIST on the network; without this option it is downloaded if it is not found here",
        default=argparse.SUPPRESS,  # or the help would give the default of `download`, which is the opposite
    )
    command.add_argument("--out", type=Path, metavar="DIR", default=Path("runs"), help="where the run's folder goes")
    command.add_argument(
        "--epochs",
        type=_number(int, "a whole number of 1 or more", lambda n: n >= 1),
        metavar="N",
        default=5,
        help="passes over the images",
    )
    command.add_argument(
        "--batch-size",
        type=_number(int, "a whole number of 1 or more", lambda n: n >= 1),
        metavar="N",
        default=128,
        help="images in a step",
    )
    command.add_argument(
        "--learning-rate",
        type=_number(float, "a number above 0", lambda x: 0 < x < float("inf")),
        metavar="X",
        default=1e-3,
        help="of RMSprop",
    )
    command.add_argument(
        "--seed",
        type=_number(int, "a whole number from 0 to 2**32 - 1", lambda n: 0 <= n < 2**32),
        metavar="S",
        default=0,
        help="of the weights and of the shuffling",
    )
    command.add_argument(
        "--fail-under",
        type=_number(float, "an accuracy from 0 to 1", lambda x: 0 <= x <= 1),
        metavar="A",
        help="exit with status 1 if the test accuracy is below A, e.g. 0.973",
    )
    command.add_argument("--jit", action="store_true", help="run the steps as programs: the same results in less time")
    command.set_defaults(run=mnist.run)


def _add_draw(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "draw",
        help="draw the computation graph of a function",
        description="Call a function of a Python file with variables, and draw the computation graph of its result.",
    )
    command.add_argument("what", metavar="FILE.py:FUNCTION", help="the function, and the file that it is in")
    command.add_argument(
        "--args", nargs="*", default=[], metavar="X", help="its arguments: numbers, or lists such as [1,2,3]"
    )
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="a .svg, .png, .pdf, .html, .dot or .json file (default: FUNCTION.svg)"
    )
    command.add_argument("--backward", action="store_true", help="draw the backward pass too, with local derivatives")
    command.add_argument("--html", action="store_true", help="make a page to step through the graph")
    command.set_defaults(run=draw.run)


def _number(kind: type[int] | type[float], expected: str, fits: Callable[[float], bool]) -> Callable[[str], float]:
    """A parser of numbers for which `fits` holds; `expected` says in the message which these are."""

    def parse(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            number = float("nan")  # which fits nothing
        if not fits(number):
            raise argparse.ArgumentTypeError(f"got {text!r}; expected {expected}")
        return number

    return parse


def _version() -> str:
    try:
        return version("gradtape")
    except PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
