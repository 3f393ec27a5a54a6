"""Audits that are started in the app: a process each, their progress, their end, and who started what."""
