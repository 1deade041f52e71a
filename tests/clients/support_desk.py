"""A client of the LLM support desk, which has no log-in: `support_desk.py BASE` does what its web page does.

`title` and `description`, paths under `/api/tickets/` with a slash at their end, filters and search, statistics.
It reads right after it writes and knows nothing of Docket.
"""

import sys

import requests

API = f"{sys.argv[1]}/api/tickets/"


def check(condition, response):
    assert condition, f"{response.request.method} {response.url}: {response.status_code} {response.text}"


def submit(title, description, category, priority):
    response = requests.post(
        API, json={"title": title, "description": description, "category": category, "priority": priority}
    )
    check(response.status_code == 201, response)
    ticket = response.json()
    assert ticket["title"] == title and ticket["description"] == description, ticket
    assert ticket["status"] == "open" and ticket["created_at"], ticket
    return ticket


def tickets(**filters):
    response = requests.get(API, params={"category": "", "priority": "", "status": "", "search": "", **filters})
    check(response.status_code == 200, response)
    body = response.json()
    return [ticket["title"] for ticket in (body if isinstance(body, list) else body["items"])]


first = submit("Payment failed", "My card was declined twice", "billing", "high")
submit("Login loop", "The page comes back again and again", "account", "critical")
submit("Slow app", "Everything takes minutes", "technical", "low")

# The newest first, without any filter.
assert tickets() == ["Slow app", "Login loop", "Payment failed"], tickets()
assert tickets(category="billing") == ["Payment failed"]
assert tickets(priority="critical") == ["Login loop"], "another word for urgent"
assert tickets(category="billing", priority="low") == []
assert tickets(search="declined") == ["Payment failed"], "search looks into descriptions"
assert tickets(search="login") == ["Login loop"], "and into titles"

one = f"{API}{first['id']}/"
changed = requests.patch(one, json={"status": "in_progress"})
check(changed.status_code == 200 and changed.json()["status"] == "in_progress", changed)
changed = requests.patch(one, json={"status": "resolved", "title": "Payment failed twice"})
check(changed.status_code == 200 and changed.json()["title"] == "Payment failed twice", changed)
assert tickets(status="resolved") == ["Payment failed twice"]

got = requests.get(one)
check(got.status_code == 200 and got.json()["title"] == "Payment failed twice", got)

stats = requests.get(f"{API}stats/")
check(stats.status_code == 200, stats)
stats = stats.json()
assert stats["total_tickets"] == 3 and stats["open_tickets"] == 2, stats
assert stats["avg_tickets_per_day"] == 3, stats
assert stats["priority_breakdown"]["high"] == 1, stats
assert stats["category_breakdown"] == {"billing": 1, "account": 1, "technical": 1}, stats

deleted = requests.delete(one)
check(deleted.status_code == 204, deleted)
gone = requests.get(one)
check(gone.status_code == 404, gone)
assert tickets() == ["Slow app", "Login loop"]
print("fine")
