"""How sure we are: intervals, gaps, exact tests, multiplicity. numpy in, numpy out; no names of groups or metrics."""
