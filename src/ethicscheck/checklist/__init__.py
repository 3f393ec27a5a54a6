"""Checklists: the questions no metric answers. YAML → Checklist; journal of answers → status.

The answer journal is the one thing below `sources` that writes a file.
"""
