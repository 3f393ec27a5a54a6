"""The count table: `count(groups × strata × label × prediction)`, its roll-ups, and the one group-by that makes it."""
