"""The language of whoever looks at a page: as the address asks (`?lang=en`), else as it did before."""

from fastapi import Request, Response

from ioc.messages import LANGUAGES, Language, chosen

COOKIE = "ioc_lang"
"""The cookie that keeps the language a viewer chose; it says nothing else."""
YEAR_S = 365 * 86_400


def asked(request: Request) -> Language:
    """The language of the answer to this request."""
    return chosen(request.query_params.get("lang"), request.cookies.get(COOKIE))


def keep(request: Request, response: Response) -> None:
    """Let the browser keep what the address asks for, if that is a language."""
    wanted = request.query_params.get("lang")
    if wanted in LANGUAGES:
        response.set_cookie(COOKIE, str(wanted), max_age=YEAR_S, path="/", httponly=True, samesite="lax")
