"""The programs behind `gradtape COMMAND`, one per file."""
