"""Sends tickets to Docket over HTTP, from a file with one JSON object per line. Needs no Kafka.

    DOCKET_TOKEN=dkt_… python post_tickets.py tickets.jsonl --url http://localhost:8000

The token is an API token of a handler or an admin with the scope `inbound`. May be run again with the
same file: a ticket whose external_id is known is not opened again.
"""

import argparse
import os
import sys
import time
from collections import Counter

import requests

from lines import read_tickets

ATTEMPTS = 8
PATIENCE = 30  # seconds


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="tickets, one JSON object per line")
    parser.add_argument("--url", default="http://localhost:8000", help="where Docket is")
    return parser.parse_args()


def post(session: requests.Session, url: str, ticket: dict) -> requests.Response:
    """Tries again while Docket is away or has enough for the moment: as the ticket has an id, it is safe to."""
    for attempt in range(ATTEMPTS):
        last = attempt == ATTEMPTS - 1
        wait = 2**attempt / 4
        try:
            answer = session.post(f"{url}/api/v1/inbound/tickets", json=ticket, timeout=PATIENCE)
        except (requests.ConnectionError, requests.Timeout):
            if last:
                raise
        else:
            if last or answer.status_code not in (429, 502, 503, 504):
                return answer
            wait = max(wait, float(answer.headers.get("Retry-After", 0)))
        time.sleep(wait)
    raise AssertionError("the last attempt returns or raises")


def main() -> int:
    options = arguments()
    token = os.environ.get("DOCKET_TOKEN")
    if not token:
        print("DOCKET_TOKEN is not set", file=sys.stderr)
        return 2
    outcomes = Counter()
    with requests.Session() as session:
        session.headers["X-Api-Key"] = token
        for line, external_id, ticket in read_tickets(options.file):
            try:
                answer = post(session, options.url.rstrip("/"), ticket)
            except requests.RequestException:
                print(f"{options.file}:{line}: {external_id}: no answer from {options.url}", file=sys.stderr)
                return 1
            match answer.status_code:
                case 201:
                    outcomes["opened"] += 1
                    print(f"{external_id}: opened {answer.json()['ticket_id']}")
                case 200:
                    outcomes["known"] += 1
                    same = answer.headers.get("Idempotency-Replayed") == "true"
                    note = "" if same else ", with other content, which was not taken over"
                    print(f"{external_id}: known as {answer.json()['ticket_id']}{note}")
                case 401 | 403:
                    print(answer.json()["detail"], file=sys.stderr)
                    return 2
                case status:
                    outcomes["refused"] += 1
                    print(f"{options.file}:{line}: {external_id}: {status}: {explain(answer)}", file=sys.stderr)
    print(", ".join(f"{outcomes[name]} {name}" for name in ("opened", "known", "refused")))
    return 1 if outcomes["refused"] else 0


def explain(answer: requests.Response) -> str:
    """What a problem document says, field by field where it names fields."""
    try:
        problem = answer.json()
    except requests.JSONDecodeError:
        return answer.text[:200]
    fields = (f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in problem.get("errors", []))
    return "; ".join(fields) or str(problem.get("detail"))


if __name__ == "__main__":
    sys.exit(main())
