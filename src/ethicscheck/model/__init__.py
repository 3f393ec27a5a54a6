"""The frozen types everyone shares, and the strict YAML reader. Nothing here computes or reads data."""
