"""A page in which a graph is stepped through: one file, which needs no network and works without scripts as well.

A graph becomes a sequence of `steps`, plain data with all that is said. `moments` turn it round: when does each value,
gradient and edge appear? The `drawing` is the picture with these moments marked on it; `panels` and `table` write the
steps, the values and the paths out; `document` puts it all into one file, and `notebook` into a frame. All numbers and
words come from there. The script shows and hides.
"""

from autograd.picture.page.document import page
from autograd.picture.page.notebook import Interactive, interactive

__all__ = ["Interactive", "interactive", "page"]
