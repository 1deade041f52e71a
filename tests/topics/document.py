"""Checks an AsyncAPI document: `document.py STANDARD DOCUMENT EVENTS`, all three JSON files.

The document has to keep to AsyncAPI's own JSON Schema, its examples to the schemas beside them, and events of a real
log, or of topics with their headers, to the schemas of their messages. Each check is tried on something broken as
well, so that none can pass for nothing.
"""

import json
import sys

import jsonschema_rs


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


standard, document, events = map(read, sys.argv[1:])


def within(schema):
    """The schema, able to follow references into the document."""
    return jsonschema_rs.validator_for({**schema, "components": document["components"]})


def resolved(node):
    while "$ref" in node:
        target = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def hold(validator, value, what):
    errors = [f"{what}: {error}" for error in validator.iter_errors(value)]
    assert not errors, "\n".join(errors[:5])


asyncapi = jsonschema_rs.validator_for(standard)
hold(asyncapi, document, "the document")
assert not asyncapi.is_valid({**document, "asyncapi": "2.6.0"})
assert not asyncapi.is_valid({**document, "channels": {"ticket": {"bindings": {"kafka": {"topics": 1}}}}})

payloads, headers, checked = {}, {}, set()
for channel in document["channels"].values():
    for name, message in channel["messages"].items():
        message = resolved(message)
        payloads[name] = within(message["payload"])
        for example in message.get("examples", []):
            hold(payloads[name], example["payload"], f"the example of {name}")
            headers[name] = within(message["headers"])
            hold(headers[name], example["headers"], f"the headers of the example of {name}")
            if "ce_type" in example["headers"]:
                assert not headers[name].is_valid({**example["headers"], "ce_type": "nothing"}), name


def opened(value):
    """The value with what is sealed laid open."""
    if isinstance(value, dict):
        return {"$personal": "x"} if "$sealed" in value else {k: opened(v) for k, v in value.items()}
    return [opened(item) for item in value] if isinstance(value, list) else value


for event in events:
    payload = payloads[event["type"]]
    hold(payload, event["data"], f"position {event['position']}, {event['type']}")
    if "headers" in event:  # as a record of the topic
        hold(headers[event["type"]], event["headers"], f"headers at {event['position']}, {event['type']}")
    in_the_clear = opened(event["data"])
    if in_the_clear != event["data"]:
        assert not payload.is_valid(in_the_clear), f"{event['type']} admits text in the clear"
        checked.add(event["type"])
assert {"ticket.opened", "user.registered"} <= checked, checked
