"""What a recording or a compiled program costs: time, floating point operations and memory."""

from autograd.profile.report import Entry, Profile, Row

__all__ = ["Entry", "Profile", "Row"]
