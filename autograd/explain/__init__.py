"""What the chain rule says about two values of a recording, path by path; or why no gradient flows between them.

An `Explanation` (`model`) is plain data. For a connected pair the recording is reduced to the steps worth showing
(`ways`), each with its derivative (`derivatives`) and its name (`names`), and put together in `connected`. For any
other pair what the recording knows (`facts`) and what the caller's source says (`program`) become `reasons`.
`text` and `latex` write it down. Nothing here recurses, and nothing is listed without a limit.

The engine never imports this package; `Tape.explain` does when it is called, and `Tape.gradient` when it is about
to answer None and let go of its recording.
"""

from autograd.explain.answer import explain
from autograd.explain.facts import Remembered, remember, unconnected
from autograd.explain.model import Explanation, Factor, Path, Reason

__all__ = ["Explanation", "Factor", "Path", "Reason", "Remembered", "explain", "remember", "unconnected"]
