"""A system that Docket asks for approvals: takes signed requests, and answers each on its callback URL.

    APPROVER_SECRET=whsec_… python approver.py --port 9300

Needs nothing but Python. Decides at once, and answers a moment later from another thread, as a real system would after
somebody has looked at it: approves by the ticket's priority, see `decide`. It answers with an action that the request
offers; how often Docket asks or hears the same answer does not matter.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE = 5 * 60  # seconds between the signature's time and ours
ATTEMPTS = 6
LARGEST = 1 << 20  # bytes


class Forged(Exception):
    """The request does not carry a signature of ours."""


def key_of(secret: str) -> bytes:
    """The key behind a secret as Standard Webhooks writes it: `whsec_` and base64."""
    return base64.b64decode(secret.removeprefix("whsec_"), validate=True)


def verify(key: bytes, headers, body: bytes, now: float) -> None:
    """Checks the signature of a request as https://www.standardwebhooks.com says."""
    name, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not stamp.isdecimal() or abs(now - int(stamp)) > TOLERANCE:
        raise Forged("the time of the signature is missing, or too far from now")
    signed = f"{name}.{stamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    # Several signatures mean that the secret is being changed.
    given = headers.get("webhook-signature", "").split(" ")
    if not any(hmac.compare_digest(expected.encode(), one.encode()) for one in given):
        raise Forged("no signature of ours")


def decide(request: dict) -> dict:
    """Approves everything but low priority. A system of yours knows better."""
    offered = [action["action_id"] for action in request["actions"]]
    wanted = "reject" if request["ticket"]["priority"] == "low" else "approve"
    action = wanted if wanted in offered else offered[0]
    return {"action_id": action, "comment": f"Decided by the example: {action}."}


def answer(url: str, decision: dict) -> None:
    """Sends the decision, again and again while Docket is away."""
    body = json.dumps(decision).encode()
    for attempt in range(ATTEMPTS):
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as response:
                print(f"answered {decision['action_id']}: {response.status}", flush=True)
                return
        except urllib.error.HTTPError as error:
            if error.code not in (429, 502, 503, 504):
                print(f"answered {decision['action_id']}: {error.code}, not taken", flush=True)
                return
        except OSError as error:
            print(f"Docket does not answer ({error}); trying again", flush=True)
        time.sleep(2**attempt / 4)
    print("gave up", file=sys.stderr, flush=True)


class Approver(BaseHTTPRequestHandler):
    """Takes requests: 204 once it has one, 401 for what is not signed, 400 for what makes no sense."""

    key: bytes
    delay: float

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > LARGEST:
            self.reply(413)
            return
        body = self.rfile.read(int(length))
        try:
            verify(self.key, self.headers, body, time.time())
            request = json.loads(body)
            decision, url = decide(request), request["callback_url"]
        except Forged as error:
            print(f"refused: {error}", flush=True)
            self.reply(401)
            return
        except (ValueError, KeyError, IndexError, TypeError) as error:
            print(f"not understood: {error!r}", flush=True)
            self.reply(400)
            return
        ticket, step = request["ticket"], request["step"]
        print(f"asked about {ticket['number']} ({step['name']})", flush=True)
        self.reply(204)
        threading.Timer(self.delay, answer, (url, decision)).start()

    def reply(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says itself what there is to say."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=9300)
    parser.add_argument("--delay", type=float, default=1.0, help="seconds until it answers")
    arguments = parser.parse_args()
    secret = os.environ.get("APPROVER_SECRET")
    if not secret:
        sys.exit("APPROVER_SECRET is not set: the same secret as in Docket's configuration")
    Approver.key, Approver.delay = key_of(secret), arguments.delay
    server = ThreadingHTTPServer(("127.0.0.1", arguments.port), Approver)
    print(f"waiting for requests on http://127.0.0.1:{server.server_port}/", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
