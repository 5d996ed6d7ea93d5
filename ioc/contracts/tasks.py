"""Tasks: what the Government, the Minister or a unit gave a unit to do, and how far it has come."""

from typing import Annotated, Literal

from pydantic import Field

from ioc.contracts.envelope import Between, Data, event_type
from ioc.contracts.fields import Org, Ref, Ts
from ioc.topics import TASKS


class TaskAssigned(Data):
    """Giao nhiệm vụ cho đơn vị chủ trì; người thực hiện không có trong sự kiện."""

    task_ref: Ref
    program: Literal["gov2025", "nq57", "nq71", "minister", "internal", "other"]
    assigner_org: Org
    lead_org: Org
    coop_orgs: Annotated[tuple[Org, ...], Field(max_length=10)]
    priority: Annotated[int, Field(ge=1, le=3)]
    assigned_at: Ts
    due_at: Ts
    source_doc_ref: Ref | None = None

    between = (
        Between(
            "due_at", "after assigned_at", ("due_at", "assigned_at"), lambda due, assigned: due > assigned
        ),
    )


class TaskChanged(Data):
    """Tiến độ, gia hạn, hoàn thành hoặc hủy nhiệm vụ."""

    task_ref: Ref
    state: Literal["accepted", "in_progress", "submitted", "completed", "extended", "returned", "cancelled"]
    progress_pct: Annotated[int, Field(ge=0, le=100)]
    new_due_at: Ts | None = None
    at: Ts

    between = (
        Between(
            "progress_pct",
            "100 exactly when state is completed",
            ("state", "progress_pct"),
            lambda state, progress: (progress == 100) == (state == "completed"),
        ),
        Between(
            "new_due_at",
            "absent unless state is extended",
            ("state", "new_due_at"),
            lambda state, given: given is None or state == "extended",
        ),
    )


EVENTS = (
    event_type(20, "task.assigned", TASKS, subject="task_ref", model=TaskAssigned),
    event_type(21, "task.changed", TASKS, subject="task_ref", model=TaskChanged),
)
