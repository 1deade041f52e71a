"""A client of the customer-support API, which has no log-in: `customer_support.py BASE` works a day with it.

Written after that system's reference: flat customer fields, metadata, `{items, total}`, 422 with a list in
`detail`, imports with partial success. It reads right after it writes and knows nothing of Docket.
"""

import sys
import uuid

import requests

BASE = sys.argv[1]

NEW = {
    "customer_id": "CUST-1001",
    "customer_email": "jane.doe@example.com",
    "customer_name": "Jane Doe",
    "subject": "Cannot login to my account",
    "description": "I forgot my password and the reset link has expired.",
    "category": "account_access",
    "priority": "high",
    "tags": ["login", "password"],
    "metadata": {"source": "web_form", "browser": "Chrome", "device_type": "desktop"},
}


def check(condition, response):
    assert condition, f"{response.request.method} {response.url}: {response.status_code} {response.text}"


def create_and_get():
    created = requests.post(f"{BASE}/tickets", json=NEW)
    check(created.status_code == 201, created)
    ticket = created.json()
    uuid.UUID(ticket["id"])
    for field, value in NEW.items():
        assert ticket[field] == value, (field, ticket)
    assert ticket["status"] == "open" and ticket["assigned_to"] is None
    assert ticket["created_at"] and ticket["updated_at"] and ticket["resolved_at"] is None

    got = requests.get(f"{BASE}/tickets/{ticket['id']}")
    check(got.status_code == 200, got)
    assert got.json() == ticket, (got.json(), ticket)
    return ticket


def update(ticket):
    address = f"{BASE}/tickets/{ticket['id']}"
    changed = requests.patch(address, json={"status": "in_progress", "assigned_to": None})
    check(changed.status_code == 200 and changed.json()["status"] == "in_progress", changed)
    assert changed.json()["subject"] == ticket["subject"], "what was not sent stays"
    assert changed.json()["updated_at"] > ticket["updated_at"]

    resolved = requests.patch(address, json={"status": "resolved"})
    check(resolved.status_code == 200 and resolved.json()["resolved_at"], resolved)


def refuse_bad_fields(ticket):
    bad = {**NEW, "customer_email": "no-address", "description": "short", "category": "x" * 101, "priority": "soon"}
    del bad["customer_name"]
    refused = requests.post(f"{BASE}/tickets", json=bad)
    check(refused.status_code == 422, refused)
    errors = refused.json()["detail"]
    assert isinstance(errors, list), errors
    for error in errors:
        assert error["loc"][0] == "body" and error["msg"] and error["type"], error
    named = {str(error["loc"][-1]) for error in errors}
    assert any("email" in name for name in named), named
    assert {"description", "priority"} <= named, named
    assert any("name" in name for name in named), named

    query = requests.get(f"{BASE}/tickets", params={"status": "asleep"})
    check(query.status_code == 422 and query.json()["detail"][0]["loc"] == ["query", "status"], query)
    patch = requests.patch(f"{BASE}/tickets/{ticket['id']}", json={"subject": ""})
    check(patch.status_code == 422 and patch.json()["detail"][0]["loc"] == ["body", "subject"], patch)


def list_and_count():
    for number in range(3):
        fields = {**NEW, "subject": f"Invoice {number}", "category": "billing_question", "priority": "low"}
        created = requests.post(f"{BASE}/tickets", json=fields)
        check(created.status_code == 201, created)
    listed = requests.get(f"{BASE}/tickets", params={"category": "billing_question", "priority": "low", "status": ""})
    check(listed.status_code == 200, listed)
    body = listed.json()
    assert body["total"] == 3 and len(body["items"]) == 3, body
    assert all(item["customer_email"] == NEW["customer_email"] for item in body["items"]), body
    none = requests.get(f"{BASE}/tickets", params={"category": "nobody_uses_this"})
    check(none.status_code == 200 and none.json()["items"] == [] and none.json()["total"] == 0, none)

    stats = requests.get(f"{BASE}/tickets/stats")
    check(stats.status_code == 200, stats)
    body = stats.json()
    assert body["total_tickets"] == 4, body
    assert body["category_breakdown"] == {"account_access": 1, "billing_question": 3}, body
    assert body["priority_breakdown"]["low"] == 3 and body["status_breakdown"]["resolved"] == 1, body


CSV = """customer_id,customer_email,customer_name,subject,description,category,priority,tags,source,browser,device_type
C1,a@example.com,Ann,Refund please,I was charged twice this month,billing_question,high,"refund,billing",email,Firefox,mobile
C2,not-an-address,Bob,Refund please,I was charged twice this month,billing_question,high,,email,Firefox,mobile
C3,c@example.com,Cid,Crash,The app crashes when it starts,technical_issue,urgent,crash,web_form,Chrome,desktop
"""
JSON = """[{"customer_id": "C4", "customer_email": "d@example.com", "customer_name": "Dee", "subject": "Dark mode",
"description": "Please add a dark mode to the app", "category": "feature_request", "priority": "low",
"tags": ["ui"], "metadata": {"source": "api"}}, {"subject": "Nobody's"}]"""
XML = """<?xml version="1.0"?><tickets><ticket><customer_id>C5</customer_id><customer_email>e@example.com</customer_email>
<customer_name>Eve</customer_name><subject>Lost data</subject><description>My files have disappeared over night</description>
<category>bug_report</category><priority>urgent</priority></ticket></tickets>"""


def import_files():
    for kind, content, imported, failed in (("csv", CSV, 2, 1), ("json", JSON, 1, 1), ("xml", XML, 1, 0)):
        result = requests.post(f"{BASE}/import/{kind}", files={"file": (f"tickets.{kind}", content)})
        check(result.status_code in (200, 201), result)
        body = result.json()
        assert (body["total"], body["imported"], body["failed"]) == (imported + failed, imported, failed), body
        assert all(error["row"] == 2 for error in body["errors"]), body
        assert len(body["errors"]) >= failed, body
    broken = requests.post(f"{BASE}/import/json", files={"file": ("tickets.json", '{"not": ')})
    check(broken.status_code == 400 and broken.json()["detail"], broken)


def delete(ticket):
    address = f"{BASE}/tickets/{ticket['id']}"
    deleted = requests.delete(address)
    check(deleted.status_code == 204 and deleted.content == b"", deleted)
    for gone in (requests.get(address), requests.get(f"{BASE}/tickets/{uuid.uuid4()}")):
        check(gone.status_code == 404 and isinstance(gone.json()["detail"], str), gone)


ticket = create_and_get()
update(ticket)
refuse_bad_fields(ticket)
list_and_count()
import_files()
delete(ticket)
print("fine")
