"""Systems of linear equations, inverses and determinants."""
