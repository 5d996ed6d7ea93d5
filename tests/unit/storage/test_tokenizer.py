"""The lexical rules that the reader's allow-list rests on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.embedded.tokenizer import Kind, tokens


def kinds(sql: str) -> list[tuple[Kind, str]]:
    return [(token.kind, token.text) for token in tokens(sql)]


def test_a_statement_in_tokens() -> None:
    assert kinds("SELECT a.`b c`, 1.5e-3 -- end\nFROM \"t\" WHERE s = 'it''s'") == [
        (Kind.WORD, "SELECT"),
        (Kind.WORD, "a"),
        (Kind.MARK, "."),
        (Kind.QUOTED, "`b c`"),
        (Kind.MARK, ","),
        (Kind.NUMBER, "1.5e-3"),
        (Kind.WORD, "FROM"),
        (Kind.QUOTED, '"t"'),
        (Kind.WORD, "WHERE"),
        (Kind.WORD, "s"),
        (Kind.MARK, "="),
        (Kind.STRING, "'it''s'"),
    ]


@pytest.mark.parametrize("comment", ["-- x", "// x", "# x", "#! x"])
def test_a_line_comment_ends_with_its_line(comment: str) -> None:
    assert [text for _, text in kinds(f"a {comment} 'y\nb")] == ["a", "b"]


@pytest.mark.parametrize(
    "text",
    [
        "'open",
        "`open",
        '"open',
        "/* open",
        "/* a /* b */ c */",
        "$tag$ x $tag$",
        "‘typographic’",
        "“name”",
        "#no-space",
        "x'0",
        "\\G",
        "a\u00a0b",
        "\x00",
    ],
)
def test_what_is_not_surely_understood_is_unknown(text: str) -> None:
    assert any(kind is Kind.UNKNOWN for kind, _ in kinds(text))


@pytest.mark.parametrize("number", ["0", "12_000", "1.5", "1.", "1e5", "1.5E-3", "0x1Fe"])
def test_numbers(number: str) -> None:
    assert kinds(f"{number} -1") == [(Kind.NUMBER, number), (Kind.MARK, "-"), (Kind.NUMBER, "1")]


@pytest.mark.parametrize("text", ["1e--x", "1e-'x'", "5x'61'", "1ioc", "1.b", "0x1g"])
def test_digits_that_run_into_letters_are_unknown(text: str) -> None:
    """The engine takes `1e-` for a number: what looks like a comment behind it is code."""
    assert kinds(text)[0][0] is Kind.UNKNOWN


def test_the_dot_behind_a_database_is_never_hidden_in_a_number() -> None:
    assert [text for _, text in kinds("ioc.1table")] == ["ioc", ".", "1table"]
    assert [text for _, text in kinds("ioc.1.5")][:2] == ["ioc", "."]


def test_a_quoted_word_is_a_name_and_never_a_keyword() -> None:
    (token,) = tokens("`SELECT`")
    assert token.is_name and token.name == "SELECT" and token.upper == ""


def test_doubled_quotes_are_single_in_the_name() -> None:
    assert [token.name for token in tokens('`a``b` "c""d"')] == ["a`b", 'c"d']


@given(st.text(alphabet="ab1.'\"`\\/*-#$ \n;é(", max_size=40))
def test_tokens_are_slices_in_order_and_all_else_is_space_or_comment(sql: str) -> None:
    position = 0
    for token in tokens(sql):
        assert token.start >= position and sql[token.start : token.end] == token.text != ""
        between = sql[position : token.start].strip()
        assert between == "" or between.startswith(("--", "//", "#", "/*"))
        position = token.end


@given(st.text(max_size=30), st.sampled_from(["'", "`", '"']))
def test_a_quoted_text_is_one_token(inner: str, quote: str) -> None:
    written = quote + inner.replace("\\", "\\\\").replace(quote, quote * 2) + quote
    assert [text for _, text in kinds(f"a {written} b")] == ["a", written, "b"]


def test_an_open_quote_costs_no_more_than_its_length() -> None:
    assert len(list(tokens("'" + "\\a''" * 20_000))) > 0
