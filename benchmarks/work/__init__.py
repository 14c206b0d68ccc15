"""The works that are timed: a file each, with our programs, those of the peers, and the rows of the table."""

WORKS = ("mnist", "busy", "chain", "moons", "untaped", "small_net", "cnn", "imports", "memory", "growth")
