#!/usr/bin/env python3
"""A second verifier for campaigns of the format yaohao/1, written from SPEC.md alone.

It shares no code with the main program and needs nothing but Python 3.11. Section signs (§) are those of SPEC.md.
One thing is missing: the BLS signature of a drand beacon is not checked (step V11), and the report says so.

    python3 reference/verify.py PUBLIC_DIR [--trust trust.toml]
    python3 reference/verify.py --proof proof.json --public PUBLIC_DIR
    python3 reference/verify.py --vectors fixtures/vectors      (or --self-test)
"""
import argparse, calendar, collections, datetime, hashlib, json, os, re, struct, sys, tomllib

class Fail(Exception): "A check that did not hold."
class Skip(Exception): "A step that cannot be done, since a file or an earlier step is missing."

def expect(condition, text):
    if not condition: raise Fail(text)
def read(path):
    with open(path, "rb") as f: return f.read()
# ---------------------------------------------------------------- §2 Notation
def sha(data): return hashlib.sha256(data).digest()
def sha_hex(text): return sha(text.encode()).hex()
# Tests of values: each is a function that says whether a value is of that form.
def matches(pattern): return lambda v: type(v) is str and re.fullmatch(pattern, v) is not None
def number(low, high=2**53 - 1): return lambda v: type(v) is int and low <= v <= high
def cell_number(low, high): return lambda v: matches("0|[1-9][0-9]{0,19}")(v) and low <= int(v) <= high
def plain(low, high): return lambda v: matches("[^\0-\x1f\x7f-\x9f]*")(v) and low <= len(v.encode()) <= high
is_flag, is_true, is_string = (lambda v: type(v) is bool), (lambda v: v is True), (lambda v: type(v) is str)
def is_excluded(v): return v == "" or is_name(v)
def is_id_set(v): return all(map(is_id, cell_set(v))) and ascending(cell_set(v))
is_id, is_name, is_digest = matches("[0-9A-Za-z._-]{1,64}"), matches("[a-z][a-z0-9_-]{0,31}"), matches("[0-9a-f]{64}")
is_text, is_cell, is_value, is_u16 = plain(1, 1024), plain(0, 4096), plain(0, 1024), cell_number(0, 65535)
def is_date(v):
    try: return matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")(v) and bool(datetime.date(*map(int, v.split("-"))))
    except ValueError: return False
def is_time(v):
    return is_string(v) and is_date(v[:10]) and v < "9999" and matches("T([01][0-9]|2[0-3])(:[0-5][0-9]){2}Z")(v[10:])
def unix(time): return calendar.timegm(tuple(map(int, re.findall("[0-9]+", time))))      # seconds since 1970
# Python orders strings by code points, which is the byte order of UTF-8.
def ascending(items): return all(a < b for a, b in zip(items, items[1:]))
def cell_set(cell): return cell.split(";") if cell else []
# ---------------------------------------------------------------- §2.1 Canonical JSON, and the form of values
ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
def canonical(v, depth=1):
    """The RFC 8785 form of a value, as text; refuses what §2.1 does not allow."""
    if type(v) is bool: return "true" if v else "false"
    if type(v) is int and 0 <= v < 2**53: return str(v)
    if type(v) is str:
        return '"' + "".join(ESCAPES.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in v) + '"'
    expect(type(v) in (list, dict) and depth <= 64, f"null, no integer from 0 to 2^53-1, or too deep: {ascii(v)[:40]}")
    if type(v) is list: return "[" + ",".join(canonical(x, depth + 1) for x in v) + "]"
    keys = sorted(v, key=lambda k: k.encode("utf-16-be"))
    return "{" + ",".join(canonical(k) + ":" + canonical(v[k], depth + 1) for k in keys) + "}"
def parse_json(data, where):
    """Written again it must give the same bytes: this refuses repeated members, -0 and 1e3, and lone surrogates too."""
    try:
        v = json.loads(data.decode("utf-8"))
        expect(type(v) is dict and (canonical(v) + "\n").encode("utf-8") == data, "not an object in canonical form")
        return v
    except (ValueError, RecursionError, Fail) as e:
        raise Fail(f"{where}: {e}")
def shape(v, form, where):
    """Check the form of a value, and return True. A form is a test (a function); or an object {member: form}, where a
    member ending in `?` is optional; or [form, least, most] or [form, least, most, key] for an array, which is strictly
    ascending by `key` if that is given; or a tuple of the strings that are allowed."""
    if type(form) is dict:
        forms = {k.rstrip("?"): f for k, f in form.items()}
        expect(type(v) is dict, f"{where}: not an object")
        wrong = [k for k in v if k not in forms] + [k for k in form if k[-1] != "?" and k not in v]
        expect(not wrong, f"{where}: unknown or missing member {ascii(wrong)[:80]}")
        for k in v: shape(v[k], forms[k], f"{where}.{k}")
    elif type(form) is list:
        item, least, most, *key = form
        expect(type(v) is list and least <= len(v) <= most, f"{where}: not an array of {least} to {most}")
        for n, x in enumerate(v): shape(x, item, f"{where}[{n}]")
        expect(not key or ascending([key[0](x) for x in v]), f"{where}: not ascending")
    else: expect((is_string(v) and v in form) if type(form) is tuple else form(v), f"{where}: value {ascii(v)[:80]}")
    return True
def either(member, form, other):
    """The test for objects that are of one form if they have a member, and of another if not."""
    return lambda v: shape(v, form if type(v) is dict and member in v else other, "one of two forms")
# ---------------------------------------------------------------- §6 Ed25519 (RFC 8032, strict)
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
def point_add(a, b):
    (x, y), (u, v) = a, b
    t = D * x * u * y * v % P
    return (x * v + u * y) * pow(1 + t, -1, P) % P, (y * v + x * u) * pow(1 - t, -1, P) % P
def point_times(n, a):
    twice = point_times(n // 2, point_add(a, a)) if n else (0, 1)
    return point_add(twice, a) if n % 2 else twice
def point_decode(data):
    """The point of 32 bytes, or None when they are not a canonical encoding of one."""
    y, sign = int.from_bytes(data, "little") % 2**255, data[31] >> 7
    xx = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    for x in pow(xx, (P + 3) // 8, P), pow(xx, (P + 3) // 8, P) * pow(2, (P - 1) // 4, P) % P:
        if (x * x - xx) % P == 0 and y < P and not (x == 0 and sign):
            return (x if x % 2 == sign else P - x), y
BASE = point_decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
def ed25519_valid(key, message, signature):
    a, r, s = point_decode(key), point_decode(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L or (0, 1) in (point_times(8, a), point_times(8, r)): return False  # small order
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    return point_times(s, BASE) == point_add(r, point_times(k, a))
# ---------------------------------------------------------------- §7.4 key stream (RFC 8439) and uniform integers
def chacha20_block(key, counter, nonce=bytes(12)):
    start = struct.unpack("<16I", b"expand 32-byte k" + key + counter.to_bytes(4, "little") + nonce)
    x = list(start)
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                           (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            for i, j, k, turn in (a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7):
                x[i] = (x[i] + x[j]) & 0xffffffff
                x[k] ^= x[i]
                x[k] = (x[k] << turn | x[k] >> (32 - turn)) & 0xffffffff
    return struct.pack("<16I", *((a + b) & 0xffffffff for a, b in zip(x, start)))
def uniform(n, sub):
    """A uniform integer in [0, n) from the key stream of a sub-seed."""
    for counter in range(2**32):
        for x in struct.unpack("<8Q", chacha20_block(bytes.fromhex(sub), counter)):
            if x < 2**64 - 2**64 % n: return x % n
def sub_seed(seed, purpose): return sha_hex(f"yaohao/1 {purpose}\n{seed}\n")
# ---------------------------------------------------------------- §4 registers: CSV and commitment
def csv_line(cells):
    return ",".join('"' + c.replace('"', '""') + '"' if "," in c or '"' in c else c for c in cells)
def csv_cells(line, where):
    """The cells of one line. Written again they must give the same line; this refuses every other form."""
    found = re.finditer('(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))', line)
    cells = [m[2] if m[1] is None else m[1].replace('""', '"') for m in found]
    expect(csv_line(cells) == line and all(map(is_cell, cells)), f"{where}: quotes, control character, or length")
    return cells
def parse_register(data, where, key_cells, limit):
    """Header cells, rows as lists of cells, rows as bytes."""
    expect(data.endswith(b"\n") and data.count(b"\n") <= limit + 1, f"{where}: no LF at the end, or too many rows")
    parsed = []
    for n, line in enumerate(data.decode("utf-8")[:-1].split("\n"), 1):
        cells = csv_cells(line, f"{where} line {n}")
        expect(len(cells) == len((parsed or [cells])[0]) <= 64, f"{where} line {n}: number of cells")
        expect(n <= 2 or parsed[-1][:key_cells] < cells[:key_cells], f"{where} line {n}: not ascending")
        parsed.append(cells)
    return parsed[0], parsed[1:], data[:-1].split(b"\n")[1:]
def tree_hash(rows):
    """RFC 9162 §2.1.1."""
    if len(rows) <= 1: return sha(b"\0" + rows[0]) if rows else sha(b"")
    half = 2 ** ((len(rows) - 1).bit_length() - 1)      # the largest power of two below the number of rows
    return sha(b"\1" + tree_hash(rows[:half]) + tree_hash(rows[half:]))
def path_root(row, index, size, path):
    """The root to which an inclusion path leads, RFC 9162 §2.1.3.2."""
    expect(index < size, "index outside of the tree")
    fn, sn, r = index, size - 1, sha(b"\0" + row)
    for p in path:
        expect(sn > 0, "path too long")
        r = sha(b"\1" + p + r) if fn & 1 or fn == sn else sha(b"\1" + r + p)
        while fn == sn and not fn & 1 and fn: fn, sn = fn >> 1, sn >> 1
        fn, sn = fn >> 1, sn >> 1
    expect(sn == 0, "path too short")
    return r
# ---------------------------------------------------------------- §5 Rules
def rule_size(rule, attribute, level=1):
    """Nodes and values of a rule that is of the right form, as a pair; `attribute` tests each column it names."""
    expect(level <= 16 and type(rule) is dict and len(rule) == 1, "a rule is not of the form of §5, or too deep")
    (op, x), = rule.items()
    if op in ("and", "or", "not"):
        expect(op == "not" or type(x) is list, f"rule {op}: not an array")
        sizes = [rule_size(r, attribute, level + 1) for r in ([x] if op == "not" else x)]
        return 1 + sum(n for n, _ in sizes), sum(v for _, v in sizes)
    right = {"eq": is_value, "prefix": is_value, "in": [is_value, 0, MANY], "has-any": [is_value, 0, MANY]}.get(op)
    expect(right and type(x) is list and len(x) == 2 and attribute(x[0]), f"rule {ascii(op)[:40]}: unknown, or no pair")
    shape(x[1], right, f"rule {op}")
    return 1, len(x[1]) if op in ("in", "has-any") else 1
def holds(rule, row):
    (op, x), = rule.items()
    if op == "and": return all(holds(r, row) for r in x)
    if op == "or": return any(holds(r, row) for r in x)
    if op == "not": return not holds(x, row)
    cell, v = row[x[0]], x[1]
    if op == "eq": return cell == v
    if op == "in": return cell in v
    if op == "prefix": return cell.startswith(v)
    return any(e in v for e in cell_set(cell) if e)     # has-any; an element is never empty
# ---------------------------------------------------------------- §6, §7, §11: the form of the JSON files
DRAND = {"kind": ("drand",), "round": number(1), "chain": (     # quicknet
    "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",)}
MANY, U32, COUNT = 2**53, 2**32 - 1, number(0)
def check_announcement(a):
    """§6.1, §7.1, §8: form, ranges and cross-references. True, or Fail."""
    named = set()                                       # the attributes that the announcement names
    def attribute(v):
        good = is_name(v) and v not in ("id", "excluded", "seal")
        named.update([v] if good else [])
        return good
    def rule(v): return all(x <= y for x, y in zip(rule_size(v, attribute), (1000, 10000)))
    rate = {"rate": number(1, 10000), "rounding": ("up", "down", "nearest", "lottery")}
    cell = {"population": COUNT, "part?": is_cell}
    reasons = [{"count": number(1), "reason": is_name}, 0, 1000, lambda x: x["reason"]]
    register = {"columns": [is_cell, 1, 64], "rows": COUNT, "root": is_digest, "sha256": is_digest,
                "excluded": reasons, "set_aside": reasons, "withheld": [is_name, 0, 64, str]}
    seat = {"count": number(1, 100), "department": is_id, "leader": is_flag, "qualifications": [is_id, 0, 64, str]}
    shape(a, {
        "number": is_id, "title": is_text, "authority": is_text, "announced_at": is_time,
        "basis": ("random", "full-coverage", "targeted"), "window": {"from": is_date, "to": is_date},
        "departments": [{"id": is_id, "title": is_text}, 1, 64],
        "items": [{"id": is_id, "title": is_text, "rule": rule, "seats": [seat, 1, 64]}, 1, 256],
        "team": {"carried": is_flag, "region?": attribute},
        "strata": [{
            "name": is_id, "rule": rule, "method": ("equal", "order", "weighted"), "reserves": number(0, 65535),
            "size": either("rate", rate | {"minimum?": number(0, U32), "maximum?": number(0, U32)},
                           either("count", {"count": number(1, U32)}, {"all": is_true})),
            "split?": attribute, "weight?": attribute,
            "cells": [either("floor", cell | {"floor": COUNT, "fraction": number(0, 9999)}, cell | {"size": COUNT}),
                      0, 10000]}, 1, 1000],
        "unowned": COUNT, "without_chance": [{"count": number(1), "part?": is_cell, "stratum": is_id, "why": (
            "all-drawn", "never", "one-entry", "certain")}, 0, MANY],
        "registers": {"targets": register, "inspectors": register, "recusals": register},
        "seed": {
            "beacon": either("round", DRAND, {"kind": ("none",)}),
            "contributors": [{"id": is_id, "key": is_digest, "commitment?": is_digest}, 0, 64, lambda x: x["id"]]},
        "signers": [{"holder": is_id, "key": is_digest}, 1, 64, lambda x: x["key"]], "threshold": number(1)}, "body")
    for member, key in ("departments", "id"), ("items", "id"), ("strata", "name"), ("signers", "holder"):
        expect(len({x[key] for x in a[member]}) == len(a[member]), f"{member} not distinct")
    expect(a["threshold"] <= len(a["signers"]) and a["window"]["from"] <= a["window"]["to"], "threshold or window")
    every = all(s["method"] == "order" for s in a["strata"]) and a["unowned"] == 0
    expect(a["basis"] == "random" or every, "basis, and methods or unowned rows")
    expect(sum(s["count"] for item in a["items"] for s in item["seats"]) <= 1000, "more than 1,000 seats")
    expect(sum(len(s["cells"]) for s in a["strata"]) <= 10000, "more than 10,000 cells")
    for s in a["strata"]:
        where, size, lottery = f"stratum {s['name']}", s["size"], s["size"].get("rounding") == "lottery"
        expect(("weight" in s) == (s["method"] == "weighted"), f"{where}: weight with another method, or none")
        expect(s["method"] != "order" or "all" in size and s["reserves"] == 0, f"{where}: size of method order")
        expect(size.get("minimum", 0) <= size.get("maximum", MANY), f"{where}: minimum above maximum")
        expect(not lottery or len(size) == 2 and s["method"] != "weighted", f"{where}: rounding by lottery not allowed")
        right = "split" in s, lottery
        for x in s["cells"]:
            expect(("part" in x, "floor" in x) == right, f"{where}: members of a cell")
            expect(x.get("size", x.get("floor")) <= x["population"], f"{where}: a cell larger than its population")
        parts = [x.get("part") for x in s["cells"]]
        expect(ascending(parts) if "split" in s else len(parts) == 1, f"{where}: cells not ascending, or not one")
    for item in a["items"]:
        expect([s["count"] for s in item["seats"] if s["leader"]] == [1], f"item {item['id']}: not exactly one leader")
        unknown = {s["department"] for s in item["seats"]} - {d["id"] for d in a["departments"]}
        expect(not unknown, f"item {item['id']}: departments {unknown} not listed")
    none, reg = a["seed"]["beacon"]["kind"] == "none", a["registers"]
    givers = a["seed"]["contributors"]
    expect(all(("commitment" in x) == none for x in givers), "commitments with a beacon, or none without")
    expect(len({x["key"] for x in givers}) == len(givers) >= 2 * none, "contributors: too few, or two with one key")
    people = ["capacity", *["carried"] * a["team"]["carried"], "department", "lead", "qualifications",
              *["regions"] * ("region" in a["team"]), "valid_from", "valid_to"]
    for name, columns in ("targets", sorted(named)), ("inspectors", people):
        columns = ["id", *columns, "excluded", *["seal"] * bool(hidden := reg[name]["withheld"])]
        expect(reg[name]["columns"] == columns and not {"seal", *columns} & {*hidden}, f"columns of {name}")
    found = [reg["recusals"][k] for k in ("columns", "excluded", "set_aside", "withheld")]
    expect(found == [["target", "inspector", "category"], [], [], []], "columns of recusals, or their exclusions")
    return True
ABOUT, OUTCOME = {"number": is_id, "announcement": is_digest}, {"rows": COUNT, "sha256": is_digest}
CLOSED = either("absent", {"contributor": is_id, "absent": is_true}, {"contributor": is_id, "digest": is_digest})
BODIES = {
    "announcement": check_announcement,
    "contribution": ABOUT | {"contributed_at": is_time, "contributor": is_id, "value": is_digest},
    "closing": ABOUT | {"closed_at": is_time, "contributions": [CLOSED, 0, 64, lambda x: x["contributor"]]},
    "record": ABOUT | {
        "closing?": is_digest, "beacon?": is_digest, "seed_text": is_string, "seed": is_digest, "drawn_at": is_time,
        "cells": [{"stratum": is_id, "part?": is_cell, "population": COUNT, "drawn": COUNT, "reserves": COUNT,
                   "cutoff?": is_digest, "certain?": COUNT, "offset?": cell_number(0, 2**64 - 1)}, 0, 10000],
        "departments": [{"id": is_id, "seats": COUNT, "inspectors": COUNT, "least": COUNT, "most": COUNT,
                         "one_possible": COUNT}, 1, 64],
        "selected": OUTCOME, "assignments": OUTCOME}}
BEACON = DRAND | {"signature": matches("[0-9a-f]{96}"), "spec": ("yaohao/1",), "type": ("beacon",)}
SIGNATURE = {"key": is_digest, "value": matches("[0-9a-f]{128}")}
FORMS = {"beacon": BEACON} | {kind: {
    "body": body, "signatures": [SIGNATURE, 1, 64, lambda x: x["key"]], "spec": ("yaohao/1",),
    "suite": ("ed25519-sha256",), "type": (kind,)} for kind, body in BODIES.items()}
def body_digest(statement): return sha_hex(canonical(statement["body"]))
# ---------------------------------------------------------------- §12 the policy, and the state of a verification
LIMITS = {"statement_bytes": 16777216, "csv_bytes": 17179869184, "rows": 1000000000}
CSV_FILES = ["targets.csv", "inspectors.csv", "recusals.csv", "selected.csv", "assignments.csv"]
JSON_FILES = ["announcement.json", "closing.json", "beacon.json", "record.json"]
def read_policy(path):
    policy = tomllib.loads(read(path).decode("utf-8"))
    signs = [("announcement", "closing", "record", "contribution"), 0, MANY]
    shape(policy, {"spec": ("yaohao/1",), "threshold": number(1), "order?": ("publisher",),
                   "suites": [("ed25519-sha256",), 0, MANY], "beacons": [("drand-quicknet", "none"), 0, MANY],
                   "limits?": {k + "?": COUNT for k in LIMITS},
                   "keys": [{"holder": is_id, "key": is_digest, "signs": signs}, 1, MANY]}, "policy")
    expect(len({k["key"] for k in policy["keys"]}) == len(policy["keys"]), "policy: a key stands twice")
    return policy
class Campaign:
    """What the steps know: `data` are the files, `docs` the parsed JSON files; steps add more."""
    def __init__(self, folder, policy):
        self.folder, self.policy, self.limits = folder, policy, LIMITS | (policy or {}).get("limits", {})
        self.data, self.docs, self.steps, self.bls_unchecked, self.notes = {}, {}, [], False, []
    def body(self, name): return self.docs[name]["body"] if name in self.docs else None
    def need(self, *names):
        """Names of files, or of earlier steps, without which a step is skipped."""
        skipped = [step for step, _, result, _ in self.steps if result == "skipped"]
        for name in names:
            if name in skipped or "." in name and name not in self.data: raise Skip(f"without {name}")
# ---------------------------------------------------------------- §12 the steps
def v1_files(c):
    """§12 V1, §3: sizes within the limits; which files are missing or not covered."""
    found = sorted(n for n in os.listdir(c.folder) if os.path.isfile(os.path.join(c.folder, n)))
    contributions = [n for n in found if n.startswith("contribution-") and n.endswith(".json") and is_id(n[13:-5])]
    covered = [n for n in found if n in CSV_FILES + JSON_FILES + contributions]
    for name in covered:
        path, limit = os.path.join(c.folder, name), c.limits["csv_bytes" if name.endswith("csv") else "statement_bytes"]
        expect(os.path.getsize(path) <= limit, f"{name}: over {limit} bytes")
        c.data[name] = read(path)
    missing = [n for n in CSV_FILES + ["announcement.json", "record.json"] if n not in found]
    return f"{len(covered)}; missing: {missing or 'none'}; not covered: {ascii([n for n in found if n not in covered])}"

def v2_form(c):
    """§12 V2, §2.1, §5, §6, §7, §11: canonical form, members, ranges, cross-references of §6.1."""
    for name in sorted(n for n in c.data if n.endswith(".json")):
        c.docs[name] = doc = parse_json(c.data[name], name)
        kind = "contribution" if name.startswith("contribution-") else name[:-5]
        shape(doc, FORMS[kind], name)
        expect(kind != "contribution" or doc["body"]["contributor"] == name[13:-5], f"{name}: of another contributor")
    c.statements = [(name, doc["type"], doc) for name, doc in c.docs.items() if name != "beacon.json"]
    c.ann, c.digest = c.body("announcement.json"), body_digest(c.docs["announcement.json"])
    c.contributors, c.beacon = {x["id"]: x for x in c.ann["seed"]["contributors"]}, c.ann["seed"]["beacon"]

def v3_signatures(c):
    """§12 V3, §6, §7.2: signatures are valid, and of the announced keys."""
    announced = {s["key"] for s in c.ann["signers"]}
    for name, kind, doc in c.statements:
        message, who = f"yaohao/1 {kind}\n{body_digest(doc)}\n".encode(), doc["body"].get("contributor")
        for s in doc["signatures"]:
            key, value = bytes.fromhex(s["key"]), bytes.fromhex(s["value"])
            expect(ed25519_valid(key, message, value), f"{name}: signature of key {s['key']} is not valid")
        keys = {s["key"] for s in doc["signatures"]}
        if kind != "contribution":
            expect(keys <= announced and len(keys) >= c.ann["threshold"], f"{name}: other signers, or too few")
        elif who in c.contributors:                     # V10 refuses the others
            expect(keys == {c.contributors[who]["key"]}, f"{name}: not signed by exactly its contributor")

def v4_policy(c):
    """§12 V4: what the reader's policy accepts."""
    if c.policy is None: raise Skip("no policy given")
    beacon = "drand-quicknet" if c.beacon["kind"] == "drand" else "none"
    expect(beacon in c.policy["beacons"], f"beacon {beacon} is not accepted")
    keys = c.policy["keys"]
    for name, kind, doc in c.statements:
        expect(doc["suite"] in c.policy["suites"], f"{name}: suite is not accepted")
        holders = {k["holder"] for k in keys for s in doc["signatures"] if k["key"] == s["key"] and kind in k["signs"]}
        enough = kind == "contribution" or len(holders) >= c.policy["threshold"]    # of contributions, see below
        expect(enough, f"{name}: {len(holders)} holders of the policy signed it")
    announced = [(s["holder"], s["key"]) for s in c.ann["signers"]] + [(w, x["key"]) for w, x in c.contributors.items()]
    for who, key in announced:
        theirs = [k["key"] for k in keys if k["holder"] == who]
        free = not theirs and all(k["key"] != key for k in keys)
        expect(key in theirs or free, f"the policy knows another key of {who}, or the key as another's")
    may = [(k["holder"], k["key"]) for k in keys if "contribution" in k["signs"]]
    for who, x in c.contributors.items(): expect((who, x["key"]) in may, f"contributor {who} is not in the policy")

def v5_order(c):
    """§12 V5, §7.2: same number and announcement everywhere; order of the claimed times."""
    start, closing, record = unix(c.ann["announced_at"]), c.body("closing.json"), c.body("record.json")
    closed = earliest = unix(closing["closed_at"]) if closing else None
    for name, kind, body in ((n, k, doc["body"]) for n, k, doc in c.statements):
        expect(body["number"] == c.ann["number"], f"{name}: another number")
        expect(kind == "announcement" or body["announcement"] == c.digest, f"{name}: of another announcement")
        at = unix(body["contributed_at"]) if kind == "contribution" else start
        expect(start <= at and (closed is None or at <= closed), f"{name}: time out of order")
    if c.beacon["kind"] == "drand":
        earliest = 1692803367 + (c.beacon["round"] - 1) * 3
        expect(start + 600 <= earliest, "the beacon's round is less than 600 s after the announcement")
        expect(closed is None or closed < earliest, "closed after the beacon's round")
    expect(record is None or earliest is None or unix(record["drawn_at"]) >= earliest, "drawn too early")
    if c.policy is None or "order" not in c.policy:
        return "trust", "the claimed times are in order; whether they are true is not proven"
    c.notes.append("The order of events is taken on the publisher's word, as the policy allows.")
    return "the claimed times are in order, on the publisher's word"
def register_rows(c, name, form, key_cells=1):
    """§4: the rows of a register as objects, of the given form, after comparing it with its commitment."""
    file, told = name + ".csv", c.ann["registers"][name]
    c.need(file)
    header, cells, lines = parse_register(c.data[file], file, key_cells, c.limits["rows"])
    expect(header == told["columns"], f"{file}: columns are not as announced")
    rows = [dict(zip(header, x)) for x in cells]
    for n, row in enumerate(rows, 2): shape(row, form, f"{file} line {n}")
    reasons = collections.Counter(row["excluded"] for row in rows if row.get("excluded"))
    found = {"rows": len(rows), "sha256": sha(c.data[file]).hex(), "root": tree_hash(lines).hex(),
             "excluded": [{"count": reasons[r], "reason": r} for r in sorted(reasons)]}
    for k in found: expect(found[k] == told[k], f"{file}: {k} is {found[k]}, not as announced")
    return rows

def v6_targets(c):
    """§12 V6, §4, §4.1."""
    form = {"id": is_id, "excluded": is_excluded, "seal?": is_digest}
    c.targets = register_rows(c, "targets", dict.fromkeys(c.ann["registers"]["targets"]["columns"], is_cell) | form)
    return f"{len(c.targets)} rows"

def v7_inspectors(c):
    """§12 V7, §4.2."""
    c.inspectors = register_rows(c, "inspectors", {
        "id": is_id, "capacity": is_u16, "carried?": is_u16, "department": tuple(d["id"] for d in c.ann["departments"]),
        "lead": ("yes", ""), "qualifications": is_id_set, "regions?": lambda v: v == "*" or is_id_set(v),
        "valid_from": is_date, "valid_to": is_date, "excluded": is_excluded, "seal?": is_digest})
    expect(all(i["valid_from"] <= i["valid_to"] for i in c.inspectors), "inspectors.csv: valid_from after valid_to")
    return f"{len(c.inspectors)} rows"

def v8_recusals(c):
    """§12 V8, §4.3."""
    c.need("recusals.csv", "V7")
    known = {i["id"] for i in c.inspectors}
    rows = register_rows(c, "recusals", {"target": is_id, "inspector": lambda v: v in known, "category": is_name}, 2)
    c.recusals = {(r["target"], r["inspector"]) for r in rows}
    return f"{len(rows)} rows"
def cut_strata(ann, targets):
    """§8: for each stratum its cells, each {stratum, named, rows}, `named` being {} or {part}; and all unowned rows."""
    owned, unowned, out = [{} for _ in ann["strata"]], [], []
    for row in (r for r in targets if not r["excluded"]):
        n = next((n for n, s in enumerate(ann["strata"]) if holds(s["rule"], row)), None)
        rows = unowned if n is None else owned[n].setdefault(row.get(ann["strata"][n].get("split"), ""), [])
        rows.append(row)
    for s, parts in zip(ann["strata"], owned):
        split = [{"stratum": s, "named": {"part": p}, "rows": parts[p]} for p in sorted(parts)]
        out.append(split if "split" in s else [{"stratum": s, "named": {}, "rows": parts.get("", [])}])
    return out, unowned
def announced_sizes(stratum, cells):
    """§8, §8.1: the {part, population, size} or {part, population, floor, fraction} of each cell of a stratum."""
    size, total = stratum["size"], sum(len(cell["rows"]) for cell in cells)
    out, k = [cell["named"] | {"population": len(cell["rows"])} for cell in cells], size.get("count")
    expect(k is None or k <= total, f"stratum {stratum['name']}: count {k} is more than its population {total}")
    for about in out:
        n = about["population"]
        if "all" in size: about["size"] = n
        elif k is not None: about["size"] = k * n // total
        elif size["rounding"] == "lottery": about["floor"], about["fraction"] = divmod(n * size["rate"], 10000)
        else:
            wanted = (n * size["rate"] + {"up": 9999, "down": 0, "nearest": 5000}[size["rounding"]]) // 10000
            about["size"] = min(max(wanted, size.get("minimum", 0)), size.get("maximum", n), n)
    if k is not None:
        largest = sorted(out, key=lambda about: (-(k * about["population"] % total), about.get("part")))
        for about in largest[:k - sum(about["size"] for about in out)]: about["size"] += 1
    return out
def take_certain(rows, weight, n):
    """§9.2, first half: (certain rows, rows left in their order, number left to draw)."""
    certain, now = [], rows
    while n and now:
        total = sum(int(r[weight]) for r in rows)
        now = [r for r in rows if n * int(r[weight]) >= total]
        certain, rows, n = certain + now, [r for r in rows if n * int(r[weight]) < total], n - len(now)
    return certain, rows, n

def v9_strata(c):
    """§12 V9, §8: populations, sizes, unowned, without_chance; every owned row has an item; weights."""
    c.need("V6")
    (c.strata, unowned), without = cut_strata(c.ann, c.targets), []
    for stratum, cells in zip(c.ann["strata"], c.strata):
        name, weight = {"stratum": stratum["name"]}, stratum.get("weight")
        for row in (r for cell in cells for r in cell["rows"]):
            expect(any(holds(i["rule"], row) for i in c.ann["items"]), f"target {row['id']} has no item")
            expect(weight is None or cell_number(1, 2**32 - 1)(row[weight]), f"target {row['id']}: weight")
        sizes = announced_sizes(stratum, cells)
        expect(sizes == stratum["cells"], f"cells of stratum {stratum['name']} are not as announced")
        for cell, a in zip(cells, sizes):
            cell["about"], n, k, f = a, a["population"], a.get("size", a.get("floor")), a.get("fraction", 0)
            why = "all-drawn" if k == n else "never" if k + f == 0 else "one-entry" if n == 1 else None
            certain = len(take_certain(cell["rows"], weight, k)[0]) if weight and k < n else 0
            without += [name | cell["named"] | {"count": n, "why": why}] if n and why else []
            without += [name | cell["named"] | {"count": certain, "why": "certain"}] if certain else []
    expect(len(unowned) == c.ann["unowned"], f"{len(unowned)} rows are unowned, announced {c.ann['unowned']}")
    expect(without == c.ann["without_chance"], "without_chance is not as announced")
    return f"{len(c.strata)} strata, {sum(map(len, c.strata))} cells"

def v10_contributions(c):
    """§12 V10, §7.1, §7.2."""
    c.values, found = {}, {d["body"]["contributor"]: d for _, kind, d in c.statements if kind == "contribution"}
    c.need(*["closing.json"] * bool(c.contributors))
    listed = c.body("closing.json")["contributions"] if c.contributors else []
    given = [x["contributor"] for x in listed if "digest" in x]
    c.need(*(f"contribution-{who}.json" for who in given if who in c.contributors))
    expect("closing.json" not in c.data or c.contributors, "closing without announced contributors")
    expect([x["contributor"] for x in listed] == list(c.contributors), "the closing lists other contributors")
    expect(set(found) == set(given), "a contribution that is not listed")
    for who, digest in ((x["contributor"], x.get("digest")) for x in listed):
        expect(not digest or body_digest(found[who]) == digest, f"contribution of {who} is not as closed")
        value = c.values[who] = found[who]["body"]["value"] if digest else None
        right = sha_hex(f"yaohao/1 commitment\n{c.ann['number']}\n{who}\n{value}\n")
        expect(not value or c.contributors[who].get("commitment", right) == right, f"value of {who}: not as committed")
    expect(None not in c.values.values() or c.beacon["kind"] != "none", "an absent contributor, and no beacon")
    return f"{len(found)} of {len(c.contributors)} contributed"

def v11_beacon(c):
    """§12 V11, §7.3, but for the BLS signature, which this program does not check."""
    if c.beacon["kind"] == "none":
        expect("beacon.json" not in c.data, "beacon.json, though no beacon is announced")
        return "no beacon announced"
    c.need("beacon.json")
    for k in c.beacon: expect(c.docs["beacon.json"][k] == c.beacon[k], f"beacon.json: {k} is not as announced")
    c.bls_unchecked = True
    return "but for the BLS signature: kind, chain and round are as announced"
def same_text(what, found, wanted):
    if found == wanted: return
    lines = zip(*(text.split("\n") + ["nothing"] for text in (found, wanted)))
    n, x, y = next((n, x, y) for n, (x, y) in enumerate(lines, 1) if x != y)
    raise Fail(f"{what} line {n} is {ascii(x)[:200]}, should be {ascii(y)[:200]}")

def v12_seed(c):
    """§12 V12, §7.4."""
    c.need("V10", "V11", "record.json")
    b, record = c.docs.get("beacon.json"), c.body("record.json")
    text = f"yaohao/1 seed\ndraw: {c.ann['number']}\nannouncement: {c.digest}\n"
    text += "".join(f"contribution: {who} {value or 'absent'}\n" for who, value in c.values.items())
    text += f"beacon: drand {b['chain']} {b['round']} {b['signature']}\n" if b else "beacon: none\n"
    c.seed = sha_hex(text)
    same_text("seed_text", record["seed_text"], text)
    expect(record["seed"] == c.seed, f"the record's seed should be {c.seed}")
    return c.seed
def check_outcome(c, name, rows, member, summary):
    """Compare selected.csv or assignments.csv byte for byte, then what the record says of it."""
    wanted, found, record = "".join(csv_line(map(str, r)) + "\n" for r in rows), c.data[name], c.body("record.json")
    same_text(name, found.decode("utf-8", "surrogateescape"), wanted)
    right = {"rows": len(rows) - 1, "sha256": sha(found).hex()}
    expect(record[name[:-4]] == right, f"the record's digest of {name} should be {canonical(right)}")
    same_text(f"the record's {member},", *("\n".join(map(canonical, x)) for x in (record[member], summary)))
def lottery_sizes(abouts, seed):
    """§8.2: the number to draw of each cell, with rounding by lottery decided."""
    out, at = [], uniform(10000, sub_seed(seed, "sizes"))       # at: u + F_j
    for about in abouts:
        before, at = at, at + about.get("fraction", 0)
        out.append(about.get("size", about.get("floor")) + at // 10000 - before // 10000)
    return out
def draw_weighted(entries, weight, n, sub):
    """§9.2: (drawn ids, number of certain ones, u or None); entries are in lottery order."""
    certain, left, n = take_certain(entries, weight, n)
    hit, total, before = [], sum(int(r[weight]) for r in left), 0
    u = uniform(total, sub) if n else None
    for row in left:                                    # is the next of u, u+W, ... before its end? n·w < W: hit once
        before += int(row[weight])
        if len(hit) < n and u + len(hit) * total < n * before: hit.append(row)
    return {r["id"] for r in certain + hit}, len(certain), u

def v13_selection(c):
    """§12 V13, §8.2, §8.3, §9."""
    c.need("V9", "V12", "record.json")
    sub, lines, summary, c.tasks = sub_seed(c.seed, "targets"), [], [], []
    cells = [cell for stratum in c.strata for cell in stratum]
    for cell, k in zip(cells, lottery_sizes([cell["about"] for cell in cells], c.seed)):
        stratum, named = cell["stratum"], cell["named"]
        ticket = {r["id"]: sha_hex(sub + r["id"]) for r in cell["rows"]}
        entries = sorted(cell["rows"], key=lambda r: (ticket[r["id"]], r["id"]))
        if stratum["method"] == "weighted":
            purpose = "/".join(["weights", stratum["name"], *named.values()])
            chosen, certain, u = draw_weighted(entries, stratum["weight"], k, sub_seed(c.seed, purpose))
            extra = {"certain": certain} | ({} if u is None else {"offset": str(u)})
        else:
            chosen = {r["id"] for r in entries[:k]}
            extra = {"cutoff": ticket[entries[k - 1]["id"]]} if k else {}
        drawn = [r for r in entries if r["id"] in chosen]
        reserves = [r for r in entries if r["id"] not in chosen][:stratum["reserves"]]
        for rank, r in enumerate(drawn + reserves, 1):
            role = "drawn" if rank <= len(drawn) else "reserve"
            lines.append([stratum["name"], named.get("part", ""), rank, role, r["id"], ticket[r["id"]]])
        summary.append(named | extra | {"stratum": stratum["name"], "population": len(entries), "drawn": len(drawn),
                                        "reserves": len(reserves)})
        c.tasks += drawn
    c.need("selected.csv")                              # V14 does not need the file, but c.tasks
    check_outcome(c, "selected.csv", [["stratum", "part", "rank", "role", "id", "ticket"], *lines], "cells", summary)
    return f"{len(c.tasks)} drawn, {len(lines) - len(c.tasks)} reserves"

class Seating:
    """§10 for one department: who can hold which seat in some even assignment.
    Think of an assignment as a flow: from each group of seats to pairs (task, inspector), from a pair to its inspector,
    from there to a sink; each arc carries one unit or nothing, but an inspector gives the sink at most `capacity`, the
    n-th unit at the price 2n-1. Lawful assignments are the flows that fill all groups; even ones are those of least
    price. Any two of these differ by cycles of price zero in the residual graph, where an arc that carries a unit is
    turned round. Only the sink has a price: one unit more of k and one less of j cost nothing just when
    load[j] = load[k] + 1. Nodes are group numbers, pairs and inspector ids; `back` has the arcs that end at a node."""
    def __init__(self, groups, capacity, carried):
        """A group is {"task", "count", "sit"}; `sit` are the inspectors who may sit there (§10.1)."""
        self.groups, self.load, self.top = groups, dict(carried), {i: carried[i] + capacity[i] for i in capacity}
        self.back = collections.defaultdict(set)
        for g, group in enumerate(groups):
            for i in group["sit"]:
                self.back[group["task"], i].add(g)
                self.back[i].add((group["task"], i))
        for g in (g for g, group in enumerate(groups) for _ in range(group["count"])):
            onward = {}                                 # fill one more seat, at the least price
            for level in sorted(set(self.load.values())):
                self.spread(onward, {i: None for i, load in self.load.items() if load == level < self.top[i]})
                if g in onward: break
            expect(g in onward, f"no lawful assignment: task {groups[g]['task']}")
            self.load[self.push(g, onward)] += 1
    def spread(self, onward, starts):
        """Add to `onward` {node: next node} the starts, and all nodes that lead to them without the sink."""
        todo = [node for node in starts if node not in onward]
        onward.update((node, starts[node]) for node in todo)
        for node in todo:
            earlier = [x for x in self.back[node] if x not in onward]
            onward.update(dict.fromkeys(earlier, node))
            todo += earlier
    def turn(self, a, b):
        self.back[b].remove(a)
        self.back[a].add(b)
    def push(self, node, onward):
        """Send a unit along the way from a node; the end of the way."""
        while (after := onward[node]) is not None:
            if node in self.load and after in self.load:        # inspector to inspector: through the sink
                self.load[node], self.load[after] = self.load[node] + 1, self.load[after] - 1
            else: self.turn(node, after)
            node = after
        return node
    def candidates(self, g):
        """(all who can hold a seat of g in some even assignment, given what is fixed; the ways from pairs to g)"""
        onward, task = {}, self.groups[g]["task"]
        self.spread(onward, {g: None})                  # without the sink, then once through it
        relieved = {self.load[i]: i for i in self.load if i in onward}
        self.spread(onward, {k: relieved[load + 1] for k, load in self.load.items()
                             if load < self.top[k] and load + 1 in relieved})
        return {i for i in self.groups[g]["sit"] if (task, i) in onward}, onward
    def fix(self, g, i, onward):
        """Inspector i, who is a candidate, holds a seat of g for good."""
        pair = (self.groups[g]["task"], i)
        if pair not in self.back[g]:                    # i does not hold it yet: send a unit round the cycle
            self.turn(g, pair)
            self.push(pair, onward)
        self.back[g].remove(pair)                       # take the pair, and so its unit, out of the graph
        self.back[pair].clear()
def seat_lottery(groups, capacity, carried, task_order, inspector_order):
    """§10.2 to §10.4: [(task, seat number, inspector, possible)], and the number of tasks of each inspector."""
    seating, out, of_task = Seating(groups, capacity, carried), [], {}
    for g, group in enumerate(groups):
        of_task.setdefault(group["task"], []).append((g, len(seating.candidates(g)[0])))
    for task in sorted(of_task, key=lambda t: (task_order(t), t)):
        people, seat = sorted(capacity, key=lambda i: (inspector_order(task, i), i)), 0
        for g, possible in (x for x in of_task[task] for _ in range(groups[x[0]]["count"])):
            candidates, onward = seating.candidates(g)
            seat, first = seat + 1, next(i for i in people if i in candidates)
            seating.fix(g, first, onward)
            out.append((task, seat, first, possible))
    return out, {i: seating.load[i] - carried[i] for i in capacity}
def seat_groups(ann, row):
    """§10: the seat groups of a task, in order of first appearance: {(department, leader, qualifications): count}."""
    groups = {}
    for item in (item for item in ann["items"] if holds(item["rule"], row)):
        own = collections.Counter()                     # counts add up within an item; the largest of the items counts
        for s in item["seats"]: own[s["department"], s["leader"], tuple(s["qualifications"])] += s["count"]
        groups |= {key: max(groups.get(key, 0), own[key]) for key in own}
    return groups
def may_sit(c, i, row, leader, qualifications):
    """§10.1 for inspector i and task row, but for exclusion and department."""
    region, window = c.ann["team"].get("region"), c.ann["window"]
    return i["valid_from"] <= window["from"] and i["valid_to"] >= window["to"] \
        and set(qualifications) <= set(cell_set(i["qualifications"])) and (not leader or i["lead"] == "yes") \
        and (region is None or i["regions"] == "*" or any(row[region].startswith(p) for p in cell_set(i["regions"]))) \
        and (row["id"], i["id"]) not in c.recusals

def v14_assignments(c):
    """§12 V14, §10."""
    c.need("V7", "V8", "V9", "V12", "record.json", "assignments.csv")
    order, lines, summary = sub_seed(c.seed, "tasks"), [], []
    for name in (d["id"] for d in c.ann["departments"]):
        people = [i for i in c.inspectors if i["department"] == name and not i["excluded"]]
        groups = [{"task": row["id"], "count": n, "sit": {i["id"] for i in people if may_sit(c, i, row, lead, quals)}}
                  for row in c.tasks for (dep, lead, quals), n in seat_groups(c.ann, row).items() if dep == name]
        capacity, carried = ({i["id"]: int(i.get(k, 0)) for i in people} for k in ("capacity", "carried"))
        sub = sub_seed(c.seed, "assign/" + name)
        seats, tasks = seat_lottery(groups, capacity, carried, lambda t: sha_hex(order + t),
                                    lambda t, i: sha_hex(f"{sub}{t}/{i}"))
        lines += [(t, name, seat, i, possible) for t, seat, i, possible in seats]
        summary.append({"id": name, "seats": len(seats), "inspectors": len(people),
                        "least": min(tasks.values(), default=0), "most": max(tasks.values(), default=0),
                        "one_possible": sum(possible == 1 for _, _, _, possible in seats)})
    header = [("target", "department", "seat", "inspector", "possible")]
    check_outcome(c, "assignments.csv", header + sorted(lines), "departments", summary)
    return f"{len(lines)} seats"

def v15_record(c):
    """§12 V15, §11: `closing` and `beacon` of the record."""
    closing, beacon = bool(c.contributors), c.beacon["kind"] == "drand"
    c.need("record.json", *["closing.json"] * closing, *["beacon.json"] * beacon)
    right = {"closing": body_digest(c.docs["closing.json"]) if closing else None,
             "beacon": sha(c.data["beacon.json"]).hex() if beacon else None}
    for k in right: expect(c.body("record.json").get(k) == right[k], f"the record's {k} should be {right[k]}")

STEPS = [v1_files, v2_form, v3_signatures, v4_policy, v5_order, v6_targets, v7_inspectors, v8_recusals, v9_strata,
         v10_contributions, v11_beacon, v12_seed, v13_selection, v14_assignments, v15_record]
NOT_PROVEN = [f"that {x}" for x in (                    # §13
    "the registers are complete and true", "an exclusion or a recusal is justified", "the inspections took place",
    "the claimed times are true (without a proof from outside)", "a contributor who was absent had nothing to say",
    "the announcement was the only one made for this number")]
BLS_NOTE = "V11 skipped in part: BLS signature not checked by this program"

def verify(folder, policy):
    """Run all steps up to the first failure. The campaign, or None when there is no announcement to read."""
    try: open(os.path.join(folder, "announcement.json"), "rb").close()
    except OSError: return None
    c = Campaign(folder, policy)
    for function in STEPS:
        step, _, name = function.__name__.partition("_")
        try:
            detail = function(c)
            result, detail = detail if type(detail) is tuple else ("passed", detail or "as it should be")
        except Skip as e: result, detail = "skipped", str(e)
        except Exception as e:                          # Fail, or whatever else bad input may cause
            result, detail = "failed", str(e) if type(e) is Fail else f"{type(e).__name__}: {e}"
        c.steps.append((step.upper(), name, result, detail))
        if result == "failed": break
    return c
def verdict(c, bls_counts):
    """§12: (exit code, verdict). `bls_counts`: whether the unchecked BLS signature counts as skipped."""
    if c is None: return 2, "unreadable"
    results = {result for _, _, result, _ in c.steps}
    if "failed" in results: return 1, "rejected"
    return (3, "as far as it goes") if results != {"passed"} or bls_counts and c.bls_unchecked else (0, "verified")
def report(folder, policy):
    c = verify(folder, policy)
    code, word = verdict(c, True)
    steps, notes = (c.steps, c.notes + [BLS_NOTE] * c.bls_unchecked) if c else ([], ["no announcement.json"])
    for step, name, result, detail in steps:
        print(f"{step} {name} … {result}: {detail}" + f"\n*** {BLS_NOTE} ***" * (step == "V11" and c.bls_unchecked))
    print(f"verdict: {word}", *notes, "Not proven: " + "; ".join(NOT_PROVEN) + ".", sep="\n")
    return code
# ---------------------------------------------------------------- §4.5 proofs
PROOF = ABOUT | {
    "spec": ("yaohao/1",), "type": ("proof",), "register": ("targets", "inspectors", "recusals"), "root": is_digest,
    "rows": COUNT, "id": is_id, "kind": ("present", "absent"),
    "entries": [{"index": COUNT, "path": [is_digest, 0, 64], "row": is_string}, 0, 2],
    "opening?": {"salt": is_digest, "values": lambda v: type(v) is dict and all(map(is_cell, v.values()))}}
def check_proof(path, folder):
    """§4.5: a proof file against the commitment in the folder's announcement."""
    c, proof, entries = Campaign(folder, None), parse_json(read(path), "proof"), []
    c.data["announcement.json"] = read(os.path.join(folder, "announcement.json"))
    v2_form(c), v3_signatures(c), shape(proof, PROOF, "proof")
    told, who, opening = c.ann["registers"][proof["register"]], proof["id"], proof.get("opening")
    about = [proof[k] for k in ("number", "announcement", "root", "rows")]
    expect(about == [c.ann["number"], c.digest, told["root"], told["rows"]], "of another announcement or commitment")
    for e in proof["entries"]:
        root = path_root(e["row"].encode(), e["index"], proof["rows"], [bytes.fromhex(p) for p in e["path"]])
        entries.append((e["index"], *csv_cells(e["row"], "row")))
        expect(root.hex() == proof["root"] and len(entries[-1]) == 1 + len(told["columns"]), "a path, or a row's cells")
    at, ids = [x[0] for x in entries], [x[1] for x in entries]
    good = ids == [who] if proof["kind"] == "present" else \
        proof["rows"] == 0 if not ids else at[0] + 1 == at[1] and ids[0] < who < ids[1] if len(ids) == 2 else \
        (at[0] == proof["rows"] - 1 and ids[0] < who) or (at[0] == 0 and who < ids[0])
    expect(good, "the entries do not show what the proof says")
    if opening:
        values = sorted(opening["values"].items())
        text = f"yaohao/1 seal\n{opening['salt']}\n{who}\n" + "".join(f"{k}={v}\n" for k, v in values)
        good = proof["kind"] == "present" and values and [k for k, _ in values] == told["withheld"]
        expect(good and sha_hex(text) == entries[0][-1], "the opening does not match the seal")
# ---------------------------------------------------------------- vectors, self-test, command line
def walk_vectors(root):
    passed, failed, unchecked, skipped = 0, 0, [], []
    folders = [os.path.join(root, group) for group in ("accept", "reject")]
    for folder in [os.path.join(f, name) for f in folders if os.path.isdir(f) for name in sorted(os.listdir(f))]:
        title, trust, c, code, step = os.path.relpath(folder, root), os.path.join(folder, "trust.toml"), *[None] * 3
        try:
            wanted = json.loads(read(os.path.join(folder, "expect.json")))
            want = (wanted["exit"], wanted["step"] if wanted["exit"] == 1 else None)
            c = verify(os.path.join(folder, "public"), read_policy(trust) if os.path.exists(trust) else None)
            code, detail = verdict(c, False)
            step, detail = (c.steps[-1][0], c.steps[-1][3]) if code == 1 else (None, detail)
        except Exception as e: want, detail = ("?", None), f"{type(e).__name__}: {e}"
        unchecked += [title] if c and c.bls_unchecked else []
        # A wrong BLS signature is not seen here, or only in a later step by what follows from it.
        if want == (1, "V11") and c and c.bls_unchecked and (step is None or int(step[1:]) > 11):
            skipped.append(f"{title} (expected V11, found {step or 'no failure'})")
        elif want == (code, step): passed += 1
        else:
            failed += 1
            print(f"{title}: expected exit {want[0]} {want[1] or ''}, found exit {code} {step or ''}: {detail}")
    print(f"BLS signature not checked in {len(unchecked)} vectors: {', '.join(unchecked) or 'none'}")
    for line in skipped: print(f"skipped, to be seen by the BLS signature alone: {line}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
def self_test():
    key = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")      # RFC 8032, test 1
    signature = bytes.fromhex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc6"
                              "1e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")
    cells = [{"floor": n, "fraction": f} for n, f in ((1, 3333), (2, 3333), (0, 3334), (5, 0))]
    ok = ed25519_valid(key, b"", signature) and not ed25519_valid(key, b"x", signature) \
        and chacha20_block(bytes(range(32)), 1, bytes.fromhex("000000090000004a00000000")).hex().startswith(
            "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e") \
        and tree_hash([]) == sha(b"") and all(sum(lottery_sizes(cells, sha_hex(str(n)))) == 9 for n in range(20))
    print("self-test passed" if ok else "self-test FAILED")
    return 0 if ok else 1

def main():
    parser = argparse.ArgumentParser(description="verify a campaign of the format yaohao/1")
    parser.add_argument("folder", nargs="?")
    for option in "--trust", "--vectors", "--proof", "--public": parser.add_argument(option)
    parser.add_argument("--self-test", action="store_true")
    args = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    if args.self_test or args.vectors: return self_test() if args.self_test else walk_vectors(args.vectors)
    if not (args.proof and args.public or args.folder): parser.error("a folder, --proof with --public, or --vectors")
    try:
        policy = read_policy(args.trust) if args.trust else None
        if args.proof: check_proof(args.proof, args.public)
    except Exception as e:                              # a policy that cannot be used, or a proof that does not hold
        print(f"{'proof' if args.proof else 'policy'} refused: {type(e).__name__}: {e}")
        return 1 if args.proof else 2
    if not args.proof: return report(args.folder, policy)
    print("proof holds; it counts only if the announcement itself is verified")
    return 0

if __name__ == "__main__":
    sys.exit(main())
