"""The kinds of cases: table, columns, and the fold that fills them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from storage.cases import CaseTable
from streams.reduce.derive import (
    alert,
    archive,
    dataset,
    document,
    dossier,
    feedback,
    interop,
    people,
    procedure,
    source,
    task,
)
from streams.reduce.facts import Fact
from streams.reduce.state import Row
from streams.reduce.worktime import WorkTime

Fold = Callable[[str, list[tuple[str, Fact]], WorkTime], Row]


@dataclass(frozen=True)
class Kind:
    """One kind of case. `fold` gives the values of the table's columns, in their order."""

    table: CaseTable
    fold: Fold

    @property
    def name(self) -> str:
        return self.table.kind


def _kind(name: str, columns: tuple[str, ...], fold: Fold) -> Kind:
    return Kind(CaseTable(name, columns), fold)


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("document_in", document.IN_COLUMNS, lambda _, facts, time: document.document_in(facts, time)),
        _kind(
            "document_out", document.OUT_COLUMNS, lambda _, facts, time: document.document_out(facts, time)
        ),
        _kind("dossier", dossier.COLUMNS, lambda _, facts, time: dossier.dossier(facts, time)),
        _kind("feedback", feedback.COLUMNS, lambda _, facts, time: feedback.feedback(facts, time)),
        _kind("procedure", procedure.COLUMNS, lambda _subject, facts, _: procedure.procedure(facts)),
        _kind("hr_change", people.CHANGE_COLUMNS, lambda _, facts, time: people.hr_change(facts, time)),
        _kind("hr_record", people.RECORD_COLUMNS, lambda subject, facts, _: people.hr_record(subject, facts)),
        _kind(
            "credential",
            people.CREDENTIAL_COLUMNS,
            lambda subject, facts, _: people.credential(subject, facts),
        ),
        _kind("training", people.TRAINING_COLUMNS, lambda subject, facts, _: people.training(subject, facts)),
        _kind("archive", archive.COLUMNS, lambda _subject, facts, _: archive.archive(facts)),
        _kind("task", task.COLUMNS, lambda _subject, facts, _: task.task(facts)),
        _kind("dataset", dataset.COLUMNS, lambda subject, facts, _: dataset.dataset(subject, facts)),
        _kind("interop", interop.COLUMNS, lambda subject, facts, _: interop.interop(subject, facts)),
        _kind("alert", alert.COLUMNS, lambda _subject, facts, _: alert.alert(facts)),
        _kind("source", source.COLUMNS, lambda _subject, facts, _: source.source(facts)),
    )
}
