"""Who may do what: each role once, and for everything that an alert may need somebody who may do it."""

from ioc.review.reading import Folder
from ioc.roles import ALERT_ACTIONS, FILE, Note, Role
from ioc.yamlfiles import find


def roles(folder: Folder) -> None:
    """Every role and every note of a hand-over."""
    file = find(folder.path, FILE)
    found = folder.loaded(Role, file, "roles", "id")
    notes = folder.loaded(Note, file, "shift_notes", "code")
    for names in ([role.id for role in found], [note.code for note in notes]):
        for name in sorted({name for name in names if names.count(name) > 1}):
            folder.add(file, name, "to stand once")
    able = {action for role in found for action in role.may}
    for action in sorted((ALERT_ACTIONS | {"hand_over", "read_audit"}) - able if found else ()):
        folder.add(file, "roles", f"some role that may {action}")
