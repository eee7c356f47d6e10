"""Of yaohao/1: signed notes, keys of logs and witnesses, receipts (SPEC §7.5, §15.2, §15.5; C2SP). See verify.py, log.py."""
import base64, re
from forms import expect, sha
from primitives import ed25519_valid, path_root
from stamp import authority

def unbase64(text): return base64.b64decode(text, validate=True)
def verifier_key(text, algorithm):
    """Name, id and public key of `name+id+base64`; algorithm 1 is a log's, 4 a witness's."""
    name, key_id, material = text.split("+", 2)
    material = unbase64(material)
    good = len(material) == 33 and material[0] == algorithm and sha(f"{name}\n".encode() + material)[:4].hex() == key_id
    expect(good and 0 < len(name.encode()) <= 255 and not re.search(r"\s", name), f"{text} is no key of this sort")
    return name, key_id, material[1:]
def check_keys(policy):
    """§12: no log or witness stands twice, none has a log's key, and the threshold can be reached."""
    logs, witnesses = ([verifier_key(k, a) for k in policy.get(n, [])] for n, a in (("logs", 1), ("witnesses", 4)))
    for keys in logs, witnesses:
        for part in 0, 2: expect(len({key[part] for key in keys}) == len(keys), "a log or witness stands twice")
    expect(not {k[2] for k in logs} & {k[2] for k in witnesses}, "a witness has the key of a log")
    expect(policy.get("witness_threshold", 0) <= len(witnesses), "witness_threshold above the number of witnesses")
    known = policy.get("authorities", [])
    for parts in [a["name"] for a in known], [authority(a["certificate"]).der for a in known]:
        expect(len({*parts}) == len(parts), "an authority, or its certificate, stands twice")
def parse_note(data):
    """The text of a note and its lines: (name, key id, what is signed with it)."""
    text, empty, lines = data.decode("utf-8").rpartition("\n\n")
    expect(empty and lines.endswith("\n") and len(lines.split("\n")) <= 65, "a note without signatures, or with too many")
    found = [re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})", line) for line in lines[:-1].split("\n")]
    expect(all(found), "a signature line is not of the form")
    values = [(match[1], unbase64(match[2])) for match in found]
    expect(all(len(value) > 4 for _, value in values), "a signature line is too short")
    return text + "\n", [(name, value[:4].hex(), value[4:]) for name, value in values]
def times_of(note, key, cosigned):
    """The times of all lines of a key (0 for a log's own). A line that names the key must hold."""
    (text, lines), (name, key_id, public), times = note, key, []
    for value in (v for who, an_id, v in lines if (who, an_id) == (name, key_id)):
        time, value = (int.from_bytes(value[:8], "big"), value[8:]) if cosigned else (0, value)
        message = f"cosignature/v1\ntime {time}\n{text}" if cosigned else text
        good = len(value) == 64 and ed25519_valid(public, message.encode(), value)
        expect(good, f"the signature of {name} does not hold")
        times.append(time)
    return times
def checkpoint_of(note, key):
    """Origin, size and root of a checkpoint that a log's key has signed."""
    expect(times_of(note, key, False), f"{key[0]} has not signed")
    origin, size, root, *more, last = note[0].split("\n")
    good = origin == key[0] and re.fullmatch("0|[1-9][0-9]{0,19}", size) and all(more) and last == ""
    expect(good, "not a checkpoint of this log")
    return origin, int(size), unbase64(root)
def parse_receipt(data):
    """Index, path and note of a tlog-proof; none of it is checked yet."""
    head, empty, note = data.decode("utf-8").partition("\n\n")
    first, *lines = head.split("\n")
    expect(empty and first == "c2sp.org/tlog-proof@v1", "not a tlog-proof")
    if lines and lines[0].startswith("extra "): unbase64(lines.pop(0)[6:])
    index = re.fullmatch("index (0|[1-9][0-9]{0,19})", lines.pop(0) if lines else "")
    path = [unbase64(line) for line in lines]
    expect(index and len(path) <= 64 and all(len(p) == 32 for p in path), "a tlog-proof without index, or its path")
    return int(index[1]), path, parse_note(note.encode())
def existed_at(receipt, entry, logs, witnesses, threshold):
    """§7.5: since when an entry existed by the witnesses' words: Unix seconds; None if too few say; False if no such log."""
    index, path, note = receipt
    known = [key for key in logs if key[0] == note[0].split("\n")[0]]
    if not known: return False
    _, size, root = checkpoint_of(note, known[0])
    expect(path_root(entry, index, size, path) == root, "the receipt is not of this statement")
    times = sorted(max(times) for times in (times_of(note, key, True) for key in witnesses) if times)
    return times[threshold - 1] if len(times) >= threshold else None
