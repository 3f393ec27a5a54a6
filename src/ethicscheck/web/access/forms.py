"""Reading a posted form, and refusing one that was not sent from a page of this session."""

from __future__ import annotations

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

from .people import Visitor
from .signing import same

FIELD = "csrf"
HEADER = "X-CSRF-Token"
MOST_FIELDS = 5000
MOST_FILES = 20
MOST_TEXT = 100 * 1024  # bytes of one field: whoever may answer must not fill everybody's pages, memory and disk
MOST_TEXTS = 1024 * 1024  # characters of all fields

FOREIGN = (
    "This form was not sent from a page of your present session: perhaps you logged out and in again meanwhile. "
    "Nothing was changed. Go back, copy what you typed, load the page anew and send it again."
)

UNREADABLE = "What was sent holds characters that can't be written down. Nothing was changed."
LONG = (
    f"A text can be {MOST_TEXT // 1024} kB long, and all texts of a form together {MOST_TEXTS // 1024} kB. "
    "Nothing was changed. Shorten it, or send it as a file."
)


async def posted(request: Request) -> FormData:
    """Return what was posted, once the form's token shows that it comes from a page of this session.

    The token comes as the field `csrf` or as the header `X-CSRF-Token`; with a header, a wrong one is refused before
    the body is read.

    Raises
    ------
    HTTPException
        403 when it doesn't; 400 when it is no form, or no text; 413 when there is too much text.
    """
    visitor: Visitor = request.state.visitor
    header = request.headers.get(HEADER)
    if header is not None and not same(header, visitor.csrf):
        raise HTTPException(403, FOREIGN)
    try:
        form = await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES, max_part_size=MOST_TEXT)
    except UnicodeError:
        raise HTTPException(400, UNREADABLE) from None
    except HTTPException as error:
        if "maximum size" in error.detail:
            raise HTTPException(413, LONG) from None
        raise
    if header is None:
        given = form.get(FIELD)
        if not isinstance(given, str) or not same(given, visitor.csrf):
            await form.close()
            raise HTTPException(403, FOREIGN)
    if sum(len(part) for _, part in form.multi_items() if isinstance(part, str)) > MOST_TEXTS:
        await form.close()
        raise HTTPException(413, LONG)
    if not all(_is_text(name) and _is_text(part) for name, part in form.multi_items()):
        await form.close()
        raise HTTPException(400, UNREADABLE)
    return form


def _is_text(part: str | UploadFile) -> bool:
    """Tell whether something can be written down as UTF-8; a form that names an encoding of its own can hold what can't."""
    try:
        (part if isinstance(part, str) else part.filename or "").encode()
    except UnicodeEncodeError:
        return False
    return True


__all__ = ["posted"]
