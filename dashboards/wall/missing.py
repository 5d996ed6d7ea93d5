"""What is said when there is no such board, with those that there are."""

from collections.abc import Mapping
from html import escape

from fastapi.responses import HTMLResponse

from dashboards.style import DARK
from dashboards.wall.markup import Html, el, join, text
from ioc.messages import language, say

STYLE = f"""
body {{ margin: 0; padding: 3rem; background: {DARK["ground"]}; color: {DARK["ink"]};
  font: 1.25rem/1.5 "Be Vietnam Pro", "Noto Sans", "Segoe UI", system-ui, sans-serif; }}
main {{ max-width: 46rem; margin: 0 auto; }} h1 {{ font-size: 2rem; line-height: 1.3; }}
p {{ color: {DARK["soft"]}; }} li {{ margin: .4rem 0; }} a {{ color: {DARK["info"]}; }}
"""


def board(uid: str, titles: Mapping[str, str]) -> HTMLResponse:
    """404: no board has this uid. `titles`: of those that there are, by uid."""
    return answer(404, say("address.no_board", uid=uid), say("address.boards"), titles)


def answer(status: int, title: str, sentence: str, titles: Mapping[str, str]) -> HTMLResponse:
    """A page that refuses, says why, and lists where one can go."""
    items = [
        el("li", "", Html(f'<a href="/wall/{escape(uid)}">{text(title)}</a>'))
        for uid, title in titles.items()
    ]
    body = el("main", "", el("h1", "", title), el("p", "", sentence), el("ul", "", *items))
    head = join(Html('<meta charset="utf-8"><meta name="viewport" content="width=device-width">'),
                el("title", "", title), el("style", "", Html(STYLE)))  # fmt: skip
    return HTMLResponse(
        f'<!doctype html><html lang="{language()}"><head>{head}</head><body>{body}</body></html>', status
    )
