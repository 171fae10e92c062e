"""What is personal in the simulators' world, as it could stand somewhere it must not: in several writings."""

import base64
import html
import json
import urllib.parse
import zlib
from contextlib import suppress

import sqlalchemy as sa

from hub.testing.cast import CARD


def canaries(sandbox):
    """Names, e-mails, phones, handles, customer numbers, cards and whole sentences of everybody."""
    found = {CARD, CARD.replace(" ", ""), CARD.replace(" ", "-")}
    for member in next(iter(sandbox.simulators.values())).cast.members:
        bare = member.phone.replace(" ", "")
        found |= {
            member.name,
            member.email,
            member.handle,
            member.customer_id,
            member.phone,
            bare,
            bare.replace("-", ""),
        }
        found |= {line.text for line in member.lines}
    return found


def writings(value):
    """A value in the encodings in which logs, URLs, JSON and databases might hold it; all in small letters."""
    plain = value.encode()
    yield value
    yield json.dumps(value)[1:-1]
    yield json.dumps(json.dumps(value)[1:-1])[1:-1]
    yield html.escape(value)
    yield urllib.parse.quote(value)
    yield urllib.parse.quote_plus(value)
    yield plain.hex()
    # Base64 of something that holds it: by where it begins in a group of three, without the letters that depend on neighbours.
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + plain).decode().rstrip("=")
        yield coded[(0, 2, 3)[shift] : len(coded) - 1]


def found_in(text, values):
    """Those of the values that stand in a text in any writing."""
    small = text.lower()
    return {value for value in values if any(one.lower() in small for one in writings(value))}


def whole_database(url):
    """Every value of every table, as text by table; what is compressed is opened."""
    engine = sa.create_engine(url)
    told = {}
    try:
        with engine.connect() as conn:
            for table in sa.inspect(engine).get_table_names():
                rows = conn.exec_driver_sql(f'SELECT * FROM "{table}"').all()
                told[table] = "\n".join(written(value) for row in rows for value in row if value is not None)
    finally:
        engine.dispose()
    return told


def written(value):
    if not isinstance(value, bytes | memoryview):
        return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)
    value = bytes(value)
    with suppress(zlib.error):
        value += zlib.decompress(value)
    return value.decode("utf-8", errors="replace")


def all_files(folder):
    """The text of all files below a folder, by name."""
    return {
        str(path.relative_to(folder)): written(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "sandbox" not in path.parts
    }
