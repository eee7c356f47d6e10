#!/usr/bin/env python3
"""A second verifier for campaigns of the format yaohao/1, written from SPEC.md alone.

It shares no code with the main program and needs nothing but Python 3.11. Section signs (§) are those of SPEC.md.
One thing is missing, and the report says so: the BLS signature of a drand beacon is not checked (step V11).
Beside this file: forms.py, what values look like; primitives.py, what is computed from bytes; notes.py, receipts of logs; stamp.py, time stamps;
lottery.py, who is drawn; later.py, what follows the record. year.py reads the plans of a year (§17).

    python3 reference/verify.py PUBLIC_DIR [--trust trust.toml]
    python3 reference/verify.py --proof proof.json --public PUBLIC_DIR
    python3 reference/verify.py --vectors fixtures/vectors      (or --self-test)
"""
import argparse, collections, json, os, sys
from forms import (
    Fail, expect, read, sha, sha_hex, cell_number, is_excluded, is_id_set, is_id, is_name, is_digest, is_cell, is_u16,
    is_date, unix, ascending, canonical, parse_json, shape, holds, beacon_time, last_day, source_bits, public_bits,
    values_text, FORMS, body_digest, LIMITS, CSV_FILES, JSON_FILES, DATED, LATER_FILE, LATER_TIMES, NOTHING_DRAWN,
    read_policy, PROOF)
from primitives import (
    ed25519_valid, chacha20_block, sub_seed, csv_line, csv_cells, parse_register, tree_hash, path_root)
from later import follow, later_files
from notes import check_keys, existed_at, parse_receipt, verifier_key
from stamp import authority, parse_stamp, stamped_at
from lottery import (
    cut_strata, announced_sizes, lottery_sizes, take_certain, draw_weighted, seat_lottery, seat_groups)
from teams import capacity, crews_of, days, may_sit, seated

class Skip(Exception): "A step that cannot be done, since a file or an earlier step is missing."
# ---------------------------------------------------------------- §12 the state of a verification
class Campaign:
    """What the steps know: `data` are the files, `docs` the parsed JSON files; steps add more."""
    def __init__(self, folder, policy):
        self.folder, self.policy, self.limits = folder, policy, LIMITS | (policy or {}).get("limits", {})
        self.data, self.docs, self.steps, self.bls_unchecked, self.notes = {}, {}, [], False, []
        self.receipts, self.stamps = {}, {}
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
    later = [n for _, _, n in later_files(found)]
    c.receipts, c.stamps = ({n + end: n for n in DATED + later if n + end in found} for end in (".tlog-proof", ".tsr"))
    covered = [n for n in found if n in [*CSV_FILES, *JSON_FILES, *contributions, *later, *c.receipts, *c.stamps]]
    for name in covered:
        path, limit = os.path.join(c.folder, name), c.limits["csv_bytes" if name.endswith("csv") else "statement_bytes"]
        expect(os.path.getsize(path) <= limit, f"{name}: over {limit} bytes")
        c.data[name] = read(path)
    end = "void.json" if "void.json" in found else "record.json"
    missing = [n for n in CSV_FILES + ["announcement.json", end] if n not in found]
    return f"{len(covered)}; missing: {missing or 'none'}; not covered: {ascii([n for n in found if n not in covered])}"

def v2_form(c):
    """§12 V2, §2.1, §5, §6, §7, §8, §11: canonical form, members, ranges, and the announcement as a whole."""
    for name in sorted(n for n in c.data if n.endswith(".json")):
        c.docs[name] = doc = parse_json(c.data[name], name)
        later = LATER_FILE(name)
        kind = later[1] if later else "contribution" if name.startswith("contribution-") else name[:-5]
        shape(doc, FORMS[kind], name)
        expect(kind != "contribution" or doc["body"]["contributor"] == name[13:-5], f"{name}: of another contributor")
        expect(not later or doc["body"]["serial"] == int(later[2]), f"{name}: of another serial")
    c.receipts = {statement: parse_receipt(c.data[n]) for n, statement in sorted(c.receipts.items())}
    c.stamps = {statement: parse_stamp(c.data[n]) for n, statement in sorted(c.stamps.items())}
    c.statements = [(name, doc["type"], doc) for name, doc in c.docs.items() if name != "beacon.json"]
    c.ann, c.digest = c.body("announcement.json"), body_digest(c.docs["announcement.json"])
    # §11.1: where the outcome is told, in the record or in a void; a void without one has nothing more to check
    c.void = c.body("void.json")
    told = "record.json" in c.data or c.void and "would_be" in c.void
    c.told = c.body("record.json") or (c.void or {}).get("would_be")
    c.nothing = c.void["reason"] if c.void and not told else None
    # §11.6: sealed, and nothing is told yet
    told = {"selected.csv", "assignments.csv", "reveal.json", "record.json", "void.json"}
    c.sealed, c.sealing, c.reveal = c.ann["seed"].get("sealed"), c.body("sealing.json"), c.body("reveal.json")
    c.untold = c.sealing is not None and not told & set(c.data)
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
        if kind == "reveal":                            # V5 refuses it where no custodian is announced
            expect(not c.sealed or keys == {c.sealed["key"]}, f"{name}: not signed by exactly the custodian")
        elif kind != "contribution":
            expect(keys <= announced and len(keys) >= c.ann["threshold"], f"{name}: other signers, or too few")
        elif who in c.contributors:                     # V10 refuses the others
            expect(keys == {c.contributors[who]["key"]}, f"{name}: not signed by exactly its contributor")

def v4_policy(c):
    """§12 V4: what the reader's policy accepts."""
    if c.policy is None: raise Skip("no policy given")
    beacon = "drand-quicknet" if c.beacon["kind"] == "drand" else c.beacon["kind"]
    expect(beacon in c.policy["beacons"], f"beacon {beacon} is not accepted")
    keys = c.policy["keys"]
    for name, kind, doc in c.statements:
        expect(doc["suite"] in c.policy["suites"], f"{name}: suite is not accepted")
        holders = {k["holder"] for k in keys for s in doc["signatures"] if k["key"] == s["key"] and kind in k["signs"]}
        enough = kind in ("contribution", "reveal") or len(holders) >= c.policy["threshold"]    # of contributions, see below
        expect(enough, f"{name}: {len(holders)} holders of the policy signed it")
    announced = [(s["holder"], s["key"]) for s in c.ann["signers"]] + [(w, x["key"]) for w, x in c.contributors.items()]
    if c.sealed: announced.append((c.sealed["custodian"], c.sealed["key"]))
    for who, key in announced:
        theirs = [k["key"] for k in keys if k["holder"] == who]
        free = not theirs and all(k["key"] != key for k in keys)
        expect(key in theirs or free, f"the policy knows another key of {who}, or the key as another's")
    may = [(k["holder"], k["key"]) for k in keys if "contribution" in k["signs"]]
    for who, x in c.contributors.items(): expect((who, x["key"]) in may, f"contributor {who} is not in the policy")
    may = [(k["holder"], k["key"]) for k in keys if "reveal" in k["signs"]]
    expect(not c.sealed or (c.sealed["custodian"], c.sealed["key"]) in may, "the custodian is not in the policy")

def v5_order(c):
    """§12 V5, §7.2: same number and announcement everywhere; order of the claimed times."""
    start, closing, record = unix(c.ann["announced_at"]), c.body("closing.json"), c.body("record.json")
    closed = earliest = unix(closing["closed_at"]) if closing else None
    for name, kind, body in ((n, k, doc["body"]) for n, k, doc in c.statements if k not in LATER_TIMES):
        expect(body["number"] == c.ann["number"], f"{name}: another number")
        expect(kind == "announcement" or body["announcement"] == c.digest, f"{name}: of another announcement")
        at = unix(body["contributed_at"]) if kind == "contribution" else start
        expect(start <= at and (closed is None or at <= closed), f"{name}: time out of order")
    if c.beacon["kind"] != "none":
        earliest = beacon_time(c.beacon)
        expect(start + 600 <= earliest, "the beacon is less than 600 s after the announcement")
        expect(closed is None or closed < earliest, "closed after the beacon")
    expect(record is None or earliest is None or unix(record["drawn_at"]) >= earliest, "drawn too early")
    late = record and "wait_days" in c.ann["seed"] and unix(record["drawn_at"]) > last_day(c.ann["seed"])
    expect(not late, "drawn later than the announcement waits for its beacon")
    check_sealed(c, record, earliest)
    if c.void: check_end(c, unix(c.void["voided_at"]), start, earliest)
    times = proven_times(c)
    check_periods(c, times)
    proof = proof_of_order(c, times, earliest if c.beacon["kind"] != "none" else None)
    if proof: return f"the claimed times are in order; {proof}"
    if c.policy is None or "order" not in c.policy:
        return "trust", "the claimed times are in order; whether they are true is not proven"
    c.notes.append("The order of events is taken on the publisher's word, as the policy allows.")
    return "the claimed times are in order, on the publisher's word"
def check_sealed(c, record, earliest):
    """§11.6: T2 ≤ sealed_at = drawn_at ≤ revealed_at, in sealed campaigns only."""
    expect(c.sealed or c.sealing is None and c.reveal is None, "a sealing or a reveal, and the campaign is not sealed")
    drawn, sealed = record and unix(record["drawn_at"]), c.sealing and unix(c.sealing["sealed_at"])
    if c.sealing:
        expect(sealed >= earliest and drawn in (None, sealed), "sealed too early, or drawn at another time")
        over = "wait_days" in c.ann["seed"] and sealed > last_day(c.ann["seed"])
        expect(not over, "sealed later than the announcement waits for its beacon")
    if c.reveal:
        told = unix(c.reveal["revealed_at"])
        expect(told >= max(earliest, sealed or 0, drawn or 0), "revealed before the beacon, the sealing or the draw")
        if told > unix(c.sealed["reveal_by"]): c.notes.append("The secret was revealed LATER than announced.")
def check_end(c, voided, start, earliest):
    """§11.1: a void instead of a record, with an outcome if it could be known, for a reason that can hold."""
    timed, why = c.beacon["kind"] != "none", c.void["reason"]
    expect("record.json" not in c.data and c.sealing is None, "a record, or a sealing, and a void")
    expect(voided >= start and ("would_be" not in c.void or earliest is None or voided >= earliest), "voided too early")
    c.known = "beacon.json" in c.data or (voided >= earliest if timed else "closing.json" in c.data)
    expect(why not in NOTHING_DRAWN or c.known, f"reason {why}: the outcome could not be known")
    expect(why in NOTHING_DRAWN or c.known == ("would_be" in c.void), "void: an outcome is missing, or nobody could know it")
    expect(why != "no-beacon" or timed and "beacon.json" not in c.data, "reason no-beacon, and a beacon, or none announced")
    waited = "wait_days" not in c.ann["seed"] or voided > last_day(c.ann["seed"])
    expect(why != "no-beacon" or waited, "reason no-beacon, and the announcement waits longer")
    expect(why != "not-closed" or c.contributors and "closing.json" not in c.data, "reason not-closed, and a closing, or none due")
def proven_times(c):
    """§7.5: file -> when it existed at the latest, by the policy's witnesses. Every receipt that counts must be right."""
    if c.policy is None: return {}
    logs = [verifier_key(key, 1) for key in c.policy.get("logs", [])]
    witnesses = [verifier_key(key, 4) for key in c.policy.get("witnesses", [])]
    authorities, times = [authority(a["certificate"]) for a in c.policy.get("authorities", [])], {}
    for name, kind, doc in (s for s in c.statements if s[0] in c.receipts):
        entry = f"yaohao/1 leaf\n{kind}\n{c.ann['number']}\n{body_digest(doc)}\n".encode()
        time = existed_at(c.receipts[name], entry, logs, witnesses, c.policy.get("witness_threshold", 1))
        if time is False: c.notes.append(f"{name}.tlog-proof is of a log that the policy does not name.")
        elif time is not None: times[name] = time
    for name, kind, doc in (s for s in c.statements if s[0] in c.stamps):
        time = stamped_at(c.stamps[name], body_digest(doc), authorities)
        if time is None: c.notes.append(f"{name}.tsr is of no authority that the policy names, or in other algorithms.")
        else: times[name] = min(time, times.get(name, time))
    return times
def proof_of_order(c, times, beacon):
    """§7.5: what proves that the pivot existed before the beacon, or None."""
    pivot = "closing.json" if c.contributors else "announcement.json"
    if c.nothing and c.nothing not in NOTHING_DRAWN: pivot = "void.json"
    if pivot in times and beacon is not None and times[pivot] < beacon:
        return f"{pivot} existed {beacon - times[pivot]} s before the beacon, by the policy's witnesses or authorities"
CLAIMED = {"announcement": "announced_at", "contribution": "contributed_at", "closing": "closed_at", "record": "drawn_at",
           "void": "voided_at", "sealing": "sealed_at", "reveal": "revealed_at", "substitution": "substituted_at", "results": "published_at", "amendment": "amended_at"}
def place(name):
    """§12.1: where a statement is in the chain of those that name each other; 0 for others."""
    kind, _, n = name[:-len(".json")].partition("-")
    if kind in ("substitution", "results", "amendment"): return 5 + int(n)
    return {"contribution": 1, "closing": 2, "record": 3, "sealing": 4}.get(kind, 0)
def check_periods(c, times):
    """§12.1: of each statement enough keys signed within their periods."""
    if c.policy is None: return
    for name, kind, doc in c.statements:
        claimed = doc["body"][CLAIMED[kind]]
        # what names this statement by its digest, directly or by others between, is not older
        later = [n for n in times if n == name or kind == "announcement" or place(n) > place(name) > 0]
        known = min((times[n] for n in later), default=None)
        if known is None and "order" in c.policy: known = unix(claimed)
        signed = {s["key"] for s in doc["signatures"]}
        keys = [k for k in c.policy["keys"] if k["key"] in signed and kind in k["signs"]]
        good = [k for k in keys if k.get("from", "") <= claimed
                and ("until" not in k or known is not None and known < unix(k["until"]))]
        needed = 1 if kind in ("contribution", "reveal") else c.policy["threshold"]
        enough = len(good) == len(keys) or len({k["holder"] for k in good}) >= needed
        expect(enough, f"{name}: not signed within the periods of enough keys")
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
        "valid_from": is_date, "valid_to": is_date, "excluded": is_excluded, "seal?": is_digest, "crew?": is_cell,
        "expert?": ("", "only", "also"), "station?": is_cell, "weekly?": cell_number(0, 1000),
        "away?": cell_number(0, days(c.ann["window"]))})
    expect(all(i["valid_from"] <= i["valid_to"] for i in c.inspectors), "inspectors.csv: valid_from after valid_to")
    return f"{len(c.inspectors)} rows"

def v8_recusals(c):
    """§12 V8, §4.3."""
    c.need("recusals.csv", "V7")
    known = {i["id"] for i in c.inspectors}
    rows = register_rows(c, "recusals", {"target": is_id, "inspector": lambda v: v in known, "category": is_name}, 2)
    history, categories = c.ann.get("history", {}), {r["category"] for r in rows}
    for category, rule in ("last-visitor", "last_visitors"), ("met-recently", "met_within_months"):
        expect(rule in history or category not in categories, f"recusals as {category} without a rule")
    c.recusals = {(r["target"], r["inspector"]) for r in rows}
    return f"{len(rows)} rows"

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
    if c.nothing not in (None, "infeasible") and "closing.json" not in c.data:
        check_secret(c)
        expect(set(found) <= set(c.contributors), "a contribution of a stranger")
        return "given up before they were closed"
    c.need(*["closing.json"] * bool(c.contributors))
    listed = c.body("closing.json")["contributions"] if c.contributors else []
    given = [x["contributor"] for x in listed if "digest" in x]
    c.need(*(f"contribution-{who}.json" for who in given if who in c.contributors))
    check_secret(c)
    expect("closing.json" not in c.data or c.contributors, "closing without announced contributors")
    expect([x["contributor"] for x in listed] == list(c.contributors), "the closing lists other contributors")
    expect(set(found) == set(given), "a contribution that is not listed")
    for who, digest in ((x["contributor"], x.get("digest")) for x in listed):
        expect(not digest or body_digest(found[who]) == digest, f"contribution of {who} is not as closed")
        value = c.values[who] = found[who]["body"]["value"] if digest else None
        right = sha_hex(f"yaohao/1 commitment\n{c.ann['number']}\n{who}\n{value}\n")
        expect(not value or c.contributors[who].get("commitment", right) == right, f"value of {who}: not as committed")
    expect(None not in c.values.values() or c.beacon["kind"] != "none", "an absent contributor, and no beacon")
    weak = c.beacon["kind"] == "public-values" and public_bits(c.beacon) < 128
    expect(not weak or len(found) >= 2, "public values of less than 128 bits, and less than two contributions")
    return f"{len(found)} of {len(c.contributors)} contributed"

def check_secret(c):
    """§7.7: the secret that was revealed is the one committed to."""
    if c.reveal:
        digest = sha_hex(f"yaohao/1 sealed\n{c.ann['number']}\n{c.sealed['custodian']}\n{c.reveal['secret']}\n")
        expect(digest == c.sealed["commitment"], "the secret is not the one that was committed to")

def v11_beacon(c):
    """§12 V11, §7.3, but for the BLS signature, which this program does not check."""
    if c.beacon["kind"] == "none":
        expect("beacon.json" not in c.data, "beacon.json, though no beacon is announced")
        return "no beacon announced"
    if c.nothing not in (None, "infeasible") and "beacon.json" not in c.data: return "given up without a beacon"
    c.need("beacon.json")
    expect(c.docs["beacon.json"]["kind"] == c.beacon["kind"], "beacon.json is of another kind")
    if c.beacon["kind"] == "public-values": return v11_public_values(c)
    for k in c.beacon: expect(c.docs["beacon.json"][k] == c.beacon[k], f"beacon.json: {k} is not as announced")
    c.bls_unchecked = True
    return "but for the BLS signature: kind, chain and round are as announced"
def v11_public_values(c):
    """§12 V11, §7.3: numbers that the sources can give; whether they did, the reader's policy says."""
    evidence, sources = c.docs["beacon.json"], c.beacon["sources"]
    expect([x["id"] for x in evidence["sources"]] == [s["id"] for s in sources], "other sources than announced")
    for s, x in zip(sources, (x["values"] for x in evidence["sources"])):
        good = len(x) == s["count"] and all(s["least"] <= v <= s["greatest"] for v in x)
        good = good and (not s["distinct"] or len(set(x)) == len(x)) and (s["ordered"] or ascending(x))
        expect(good, f"source {s['id']}: number, range, repetition or order of its values")
    bits = f"values of {public_bits(c.beacon)} bits, such as the announced sources can give"
    known = (c.policy or {}).get("public_values")
    if known is None: return "trust", f"{bits}; compare them with their sources"
    expect(known == values_text(evidence), f"the policy says that the values are {known}")
    return f"{bits}, and those of the policy"
def same_text(what, found, wanted):
    if found == wanted: return
    lines = zip(*(text.split("\n") + ["nothing"] for text in (found, wanted)))
    n, x, y = next((n, x, y) for n, (x, y) in enumerate(lines, 1) if x != y)
    raise Fail(f"{what} line {n} is {ascii(x)[:200]}, should be {ascii(y)[:200]}")

def v12_seed(c):
    """§12 V12, §7.4."""
    if c.nothing not in (None, "infeasible"): return "nothing was drawn"
    if c.untold: return "sealed", f"until {c.sealed['reveal_by']}"
    c.need("V10", "V11", *["record.json"] * (c.void is None), *["reveal.json"] * bool(c.sealed))
    b, record = c.docs.get("beacon.json"), c.told
    text = f"yaohao/1 seed\ndraw: {c.ann['number']}\nannouncement: {c.digest}\n"
    text += "".join(f"contribution: {who} {value or 'absent'}\n" for who, value in c.values.items())
    text += f"custodian: {c.sealed['custodian']} {c.reveal['secret']}\n" if c.sealed else ""
    drand = b and b["kind"] == "drand"
    text += f"beacon: drand {b['chain']} {b['round']} {b['signature']}\n" if drand else \
        f"beacon: public-values {values_text(b)}\n" if b else "beacon: none\n"
    c.seed = sha_hex(text)
    if c.nothing: return c.seed
    same_text("seed_text", record["seed_text"], text)
    expect(record["seed"] == c.seed, f"the record's seed should be {c.seed}")
    return c.seed
def check_outcome(c, name, rows, member, summary):
    """Compare selected.csv or assignments.csv byte for byte, then what the record says of it."""
    wanted, found, record = "".join(csv_line(map(str, r)) + "\n" for r in rows), c.data[name], c.told
    same_text(name, found.decode("utf-8", "surrogateescape"), wanted)
    right = {"rows": len(rows) - 1, "sha256": sha(found).hex()}
    expect(record[name[:-4]] == right, f"the record's digest of {name} should be {canonical(right)}")
    same_text(f"the record's {member},", *("\n".join(map(canonical, x)) for x in (record[member], summary)))

def v13_selection(c):
    """§12 V13, §8.2, §8.3, §9."""
    if c.nothing not in (None, "infeasible"): return "nothing was drawn"
    if c.untold: return "sealed", "the targets are not told yet"
    c.need("V9", "V12", *["record.json"] * (c.void is None))
    sub, lines, summary, c.tasks, c.cells = sub_seed(c.seed, "targets"), [], [], [], []
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
        c.cells.append({"drawn": drawn, "reserves": reserves})
        c.tasks += drawn
    if c.nothing: return "nothing was published"
    c.need("selected.csv")                              # V14 does not need the file, but c.tasks
    check_outcome(c, "selected.csv", [["stratum", "part", "rank", "role", "id", "ticket"], *lines], "cells", summary)
    return f"{len(c.tasks)} drawn, {len(lines) - len(c.tasks)} reserves"


def seats_of(c):
    """§10: the lines of assignments.csv, not sorted, and the record's member `departments`."""
    order, lines, summary = sub_seed(c.seed, "tasks"), [], []
    for name in (d["id"] for d in c.ann["departments"]):
        people = [i for i in c.inspectors if i["department"] == name and not i["excluded"]]
        asked = {row["id"]: {tuple(kind): n for (dep, *kind), n in seat_groups(c.ann, row).items() if dep == name}
                 for row in c.tasks}
        tasks = [row for row in c.tasks if asked[row["id"]]]
        sub, crews = sub_seed(c.seed, "assign/" + name), crews_of(c, name, people)
        tables = {k: {i["id"]: v(i) for i in people} for k, v in
                  (("capacity", lambda i: capacity(c.ann, i)), ("carried", lambda i: int(i.get("carried", 0))))}
        if crews is None:
            groups = [{"task": row["id"], "count": n, "sit": {i["id"] for i in people if may_sit(c, i, row, *kind)}}
                      for row in tasks for kind, n in asked[row["id"]].items()]
        else:                                           # §10.7: a crew stands for an inspector
            each = {row["id"]: [kind for kind, n in asked[row["id"]].items() for _ in range(n)] for row in tasks}
            sit = {row["id"]: {x: seated(c, crews[x], row, each[row["id"]], lambda i: sha_hex(f"{sub}{row['id']}/{i}"))
                               for x in crews} for row in tasks}
            groups = [{"task": t, "count": 1, "sit": {x for x in crews if sit[t][x] is not None}} for t in sit]
            tables = {k: {x: how(tables[k][i["id"]] for i in crews[x]) for x in crews}
                      for k, how in (("capacity", min), ("carried", max))}
        seats, loads = seat_lottery(groups, tables["capacity"], tables["carried"], lambda t: sha_hex(order + t),
                                    lambda t, i: sha_hex(f"{sub}{t}/{i}"))
        if crews is not None:
            seats = [(t, n, i, possible) for t, _, x, possible in seats for n, i in enumerate(sit[t][x], 1)]
            loads = collections.Counter(i for _, _, i, _ in seats)
        loads = [loads[i["id"]] for i in people]
        lines += [(t, name, seat, i, possible) for t, seat, i, possible in seats]
        summary.append({"id": name, "seats": len(seats), "inspectors": len(people),
                        "least": min(loads, default=0), "most": max(loads, default=0),
                        "one_possible": sum(possible == 1 for _, _, _, possible in seats)} |
                       ({"crews": len(crews)} if crews else {}))
    return lines, summary

def v14_assignments(c):
    """§12 V14, §10."""
    if c.nothing not in (None, "infeasible"): return "nothing was drawn"
    if c.untold: return "sealed", "the assignments are not told yet"
    c.need("V7", "V8", "V9", "V12", *["record.json"] * (c.void is None), *["assignments.csv"] * (c.nothing is None))
    try: lines, summary = seats_of(c)
    except Fail:
        if c.nothing != "infeasible": raise
        return "no assignment exists, as the void says"
    expect(c.nothing is None, "the void says that no assignment exists, and one does")
    header = [("target", "department", "seat", "inspector", "possible")]
    c.lines = lines
    check_outcome(c, "assignments.csv", header + sorted(lines), "departments", summary)
    return f"{len(lines)} seats"

def v15_record(c):
    """§12 V15, §11, §11.6: `closing` and `beacon` of record and sealing, and the sealing's record."""
    closing, beacon = bool(c.contributors), c.beacon["kind"] != "none"
    if c.nothing in ("no-beacon", "not-closed"): return "trust", "that there was nothing to draw is the publisher's word"
    if c.nothing: return "nothing was drawn"
    ends = ["record.json"] * (not c.untold) + ["sealing.json"] * bool(c.sealed)
    c.need(*ends * (c.void is None), *["closing.json"] * closing, *["beacon.json"] * beacon)
    right = {"closing": body_digest(c.docs["closing.json"]) if closing else None,
             "beacon": sha(c.data["beacon.json"]).hex() if beacon else None}
    for k, body in ((k, body) for body in (c.told, c.sealing) if body for k in right):
        expect(body.get(k) == right[k], f"{k} of record or sealing should be {right[k]}")
    if c.untold: return "sealed", "the sealing names closing and beacon as they are; the record is not told yet"
    same = c.sealing is None or body_digest(c.docs["record.json"]) == c.sealing["record"]
    expect(same, "the record is not the one that was sealed")

def v16_later(c):
    """§12 V16, §11.2 to §11.5: what follows the record."""
    names = [name for _, _, name in later_files(c.data)]
    expect(not (c.void and names), f"{names} beside a void")
    if c.void: return "given up"
    if c.untold: return "sealed", "what follows the record is told with it"
    c.need("V6", "V7", "V8", "V10", "V11", "V12", "V13", "V14", "V15", "record.json")
    return follow(c, c.cells, c.lines)

STEPS = [v1_files, v2_form, v3_signatures, v4_policy, v5_order, v6_targets, v7_inspectors, v8_recusals, v9_strata,
         v10_contributions, v11_beacon, v12_seed, v13_selection, v14_assignments, v15_record, v16_later]
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
        and [source_bits(dict(zip(("count", "least", "greatest", "distinct", "ordered"), s))) for s in (
            (100, 1, 6, False, True), (52, 1, 52, True, True), (6, 1, 33, True, False), (64, 1, 1000, True, False),
            (64, 0, 2**53 - 1, False, True))] == [258, 225, 20, 338, 3392] \
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
        check_keys(policy or {})
        if args.proof: check_proof(args.proof, args.public)
    except Exception as e:                              # a policy that cannot be used, or a proof that does not hold
        print(f"{'proof' if args.proof else 'policy'} refused: {type(e).__name__}: {e}")
        return 1 if args.proof else 2
    if not args.proof: return report(args.folder, policy)
    print("proof holds; it counts only if the announcement itself is verified")
    return 0

if __name__ == "__main__":
    sys.exit(main())
