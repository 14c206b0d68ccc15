"""Special functions, by SciPy's stable formulas; SciPy is loaded when one is first used."""
