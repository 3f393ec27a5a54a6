"""The reviewers' web app: a team fills in checklists together, sees what was measured beside its answers, and signs.

Server-rendered pages over the same files that the command line uses; everything works without a script, and gets better
with a little of it. Who may come in and what they may do is in `access/`, one file per group of pages in `pages/`.
"""
