"""Administrative procedures: what each was from one announcement to the next."""

from streams.reduce.derive.stages import Stages
from streams.reduce.facts import Fact
from streams.reduce.state import Row

COLUMNS = (
    "unit",
    "opened_at",
    "ended_at",
    "announced_at",
    "announced_on_time",
    "published_on_time",
    "open",
    "gap",
    "field_code",
    "business_related",
    "statutory_days",
    "stage_from",
    "stage_to",
    "stage_active",
    "stage_level",
    "stage_eligible",
    "stage_fee",
    "stage_fee_offered",
    "stage_citizen",
    "stage_connected",
    "stage_paper",
    "stage_complete",
    "announcements",
    "announcements_in_time",
    "publications_in_time",
)
GONE = frozenset({"abolished", "merged"})


def procedure(facts: list[tuple[str, Fact]]) -> Row:
    """A procedure: in force from its first announcement until it is abolished or merged into another.

    `announcements`: the instants of all its announcements, beside them whether each was in time: one that
    was late makes its period late (QĐ 766/QĐ-TTg, 1.1).
    """
    if not facts:
        return ["", None, None, None, 0, 0, 0, 0, "", 0, 0.0, *([] for _ in range(14))]
    steps = sorted((fact for _, fact in facts), key=lambda fact: (fact[5], fact[2]))
    stages = Stages(9)
    for fact in steps:
        # active, then level, eligible, fee, offered, citizen, connected, paper, complete
        stages.begin(fact[5], int(fact[6] not in GONE), *fact[7:15])
    last = steps[-1]
    gone = last[6] in GONE
    head: Row = [last[4], steps[0][5], last[5] if gone else None, last[5], last[15], last[16], int(not gone)]
    told = [int(steps[0][6] in GONE), last[17], last[18], float(last[19])]
    announced = [[fact[5] for fact in steps], [fact[15] for fact in steps], [fact[16] for fact in steps]]
    return [*head, *told, *stages.columns(), *announced]
