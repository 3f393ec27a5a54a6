"""Arrays and frames as `audit` takes them: what each is called, whether rows are the same ones, all joined to one frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw

from ethicscheck.errors import DataError, UsageError


def features(sensitive: Any, columns: dict[str, Any]) -> Any:
    """Return `sensitive` as the config writes it; arrays in it become columns."""
    if sensitive is None:
        return None
    if isinstance(sensitive, str):
        return [sensitive]
    if isinstance(sensitive, Mapping) and not is_frame(sensitive):
        named = {}
        for name, part in sensitive.items():
            if is_array(part):
                _add(str(name), part, columns)
                part = None
            named[str(name)] = part
        return named
    if is_frame(sensitive):
        for name in sensitive.columns:
            _add(str(name), sensitive[name], columns)
        return [str(name) for name in sensitive.columns]
    if isinstance(sensitive, (list, tuple)) and all(isinstance(part, str) or is_array(part) for part in sensitive):
        return [column(part, f"group_{place}", columns, own_name=True) for place, part in enumerate(sensitive, 1)]
    return [column(sensitive, "group", columns, own_name=True)]


def column(given: Any, role: str, columns: dict[str, Any], own_name: bool = False) -> str:
    """Return the name of a column, which an array becomes."""
    if isinstance(given, str):
        return given
    if not is_array(given):
        raise DataError(f"{given!r} is neither a column's name nor an array", f"argument {role}", "give one of them")
    own = getattr(given, "name", None)
    name = own if own_name and isinstance(own, str) and own else role
    _add(name, given, columns)
    return name


def _add(name: str, values: Any, columns: dict[str, Any]) -> None:
    if name in columns:
        raise DataError(f"two arrays are called {name!r}", "audit(…)", "give each a name of its own")
    columns[name] = values


def is_array(value: Any) -> bool:
    """Return whether a value is a row of values: neither a name nor a mapping."""
    return hasattr(value, "__len__") and hasattr(value, "__getitem__") and not isinstance(value, (str, bytes, Mapping))


def is_list_of_texts(value: Any) -> bool:
    """Return whether a value is a list of names, or of groups where there are no columns to name."""
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(part, str) for part in value)


def is_frame(value: Any) -> bool:
    """Return whether a value has named columns."""
    # Asked of the class: a lazy frame warns when its columns are asked for.
    if hasattr(type(value), "columns") and hasattr(type(value), "shape"):
        return True
    return nw.dependencies.is_ibis_table(value) or nw.dependencies.is_pyspark_dataframe(value)


def is_one_array(value: Any, frame: Any) -> bool:
    """Return whether `sensitive` is the groups of one feature, and neither names of columns nor several features."""
    if is_list_of_texts(value):
        return frame is None or not is_frame(frame)
    if not is_array(value) or is_frame(value):
        return False
    return not (isinstance(value, (list, tuple)) and any(is_array(part) for part in value))


def _check_indexes(frame: Any, columns: Mapping[str, Any]) -> None:
    """Refuse pandas objects that do not speak of the same rows: joined by place, they would give wrong numbers in silence."""
    import pandas as pd

    parts = {"the frame": frame, **columns}
    indexed = {name: part.index for name, part in parts.items() if isinstance(part, (pd.Series, pd.DataFrame))}
    names = list(indexed)
    for name in names[1:]:
        first, other = indexed[names[0]], indexed[name]
        if len(first) != len(other) or first.equals(other):
            continue  # a length that differs is said of all arrays at once
        place = _first_difference(first, other)
        same = " (the same rows in another order)" if set(first) == set(other) else ""
        raise DataError(
            f"the index of {name} is not that of {names[0]}{same}: row {place + 1:,} is {other[place]!r}, not {first[place]!r}",
            "audit(…)",
            "align them with .loc[y_true.index]; if the rows are in the same order anyway, give .to_numpy()",
        )


def _first_difference(first: Any, other: Any) -> int:
    places = (place for place, (one, two) in enumerate(zip(first, other, strict=True)) if one != two)
    return next(places, 0)


def with_columns(frame: Any, columns: Mapping[str, Any]) -> Any:
    """Return the frame with the arrays joined to it, row by row."""
    if not columns:
        if frame is None:
            raise UsageError("there is nothing to audit", "audit(…)", "give a data frame, arrays, or a config's path")
        return frame
    import numpy as np
    import pandas as pd

    _check_indexes(frame, columns)
    arrays = {name: np.asarray(values, dtype=object) for name, values in columns.items()}
    for name, values in arrays.items():
        if values.ndim != 1:
            raise DataError(
                f"the array has {values.ndim} dimensions, not 1",
                f"argument {name}",
                "give one value for each row; several features are a list or a mapping of arrays",
            )
    sizes = {name: len(values) for name, values in arrays.items()}
    if frame is not None:
        try:
            sizes["the frame"] = len(frame)
        except TypeError:
            raise UsageError(
                "arrays can't be joined to a lazy frame", "audit(…)", "add them to the frame as columns first"
            ) from None
    if len(set(sizes.values())) > 1:
        shown = ", ".join(f"{name}: {rows:,}" for name, rows in sizes.items())
        raise DataError(f"the number of rows differs ({shown})", "audit(…)", "give one value for each row")
    made = {name: pd.Series(values).infer_objects() for name, values in arrays.items()}
    if frame is None:
        return pd.DataFrame(made)
    import narwhals as nw

    whole = nw.from_native(frame, eager_only=True)
    taken = [name for name in made if name in whole.columns]
    if taken:
        raise DataError(f"the frame already has a column {taken[0]!r}", "audit(…)", "rename it, or name the column")
    backend = nw.get_native_namespace(whole)
    added = [nw.new_series(name, values.tolist(), backend=backend) for name, values in made.items()]
    return whole.with_columns(*added).to_native()
