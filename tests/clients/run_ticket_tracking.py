"""Runs the recorded client: `run_ticket_tracking.py BASE USERNAME PASSWORD` prints the ticket it made."""

import json
import sys

from ticket_tracking import TicketSystemClient

client = TicketSystemClient(*sys.argv[1:4])
ticket = client.create_ticket('System slow', 'Technical Support', 'high')
print(json.dumps(ticket))
