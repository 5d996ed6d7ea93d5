"""A briefing in English says the same in other words: no Vietnamese text of ours is left in it."""

from dashboards.brief.content import compose
from dashboards.brief.making import written
from dashboards.brief.model import Brief
from ioc.messages import catalogue, speaking
from tests.unit.brief.made import facts


def cases(brief: Brief) -> list[str]:
    return [line.cases for section in brief.sections for line in section.lines]


def test_english_has_the_same_numbers_in_english_words() -> None:
    vietnamese = compose(facts())
    with speaking("en"):
        english = compose(facts())
        page = written(english, "html").decode()
    assert english.title == "Briefing of week 47, 2026"
    assert '<html lang="en">' in page
    assert len(english.matters) == len(vietnamese.matters)
    numbers = [
        [line.cases for section in each.sections for line in section.lines] for each in (english, vietnamese)
    ]
    assert [said.replace(",", ".") for said in numbers[0]] == numbers[1]
    assert [text for text in catalogue("vi").values() if len(text) > 6 and f">{text}<" in page] == []
    assert "▼ Off target" in page


def test_another_language_is_another_word_file_and_the_same_one_the_same() -> None:
    with speaking("en"):
        english = written(compose(facts()), "docx")
        assert english == written(compose(facts()), "docx")
    assert english != written(compose(facts()), "docx")
