"""Sends tickets to Docket through Kafka, from a file with one JSON object per line.

    python produce_tickets.py tickets.jsonl --brokers localhost:9092

May be run again with the same file: a ticket whose external_id is known is not opened again.
"""

import argparse
import json
import sys
from pathlib import PurePath

from confluent_kafka import KafkaError, KafkaException, Producer

import brokers
from lines import read_tickets

PATIENCE = 60  # seconds


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="tickets, one JSON object per line")
    brokers.add_arguments(parser)
    return parser.parse_args()


class Sent:
    """Counts what the brokers have taken, and names what they have not."""

    def __init__(self) -> None:
        self.taken = 0
        self.refused: list[str] = []

    def report(self, external_id: str):
        def delivered(error: KafkaError | None, _message) -> None:
            if error is None:
                self.taken += 1
            else:
                self.refused.append(f"{external_id}: {error.str()}")

        return delivered


def send(producer: Producer, topic: str, path: str) -> Sent:
    sent = Sent()
    for line, external_id, ticket in read_tickets(path):
        while True:
            try:
                producer.produce(
                    topic,
                    # All that is said of one ticket keeps its order.
                    key=external_id,
                    value=json.dumps(ticket, ensure_ascii=False).encode(),
                    # Stands in the events of the ticket; letters, digits, and - _ . alone.
                    headers={"correlation_id": f"line-{line}"},
                    on_delivery=sent.report(external_id),
                )
                break
            except BufferError:
                producer.poll(1)  # The brokers are slower than the file.
        producer.poll(0)
    left = producer.flush(PATIENCE)
    if left:
        sent.refused.append(f"{left} tickets were not delivered within {PATIENCE} seconds")
    return sent


def main() -> int:
    options = arguments()
    producer = Producer(
        {
            "client.id": PurePath(__file__).stem,
            # No ticket twice and none out of order, whatever the network does; written to all replicas.
            "enable.idempotence": True,
            "acks": "all",
            "compression.type": "zstd",
            "delivery.timeout.ms": PATIENCE * 1000,
            **brokers.settings(options),
        }
    )
    brokers.reach(producer, options.brokers)
    try:
        sent = send(producer, f"{options.prefix}.inbound.tickets", options.file)
    except KafkaException as error:
        print(error.args[0].str(), file=sys.stderr)
        return 1
    for refusal in sent.refused:
        print(refusal, file=sys.stderr)
    print(f"{sent.taken} sent, {len(sent.refused)} not")
    return 1 if sent.refused else 0


if __name__ == "__main__":
    sys.exit(main())
