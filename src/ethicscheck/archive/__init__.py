"""The archive: one bag per audit, an append-only log that chains them, a signed head (`docs/archive-format.md`).

layout, canonical, about, ids          names of files; strict canonical JSON; what an archive says of itself; ids
disk, writing, repairing               writing that stays; one change at a time; what to do after an interruption
log, lookup, listing                   the log's lines and head; one entry of it; all audits in it
founding, plans, adding, retention     the changes: init; plan; add; hold, release and expire
belonging, collecting, bags            what belongs to a record, under which name it is kept, the BagIt folder it is kept in
keys, signing, attesting               who signs, and the attestation beside a bag
verifying, standalone                  is everything as it was written?
indexing, trends                       the page that lists it all
"""
