"""The archive: one bag per audit, an append-only log that chains them, a signed head.

`docs/archive-format.md` says what lies where. Who reads what:

layout      the names of files and folders
canonical   canonical JSON, strict both ways
log         the log's lines, its chain and its head; the one who appends
bags        BagIt folders; collecting what goes into one; adding it
"""
