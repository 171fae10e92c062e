"""``hub audit``: show, verify, prove, export, anchor, witness, report and look after the audit log's keys."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from hub.app import Hub, open_hub, read_key, write_key
from hub.audit.anchoring import read_certificates
from hub.audit.anchors import verify_stamps
from hub.audit.detail import open_details
from hub.audit.folder import LogFolder, verify_folder
from hub.audit.key import Cosigner, Verifier
from hub.audit.proof import Proof
from hub.audit.report import By, Filter, count
from hub.audit.serving import make_server
from hub.audit.trust import Trust, Witness, read_trust
from hub.audit.witness import Witness as WitnessService
from hub.audit.witness import WitnessMemory
from hub.cli.options import DEFAULT_CONFIG, AsJson, Config, Limit
from hub.cli.screen import out, print_json, progress, show
from hub.errors import ConfigError, FatalError
from hub.pipeline.door import Look

app = typer.Typer(help="The audit log: a transparency log that strangers can verify.", no_args_is_help=True)
MAX_INDEX = 2**63 - 1  # what a database can count

PAGE = 1_000

Since = Annotated[str | None, typer.Option(help="From this time on: 2026-11, 2026-11-22, 2026-11-22T08:00.")]
Until = Annotated[str | None, typer.Option(help="Up to and with this time, written the same way.")]
Subject = Annotated[str | None, typer.Option(help="Only this person, by audit reference ('hub person show').")]
TrustFile = Annotated[
    Path | None, typer.Option("--trust", help="Trust policy (C2SP tlog-policy): logs, witnesses and quorum.")
]


@app.command("show")
def show_entries(
    start: Annotated[int, typer.Option(min=0, max=MAX_INDEX, help="Index of the first entry.")] = 0,
    type: Annotated[
        str | None, typer.Option(help="Only entries of this type: collect, infer, activate, deliver …")
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="Only this outcome.")] = None,
    purpose: Annotated[str | None, typer.Option(help="Only this purpose.")] = None,
    dest: Annotated[str | None, typer.Option(help="Only this destination or sync.")] = None,
    subject: Subject = None,
    run: Annotated[str | None, typer.Option(help="Only this run.")] = None,
    since: Since = None,
    until: Until = None,
    detail: Annotated[
        str | None,
        typer.Option(help="Open what is sealed beside each entry, for this purpose; each look goes on record."),
    ] = None,
    config: Config = DEFAULT_CONFIG,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Show audit entries; people appear by a random reference only.

    Example: hub audit show --type activate --outcome denied --since 2026-11 -n 20

    Example: hub audit show --start 42 -n 1 --detail LegalCompliance --json
    """
    wanted = Filter(type, outcome, purpose, dest, subject, run, since, until)
    with open_hub(config) as hub:
        hub.door.require(Look("view", "runs", "individual"))
        found = (entry for entry in _entries(hub, start) if wanted.fits(entry))
        rows, more = list(islice(found, limit)), next(found, None)
        if detail:
            rows = _with_details(hub, rows, detail)
    if not as_json:
        rows = [{**row, "reasons": ", ".join(row["reasons"]), "detail": _in_words(row.get("detail"))} for row in rows]
    columns = ["index", "at", "type", "outcome", "purpose", "dest", "reasons", *(["detail"] if detail else [])]
    show("Audit", columns, rows, as_json=as_json)
    if more and not as_json:
        out.print(f"the first {limit} of more; go on with --start {more['index']}")


def _with_details(hub: Hub, rows: list[dict[str, Any]], purpose: str) -> list[dict[str, Any]]:
    """Each row with its detail and nonce: None where it never had one, or where it was erased with its person.

    Whoever looks is asked at the door for each person, and every answer goes on record first.
    """
    look = Look("view", "consent", "individual", purpose)
    hub.door.require_chance([look])
    with hub.store.read() as tx:
        people = tx.audit.persons_of(row["subject"] for row in rows if "c" in row and "subject" in row)
    for person_id in sorted(people.values()):
        hub.door.require(look, person_id)
    with hub.store.read() as tx:
        found = open_details(tx, people)
    told = []
    for row in rows:
        opened = found.get(row.get("c", ""))
        more = {"detail": opened.values, "nonce": opened.nonce.hex()} if opened else {"detail": None, "nonce": None}
        told.append({**row, **more})
    return told


def _in_words(detail: dict[str, Any] | None) -> str:
    return "; ".join(f"{name}: {_one(value)}" for name, value in (detail or {}).items())


def _one(value: Any) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def _entries(hub: Hub, start: int = 0) -> Iterator[dict[str, Any]]:
    while page := list(hub.audit.show(start=start, limit=PAGE)):
        yield from page
        start = page[-1]["index"] + 1


@app.command("report")
def report(
    by: Annotated[str, typer.Option(help=f"Count by: {', '.join(get_args(By))}.")] = "purpose",
    subject: Subject = None,
    since: Since = None,
    until: Until = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Count what the log tells: per purpose, destination, person (by reference), policy version or who acted.

    Example: hub audit report --by dest --since 2026-11
    """
    if by not in get_args(By):
        raise ConfigError(f"cannot count by {by!r}.", fix=f"Choose one of: {', '.join(get_args(By))}.")
    wanted = Filter(subject=subject, since=since, until=until)
    with open_hub(config) as hub:
        hub.door.require(Look("report", "runs", "individual" if by == "subject" or subject else "aggregate_k"))
        rows = count((entry for entry in _entries(hub) if wanted.fits(entry)), cast(By, by))
    columns = list(dict.fromkeys([by, "type", "outcome", "entries", "first", "last"]))
    show("What the audit log tells", columns, rows, as_json=as_json)


@app.command("verify")
def verify(
    checkpoint: Annotated[Path | None, typer.Option(help="A checkpoint you saved: the log must begin with it.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Verify an exported log instead, offline.")] = None,
    proof: Annotated[Path | None, typer.Option(help="Verify one .tlog-proof file instead, offline.")] = None,
    trust: TrustFile = None,
    certificates: Annotated[
        Path | None, typer.Option(help="With --folder: roots (PEM) of the authorities that stamped it.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Recompute the whole tree from the entries and compare it with the signed checkpoint.

    Example: hub audit verify
    Example: hub audit verify --folder 2026-11 --trust 2026-11/trust.policy    (needs no database)
    """
    if proof is not None:
        _verify_proof(_read(proof), _trust(trust), as_json=as_json)
        return
    if folder is not None:
        _verify_folder(LogFolder(folder), _trust(trust), certificates, as_json=as_json)
        return
    with open_hub(config) as hub, progress("verifying"):
        checked = hub.audit.verify(saved=_read(checkpoint) if checkpoint else None)
        said = hub.anchors.check()
    problem = checked.problem or said.problem
    row = {"size": checked.size, "root": checked.root.hex(), "pending": checked.pending, "problem": problem,
           "remark": checked.remark, "anchors": {"checked": said.checked, "unknown": said.unknown}}  # fmt: skip
    _tell(row, as_json=as_json)
    if problem is not None:
        raise FatalError(
            f"the audit log does not verify: {problem.rstrip('.')}.", fix="Compare it with your last export."
        )


def _verify_folder(folder: LogFolder, trust: Trust, certificates: Path | None, *, as_json: bool) -> None:
    found, _ = verify_folder(folder, trust)
    stamps = verify_stamps(folder, found, read_certificates(certificates)) if certificates else []
    times = [{"size": size, "at": at} for size, at in stamps]
    row = {"size": found.size, "root": found.root.hex(), "pending": 0, "problem": None, "timestamps": times}
    _tell(row, as_json=as_json)
    for size, at in () if as_json else stamps:
        out.print(f"its first {size} entries were there at {at}", markup=False)


def _tell(row: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(row)
    elif row["problem"] is None:
        waiting = f", {row['pending']} not yet sequenced"
        out.print(f"the audit log verifies: {row['size']} entries, root {row['root']}{waiting}", soft_wrap=True)
        if row.get("remark"):
            out.print(f"but {row['remark']}", markup=False, soft_wrap=True)
        anchors = row.get("anchors", {})
        if anchors.get("checked"):
            out.print(f"{anchors['checked']} kept cosignatures and timestamps hold")
        if anchors.get("unknown"):
            out.print(f"{anchors['unknown']} are of somebody whom hub.yaml does not name, and were not checked")


def _verify_proof(text: str, trust: Trust, *, as_json: bool) -> None:
    found = Proof.parse(text)
    checkpoint = found.verify(found.extra, trust)
    if as_json:
        print_json(
            {"index": found.index, "size": checkpoint.size, "origin": checkpoint.origin, "entry": found.extra.decode()}
        )
        return
    out.print(f"entry {found.index} of {checkpoint.size} in {checkpoint.origin}, proven:", soft_wrap=True)
    typer.echo(found.extra.decode())


@app.command("prove")
def prove(
    index: Annotated[int, typer.Argument(min=0, max=MAX_INDEX, help="Index of the entry.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Print a self-contained proof that an entry is in the log (C2SP tlog-proof), for anybody to check offline.

    Example: hub audit prove 42 > entry-42.tlog-proof
    """
    with open_hub(config) as hub:
        hub.door.require(Look("export", "runs", "individual"))
        found = hub.audit.prove(index)
    if as_json:
        return print_json({"index": index, "entry": json.loads(found.extra), "proof": found.text()})
    typer.echo(found.text(), nl=False)
    return None


@app.command("export")
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write tiles, entries, checkpoint, keys and a README.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Write the log as static files (C2SP tlog-tiles) that any such client can read.

    Example: hub audit export /media/auditor/2026-11
    """
    with open_hub(config) as hub:
        hub.door.require(Look("export", "runs", "individual"))
        size = hub.audit.export(folder)
        target = LogFolder(folder)
        target.write("trust.policy", _own_trust(hub).text().encode())
        stamps = hub.anchors.export(target)
        readme = resources.files("hub.audit").joinpath("auditor.md").read_text(encoding="utf-8")
        target.write("README.md", readme.replace("{size}", str(size)).replace("{origin}", hub.audit.origin).encode())
    if as_json:
        return print_json({"folder": str(folder), "size": size, "timestamps": stamps})
    out.print(
        f"wrote a log of {size} entries to {folder}; its README.md tells an auditor how to check it", markup=False
    )
    return None


def _own_trust(hub: Hub) -> Trust:
    """The log's own keys and the witnesses it asks; an auditor should get these from elsewhere as well."""
    witnesses = {one.name: Witness(one.key, one.url) for one in hub.witnesses}
    return Trust(hub.audit.keys.verifiers, witnesses)


@app.command("anchor")
def anchor(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Have the latest checkpoint cosigned by every witness and stamped by every timestamp authority of hub.yaml.

    Example: hub audit anchor
    """
    with open_hub(config) as hub:
        hub.audit.sequence()
        answers = hub.anchors.ask()
    rows: list[dict[str, Any]] = [
        {"kind": one.kind, "name": one.name, "size": one.size, "result": str(one.error) if one.error else "ok"}
        for one in answers
    ]
    show("Anchors", ["kind", "name", "size", "result"], rows, as_json=as_json)
    if not rows:
        raise ConfigError("hub.yaml names no witness and no timestamp authority.", fix="See 'audit' in the settings.")
    for one in answers:
        if one.error is not None:
            raise one.error


@app.command("witness")
def witness(
    name: Annotated[str, typer.Argument(help="The witness's name: a URL without its scheme.")],
    log: Annotated[list[str], typer.Option(help="Key of a log to cosign for (NAME+HASH+BASE64); may be repeated.")],
    key: Annotated[Path, typer.Option(help="The witness's key; made where it is missing.")] = Path("witness.key"),
    memory: Annotated[Path, typer.Option(help="What it has cosigned; never lose it.")] = Path("witness.db"),
    host: Annotated[str, typer.Option(help="Address to listen on; put a TLS proxy before others.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="0: any free one.")] = 8_970,
    ed25519: Annotated[bool, typer.Option("--ed25519", help="Sign with Ed25519 instead of ML-DSA-44.")] = False,
) -> None:
    """Serve as a witness for others' logs (C2SP tlog-witness): cosign their checkpoints as long as they only grow.

    Example: hub audit witness witness.example/w1 --log "$(cat their-log.vkey)"
    """
    cosigner = Cosigner(name, _witness_key(key, ed25519=ed25519), lambda: int(time.time()))
    service = WitnessService(tuple(Verifier.parse(one) for one in log), (cosigner,), WitnessMemory(memory))
    try:
        server = make_server(service, host, port)
    except OSError as error:
        raise ConfigError(f"cannot listen on {host}:{port} ({error.strerror}).", fix="Choose another --port.") from None
    out.print(f"witness {cosigner.verifier.vkey}", soft_wrap=True, markup=False)
    out.print(
        f"listening on http://{host}:{server.server_address[1]} for {len(log)} logs (Ctrl-C ends it)", markup=False
    )
    with server:
        server.serve_forever()


def _witness_key(path: Path, *, ed25519: bool) -> Ed25519PrivateKey | MLDSA44PrivateKey:
    write_key(path)
    seed = read_key(f"file:{path}", Path(), "the witness's key")
    return Ed25519PrivateKey.from_private_bytes(seed) if ed25519 else MLDSA44PrivateKey.from_seed_bytes(seed)


@app.command("key")
def key(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Print the log's public key, for auditors and witnesses.

    Example: hub audit key > our-log.vkey
    """
    with open_hub(config) as hub:
        vkey, origin = hub.signer.vkey(), hub.audit.origin
    if as_json:
        return print_json({"origin": origin, "vkey": vkey})
    typer.echo(vkey)
    return None


@app.command("rotate")
def rotate(
    new: Annotated[str, typer.Argument(help="Reference of the new key: file:PATH (made where missing) or env:NAME.")],
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Let a new key take over: an entry says so, and one checkpoint is signed by both keys.

    Example: hub audit rotate file:var/audit-2.key
    """
    with open_hub(config) as hub:
        if new.startswith("file:"):
            write_key(hub.deployment.path(new.removeprefix("file:")))
        successor = hub.read_signer(new, "the new key")
        if successor.vkey() == hub.signer.vkey():
            raise ConfigError("the new key is the old one.", fix="Name another file.")
        log = hub.audit.rotate(successor)
        log.keys.save(hub.deployment.path(hub.deployment.settings.audit.keys))
        size = log.keys.spans[-1].from_size
        log.sequence()
    if as_json:
        return print_json({"size": size, "audit_key": new, "vkey": successor.vkey()})
    out.print(f"the checkpoint of {size} entries is signed by both keys.", markup=False)
    out.print(f"next: put 'audit_key: {new}' into {config}, then destroy the old key", markup=False, soft_wrap=True)
    return None


@app.command("recover")
def recover(
    config: Config = DEFAULT_CONFIG,
    lost: Annotated[
        bool, typer.Option("--lost", help="Go on without entries that others have seen and nobody has any more.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a log whole again after a backup was restored, or after somebody signed with an old key.

    Entries that only the mirror still has come back; checkpoints that a retired key signed are compared with the entries,
    and signed by the present one.

    Example: hub audit recover
    """
    with open_hub(config) as hub:
        renewed, log, found = hub.audit.renew(), hub.audit, 0
        if lost:
            log = hub.audit.give_up()
            log.keys.save(hub.deployment.path(hub.deployment.settings.audit.keys))
        elif log.mirror or not renewed:
            found = log.recover()
        log.sequence()
    if as_json:
        return print_json({"entries": found, "renewed": renewed})
    if renewed:
        out.print(f"{renewed} checkpoints of a retired key are signed by the present one, too", markup=False)
    out.print(f"{found} entries came back from the mirror; run 'hub audit verify' now", markup=False)
    return None


@app.command("mirror")
def mirror(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """Begin the mirror anew, in the folder that hub.yaml names: after its disk was lost, or to move it.

    Example: hub audit mirror
    """
    with open_hub(config) as hub:
        size = hub.audit.begin_mirror()
    if as_json:
        return print_json({"size": size})
    out.print(f"the mirror has all {size} entries", markup=False)
    return None


def _trust(path: Path | None) -> Trust:
    if path is None:
        raise ConfigError("whom do you trust?", fix="Name a policy with --trust; an export carries one to begin with.")
    return read_trust(_read(path))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{path}: cannot be read.", fix="Name a text file that is there.") from None
