"""What a program in Python does with Ottla's schema registry, through Confluent's own client.

Reads {"url", "events": [base64]} from standard input and prints, as one object of JSON, what it got: the test says what it must be.
"""

import base64
import datetime
import decimal
import json
import sys

from confluent_kafka.schema_registry import Schema, SchemaReference, SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext


def record(name, *fields):
    return Schema(json.dumps({"type": "record", "name": name, "namespace": "py", "fields": list(fields)}), "AVRO")


ident = {"name": "id", "type": "string"}
note = {"name": "note", "type": ["null", "string"], "default": None}
must = {"name": "must", "type": "string"}
amount = {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 14, "scale": 4}}
count = {"name": "count", "type": "long"}


def refusal(call, *arguments, **options):
    try:
        return ["no error", call(*arguments, **options)]
    except SchemaRegistryError as error:
        return [error.http_status_code, error.error_code]


def subjects_and_versions(client):
    first = client.register_schema("py-a", record("A", ident))
    second = client.register_schema("py-a", record("A", ident, note))
    latest = client.get_latest_version("py-a")
    found = client.lookup_schema("py-a", record("A", ident))
    return {
        "ids": [first, second, client.register_schema("py-b", record("A", ident))],
        "schema": json.loads(client.get_schema(first).schema_str),
        "latest": [latest.schema_id, latest.version, latest.subject],
        "found": [found.schema_id, found.version],
        "versions": client.get_versions("py-a"),
        "subjects": client.get_subjects(),
        "subjectsOfId": client.get_subjects_by_schema_id(first),
        "types": client.get_schema_types(),
    }


def compatibility(client):
    fits, breaks = record("A", ident, note, {**must, "default": ""}), record("A", ident, must)
    own = refusal(client.get_compatibility, "py-a")
    client.set_compatibility("py-a", "FULL_TRANSITIVE")
    return {
        "global": client.get_compatibility(),
        "own": [own, client.get_compatibility("py-a")],
        "fits": client.test_compatibility("py-a", fits),
        "breaks": [client.test_compatibility("py-a", breaks), client.test_compatibility_all_versions("py-a", breaks)],
        "refused": refusal(client.register_schema, "py-a", breaks),
        "invalid": refusal(client.register_schema, "py-a", Schema('{"type":"nothing"}', "AVRO")),
        "unknownLevel": refusal(client.set_compatibility, "py-a", "SIDEWARD"),
        "unknownSubject": refusal(client.get_latest_version, "py-nowhere"),
        "unknownVersion": refusal(client.get_version, "py-a", 7),
        "unknownId": refusal(client.get_schema, 1000000),
        "mode": client.get_global_mode(),
    }


def references(client):
    schema = json.dumps({"type": "record", "name": "Box", "namespace": "py", "fields": [{"name": "a", "type": "A"}]})
    refers = Schema(schema, "AVRO", [SchemaReference("py.A", "py-a", 1)])
    ident_of = client.register_schema("py-box", refers)
    read = client.get_version("py-box", 1)
    return {
        "reference": [read.schema.references[0].name, read.schema.references[0].subject, read.schema.references[0].version],
        "referencedBy": client.get_referenced_by("py-a", 1) == [ident_of],
        "refused": refusal(client.delete_version, "py-a", 1),
    }


def deletions(client):
    return {
        "tooEarly": refusal(client.delete_subject, "py-b", permanent=True),
        "soft": client.delete_version("py-b", 1),
        "versions": refusal(client.get_versions, "py-b"),
        "subjects": client.get_subjects(deleted=True),
        "hard": client.delete_subject("py-b", permanent=True),
    }


def written(client):
    """A message as Confluent's serializer writes it, which registers its schema by itself, and as its deserializer reads it."""
    context = SerializationContext("py.events", MessageField.VALUE)
    message = {"id": "é€😀", "amount": decimal.Decimal("-1234567890.5000"), "count": -(2**63)}
    data = AvroSerializer(client, record("Written", ident, amount, count).schema_str)(message, context)
    back = AvroDeserializer(client)(data, context)
    return {"bytes": base64.b64encode(data).decode(), "readBack": back == message}


def plain(value):
    """As Ottla prints fields in JSON: numbers of 64 bits and decimals are text there; here every number is."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, decimal.Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value


def read(client, events):
    deserializer = AvroDeserializer(client)
    context = SerializationContext("any", MessageField.VALUE)
    for event in events:
        data = base64.b64decode(event)
        schema = json.loads(client.get_schema(int.from_bytes(data[1:5], "big")).schema_str)
        yield {"type": schema["name"], "fields": plain(deserializer(data, context))}


def main():
    given = json.load(sys.stdin)
    client = SchemaRegistryClient({"url": given["url"], "max.retries": 0})
    said = {"events": list(read(client, given["events"]))}
    if not given["events"]:
        for part in (subjects_and_versions, compatibility, references, deletions, written):
            said[part.__name__] = part(client)
    json.dump(said, sys.stdout)


main()
