"""Sends the dead letters of inbound tickets once more, and tells why each had died.

    python replay_dead.py --brokers localhost:9092            # shows them
    python replay_dead.py --brokers localhost:9092 --resend   # and sends them again, as they came

To be run when the cause is gone (a category was added, a limit was raised). The offsets of its consumer group
are committed once the brokers have what was sent, so that the next run begins behind it.
"""

import argparse
import json
import sys

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition

import brokers

PATIENCE = 60  # seconds


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    brokers.add_arguments(parser)
    parser.add_argument("--resend", action="store_true", help="send them again")
    return parser.parse_args()


def letters(consumer: Consumer, topic: str):
    """Every message from where the group stands to the end the topic has now."""
    metadata = consumer.list_topics(topic, timeout=PATIENCE).topics[topic]
    if metadata.error is not None:
        raise KafkaException(metadata.error)
    partitions = [TopicPartition(topic, partition) for partition in metadata.partitions]
    places = consumer.committed(partitions, timeout=PATIENCE)
    ends = {}
    for place in places:
        low, high = consumer.get_watermark_offsets(place, timeout=PATIENCE)
        place.offset = max(place.offset, low)
        if place.offset < high:
            ends[place.partition] = high
    consumer.assign([place for place in places if place.partition in ends])
    while ends:
        message = consumer.poll(PATIENCE)
        if message is None:
            raise SystemExit(f"nothing came for {PATIENCE} seconds")
        if message.error():
            if message.error().code() == KafkaError._PARTITION_EOF:
                continue
            raise KafkaException(message.error())
        if message.offset() < ends.get(message.partition(), 0):
            yield message
        if message.offset() + 1 >= ends.get(message.partition(), 0):
            ends.pop(message.partition(), None)


def describe(message) -> str:
    headers = {name: (value or b"").decode("utf-8", "replace") for name, value in message.headers() or []}
    key = (message.key() or b"").decode("utf-8", "replace")
    fields = [f"    {'.'.join(e['loc'])}: {e['msg']}" for e in json.loads(headers.get("docket_errors", "[]"))]
    place = f"{headers.get('docket_topic')}/{headers.get('docket_partition')}@{headers.get('docket_offset')}"
    return "\n".join([f"{key or '(no key)'} ({place}): {headers.get('docket_reason')}", *fields])


def main() -> int:
    options = arguments()
    settings = brokers.settings(options)
    group = {"group.id": f"{options.prefix}-inbound-replay", "enable.auto.commit": False}
    consumer = Consumer({**settings, **group})
    producer = Producer({**settings, "enable.idempotence": True, "acks": "all"})
    brokers.reach(producer, options.brokers)
    failures: list[str] = []
    count, omitted = 0, 0
    done: dict[int, TopicPartition] = {}
    try:
        for message in letters(consumer, f"{options.prefix}.inbound.dead"):
            count += 1
            print(describe(message))
            done[message.partition()] = TopicPartition(message.topic(), message.partition(), message.offset() + 1)
            headers = message.headers() or []
            if any(name == "docket_value_omitted" for name, _ in headers):
                omitted += 1
                print("    its value was too large to be kept; it stays at that place as long as the topic keeps it")
                continue
            if options.resend:
                producer.produce(
                    f"{options.prefix}.inbound.tickets",
                    key=message.key(),
                    value=message.value(),
                    headers=[(name, value) for name, value in headers if not name.startswith("docket_")],
                    on_delivery=lambda error, _message: failures.append(error.str()) if error else None,
                )
                producer.poll(0)
        left = producer.flush(PATIENCE)
        if left or failures:
            print(*failures, f"{left} not delivered; nothing is committed", sep="\n", file=sys.stderr)
            return 1
        if options.resend and done:
            consumer.commit(offsets=list(done.values()), asynchronous=False)
    except KafkaException as error:
        print(error.args[0].str(), file=sys.stderr)
        return 1
    finally:
        consumer.close()
    print(f"{count} dead letters, {count - omitted if options.resend else 0} sent again")
    return 0


if __name__ == "__main__":
    sys.exit(main())
