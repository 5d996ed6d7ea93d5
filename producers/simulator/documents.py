"""Lives of documents: incoming ones from registration to completion, outgoing ones from signature to the
axis."""

from datetime import datetime

from ioc.contracts.fields import stamp
from producers.simulator.draft import Draft, Life
from producers.simulator.world import OUTSIDE, World

KINDS = (
    "cong_van",
    "quyet_dinh",
    "to_trinh",
    "bao_cao",
    "thong_bao",
    "ke_hoach",
    "giay_moi",
    "cong_dien",
    "khac",
)
KIND_WEIGHTS = (46, 10, 7, 14, 8, 5, 6, 1, 3)
URGENCIES = ("normal", "khan", "thuong_khan", "hoa_toc")
URGENCY_WEIGHTS = (86, 9, 3, 2)
CHANNELS = ("axis", "internal", "email", "paper")


def incoming(world: World, at: datetime) -> Life:
    """Received → assigned (→ reassigned or cooperating) → completed; 96 % registered and 90 to 97 %
    completed in time."""
    rng = world.rng
    unit = world.unit(at)
    ref = world.ref(f"{unit}/{at.year}/CVD")
    urgency = rng.choices(URGENCIES, URGENCY_WEIGHTS)[0]
    arrived = _arrived(world, at, urgency)
    days = 1 if urgency == "hoa_toc" else rng.choice((3, 5, 7, 10, 15))
    due = world.due(at, days) if rng.random() < world.dated else None
    data = {
        "doc_ref": ref,
        "doc_type": rng.choices(KINDS, KIND_WEIGHTS)[0],
        "sender_org": rng.choice(OUTSIDE),
        "receiver_org": unit,
        "urgency": urgency,
        "classification": "normal",
        "channel": rng.choices(CHANNELS, (70, 15, 5, 10))[0],
        "arrived_at": stamp(arrived),
        "registered_at": stamp(at),
        "steering": rng.random() < 0.12,
        "response_required": rng.random() < 0.35,
    }
    if due is not None:
        data["due_at"] = stamp(due)
    wait = (3, 14) if urgency == "hoa_toc" else (5, 28) if urgency != "normal" else (10, 240)
    at = yield Draft("document.received", "qlvb", ref, unit, at, data), world.after(at, *wait)
    lead = unit if rng.random() < 0.55 else world.unit(at)
    ends = _completed_at(world, lead, at, due)
    steps = 1 if rng.random() < 0.8 else 2
    for step in range(1, steps + 1):
        if step == 2 and rng.random() < 0.4:
            lead, role, to = (other := world.unit(at)), "lead", other
        else:
            role, to = ("lead", lead) if step == 1 else ("cooperate", world.unit(at))
        data = {
            "doc_ref": ref,
            "from_org": unit,
            "to_org": to,
            "role": role,
            "assigned_at": stamp(at),
            "step": step,
        }
        soon = world.after(at, 20, 600)
        wake = ends if step == steps else min(soon, ends)
        at = yield Draft("document.assigned", "qlvb", ref, unit, at, data), wake
    outcome = rng.choices(("replied", "filed", "forwarded", "no_action"), (45, 35, 12, 8))[0]
    done = {"doc_ref": ref, "org": lead, "completed_at": stamp(at), "outcome": outcome}
    yield Draft("document.completed", "qlvb", ref, lead, at, done), None


def _arrived(world: World, at: datetime, urgency: str) -> datetime:
    late = world.rng.random() < 0.04
    if urgency == "hoa_toc":
        return world.before(at, 40, 90) if late else world.before(at, 1, 5)
    if urgency != "normal":
        return world.before(at, 40, 150) if late else world.before(at, 1, 15)
    return world.before(at, 4 * 1440, 6 * 1440) if late else world.before(at, 3, 150)


def _completed_at(world: World, unit: str, at: datetime, due: datetime | None) -> datetime:
    if due is None:
        return world.at_work(world.after(at, 300, 8 * 1440))
    if world.in_time(unit, at) and due > at:
        return min(world.between(at, due, 0.15, 0.95), due)
    return world.at_work(world.after(max(due, at), 1440, 9 * 1440))


def outgoing(world: World, at: datetime) -> Life:
    """Signed → issued → sent; over the axis its peer answers. 97 % signed, 95 % sent in time."""
    rng = world.rng
    unit = world.unit(at)
    ref = world.ref(f"{unit}/{at.year}/CVDI")
    signed = rng.random() < 0.97
    channel = rng.choices(CHANNELS, (58, 27, 5, 10))[0]
    urgency = rng.choices(URGENCIES, URGENCY_WEIGHTS)[0]
    issued = world.before(at, 1, 10)
    data = {
        "doc_ref": ref,
        "issuer_org": unit,
        "doc_type": rng.choices(KINDS, KIND_WEIGHTS)[0],
        "urgency": urgency,
        "signed": signed,
        "signature_kind": rng.choice(("leader", "org", "both")) if signed else "none",
        "issued_at": stamp(issued),
        "channel": channel,
        "recipient_count": rng.randint(1, 60),
    }
    if signed:
        late = rng.random() < 0.05
        before = world.before(issued, 4 * 1440, 6 * 1440) if late else world.before(issued, 1, 15)
        data["signed_at"] = stamp(before)
    if channel in ("axis", "internal"):
        data["sent_at"] = stamp(at)
    answers = channel == "axis"
    wake = world.after(at, 1, 15) if answers else None
    at = yield Draft("document.issued", "qlvb", ref, unit, at, data), wake
    if answers:
        yield from _answers(world, ref, unit, at)


def _answers(world: World, ref: str, unit: str, at: datetime) -> Life:
    peer = world.rng.choice(OUTSIDE)
    states = [("arrived", "01")]
    chance = world.rng.random()
    if chance < 0.02:
        states.append(("rejected", "02"))
    elif chance < 0.35:
        states.append(("accepted", "03"))
    for n, (status, code) in enumerate(states, 1):
        data = {"doc_ref": ref, "peer_org": peer, "status": status, "edxml_status": code, "at": stamp(at)}
        wake = world.after(at, 15, 600) if n < len(states) else None
        at = yield Draft("document.exchange_changed", "vxp", ref, unit, at, data), wake
