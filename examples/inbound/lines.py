"""Tickets from a file with one JSON object per line."""

import json
from collections.abc import Iterator

# What Docket takes for the id at the help desk; the first one that is there counts.
ID_FIELDS = ("external_id", "ticket_id", "ticket_number")


def read_tickets(path: str) -> Iterator[tuple[int, str, dict]]:
    """The number of each line, the ticket's id at the help desk, and the ticket. Empty lines are passed over.

    A line that is no object, or a ticket without an id, ends it: without an id nobody could tell a repeat.
    """
    try:
        file = open(path, encoding="utf-8")
    except OSError as error:
        raise SystemExit(f"{path}: {error.strerror}") from None
    with file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                ticket = json.loads(line)
            except json.JSONDecodeError as error:
                raise SystemExit(f"{path}:{number}: not JSON: {error}") from None
            if not isinstance(ticket, dict):
                raise SystemExit(f"{path}:{number}: not a JSON object")
            external_id = next((ticket[name] for name in ID_FIELDS if ticket.get(name)), None)
            if external_id is None:
                raise SystemExit(f"{path}:{number}: the ticket has no external_id")
            yield number, str(external_id), ticket
