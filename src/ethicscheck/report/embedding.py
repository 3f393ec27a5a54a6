"""What of a record a page carries: all of it; for features of very many groups without what the page does not draw."""

from __future__ import annotations

import hashlib
from collections import Counter

from ethicscheck.model.record import Abridged, AuditRecord

from .tables import MOST_COMPARED


def carried(record: AuditRecord) -> AuditRecord:
    """Return the record that goes into the page.

    With more than 40 groups, how each compares with the reference and with everyone is most of the record and no part
    of the page: it is left out, and the record says how many rows those are and what the whole one's digest is.
    """
    if record.abridged is not None:
        return record
    groups = Counter(
        row.features for row in record.estimates if row.metric == record.estimates[0].metric and not row.stratum
    )
    kept = tuple(row for row in record.disparities if row.to == "gap" or groups[row.features] <= MOST_COMPARED)
    left_out = len(record.disparities) - len(kept)
    if not left_out:
        return record
    digest = hashlib.sha256(record.to_json()).hexdigest()
    return record.model_copy(update={"disparities": kept, "abridged": Abridged(disparities=left_out, sha256=digest)})
