"""How both Kafka programs reach the brokers, and what they say when they cannot."""

import argparse
import sys

from confluent_kafka import KafkaError, KafkaException

PATIENCE = 15  # seconds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--brokers", default="localhost:9092", help="host:port, separated by commas")
    parser.add_argument("--prefix", default="docket", help="kafka.prefix of Docket")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a further setting of librdkafka (TLS, SASL)"
    )


def settings(options: argparse.Namespace) -> dict:
    """What a client needs. Each kind of trouble is told once; librdkafka would repeat it many times a second."""
    told: set[int] = set()

    def tell(error: KafkaError) -> None:
        if error.code() not in told:
            told.add(error.code())
            print(error.str(), file=sys.stderr)

    return {
        "bootstrap.servers": options.brokers,
        "log_level": 2,
        "error_cb": tell,
        **dict(setting.split("=", 1) for setting in options.set),
    }


def reach(client, brokers: str) -> None:
    """Ends the program with a word where no broker answers, before anything is waited for."""
    try:
        client.list_topics(timeout=PATIENCE)
    except KafkaException:
        client.poll(0)  # Tells what came in between.
        raise SystemExit(f"no broker answers at {brokers}") from None
