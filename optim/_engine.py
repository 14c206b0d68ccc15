"""Makes sure that the `autograd` Python finds is this project's: the package index has another one of that name."""

import autograd

if not hasattr(autograd, "Tape"):
    raise ImportError(
        f"the package `autograd` was found at {getattr(autograd, '__file__', None) or list(autograd.__path__)}, which "
        "is another project of the same name: it has no `Tape`. Expected the one that gradtape brings. Try a separate "
        "environment, or `pip uninstall autograd` and then reinstall gradtape; in a checkout, run "
        "`python -m pytest` from its top folder"
    )
