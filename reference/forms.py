"""Of yaohao/1: what the values of the published files look like (SPEC §2, §5, §6, §7, §11, §12, §4.5). See verify.py."""
import calendar, datetime, hashlib, json, re, tomllib

class Fail(Exception): "A check that did not hold."

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
is_text = lambda v: plain(1, 1024)(v) and v.strip() != ""          # §2: a blank is no text
is_cell, is_value, is_u16 = plain(0, 4096), plain(0, 1024), cell_number(0, 65535)
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
def by_kind(**forms):
    """The test for objects whose member `kind` says of which form they are."""
    return lambda v: type(v) is dict and v.get("kind") in forms and shape(v, forms[v["kind"]], "object of a kind")
def either(member, form, other):
    """The test for objects that are of one form if they have a member, and of another if not."""
    return lambda v: shape(v, form if type(v) is dict and member in v else other, "one of two forms")
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
SOURCE = {"id": is_id, "title": is_text, "rule": is_text, "count": number(1, 64), "least": number(0),
          "greatest": number(0), "distinct": is_flag, "ordered": is_flag}
PUBLIC = {"kind": ("public-values",), "event_at": is_time, "next_sitting": is_text, "sources": [SOURCE, 1, 16]}
DRAND = {"kind": ("drand",), "round": number(1), "chain": (     # quicknet
    "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",)}
MANY, U32, COUNT = 2**53, 2**32 - 1, number(0)
SIGNERS = [{"holder": is_id, "key": is_digest}, 1, 64, lambda x: x["key"]]
DEPARTMENTS = [{"id": is_id, "title": is_text}, 1, 64]
BASES = ("random", "full-coverage", "targeted")
def numbered(v):
    """§17.3: the prefix and the serial of a number, or None."""
    found = re.fullmatch("(.+)-([1-9][0-9]{0,15})", v)
    return (found[1], int(found[2])) if found and int(found[2]) < 2**53 else None
def check_announcement(a):
    """§6.1, §6.2, §7.1, §8: form, ranges and cross-references. True, or Fail."""
    named = set()                                       # the attributes that the announcement names
    def attribute(v):
        good = is_name(v) and v not in ("id", "excluded", "seal")
        named.update([v] if good else [])
        return good
    def rule(v): return all(x <= y for x, y in zip(rule_size(v, attribute), (1000, 10000)))
    rate = {"rate": number(1, 10000), "rounding": ("up", "down", "nearest", "lottery")}
    cell = {"population": COUNT, "part?": is_cell}
    level, months, cap = ("province", "city", "county"), number(1, 120), number(1, 1000)
    earlier = {"level?": level, "number": is_id, "record": is_digest, "last?": is_digest}
    reasons = [{"count": number(1), "reason": is_name}, 0, 1000, lambda x: x["reason"]]
    register = {"columns": [is_cell, 1, 64], "rows": COUNT, "root": is_digest, "sha256": is_digest,
                "excluded": reasons, "set_aside": reasons, "withheld": [is_name, 0, 64, str]}
    seat = {"count": number(1, 100), "department": is_id, "leader": is_flag, "qualifications": [is_id, 0, 64, str],
            "expert?": is_true}
    few = {"department": is_id, "why": is_text}
    beyond = {"from": is_id, "to": is_id, "basis": is_text}
    station = {"department": is_id, "column": attribute, "mode": ("cross", "own")}
    crews = {"department": is_id, "kind": ("given", "drawn")}
    shape(a, {
        "number": is_id, "title": is_text, "authority": is_text, "announced_at": is_time,
        "basis": BASES, "window": {"from": is_date, "to": is_date},
        "departments": DEPARTMENTS,
        "items": [{"id": is_id, "title": is_text, "rule": rule, "seats": [seat, 1, 64], "penalises?": [is_id, 1, 64, str],
                   "fewer?": [few, 1, 64, lambda x: x["department"]]}, 1, 256],
        "team": {"carried": is_flag, "region?": attribute, "beyond?": [beyond, 1, 1000, lambda x: (x["from"], x["to"])],
                 "stations?": [station, 1, 64, lambda x: x["department"]],
                 "crews?": [crews, 1, 64, lambda x: x["department"]], "weekly?": is_true},
        "strata": [{
            "name": is_id, "rule": rule, "method": ("equal", "order", "weighted"), "reserves": number(0, 65535),
            "size": either("rate", rate | {"minimum?": number(0, U32), "maximum?": number(0, U32)},
                           either("count", {"count": number(0, U32)}, {"all": is_true})),
            "split?": attribute, "weight?": attribute, "never?": is_text,
            "cells": [either("floor", cell | {"floor": COUNT, "fraction": number(0, 9999)}, cell | {"size": COUNT}),
                      0, 10000]}, 1, 1000],
        "unowned": COUNT, "without_chance": [{"count": number(1), "part?": is_cell, "stratum": is_id, "why": (
            "all-drawn", "never", "one-entry", "certain")}, 0, MANY],
        "registers": {"targets": register, "inspectors": register, "recusals": register},
        "history?": {"campaigns": [earlier, 1, 1000, lambda x: (x["number"], x["record"])], "level?": level,
                     "drawn_within_months?": months, "yearly_cap?": cap, "other_levels": is_flag,
                     "last_visitors?": is_true, "met_within_months?": months, "loads?": is_true},
        "plan?": {"plan": is_digest, "line": is_id, "batch": number(1, 1000)},
        "replaces?": {"number": is_id, "void": is_digest},
        "seed": {
            "beacon": by_kind(**{"drand": DRAND, "public-values": PUBLIC, "none": {"kind": ("none",)}}),
            "contributors": [{"id": is_id, "key": is_digest, "commitment?": is_digest}, 0, 64, lambda x: x["id"]],
            "wait_days?": number(1, 365),
            "sealed?": {"custodian": is_id, "key": is_digest, "commitment": is_digest, "reveal_by": is_time}},
        "signers": SIGNERS, "threshold": number(1)}, "body")
    for member, key in ("departments", "id"), ("items", "id"), ("strata", "name"), ("signers", "holder"):
        expect(len({x[key] for x in a[member]}) == len(a[member]), f"{member} not distinct")
    expect(a["threshold"] <= len(a["signers"]) and a["window"]["from"] <= a["window"]["to"], "threshold or window")
    expect("plan" not in a or numbered(a["number"]), "plan, and a number that is not <prefix>-<serial>")
    expect(a.get("replaces", {}).get("number") != a["number"], "replaces itself")
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
        expect("never" in s or size.get("count") != 0, f"{where}: count 0, and no reason why")
        right = "split" in s, lottery
        for x in s["cells"]:
            expect(("part" in x, "floor" in x) == right, f"{where}: members of a cell")
            expect(x.get("size", x.get("floor")) <= x["population"], f"{where}: a cell larger than its population")
            some = x.get("size", 0) + x.get("floor", 0) + x.get("fraction", 0) > 0 or x["population"] == 0
            expect("never" in s or some, f"{where}: no chance in part {ascii(x.get('part'))[:80]}, and no reason why")
        parts = [x.get("part") for x in s["cells"]]
        expect(ascending(parts) if "split" in s else len(parts) == 1, f"{where}: cells not ascending, or not one")
    for item in a["items"]:
        expect([s["count"] for s in item["seats"] if s["leader"]] == [1], f"item {item['id']}: not exactly one leader")
        unknown = {s["department"] for s in item["seats"]} - {d["id"] for d in a["departments"]}
        expect(not unknown, f"item {item['id']}: departments {unknown} not listed")
        check_officers(item)
    check_team(a)
    none, reg = a["seed"]["beacon"]["kind"] == "none", a["registers"]
    givers = a["seed"]["contributors"]
    expect(all(("commitment" in x) == none for x in givers), "commitments with a beacon, or none without")
    expect(len({x["key"] for x in givers}) == len(givers) >= 2 * none, "contributors: too few, or two with one key")
    check_public_values(a["seed"]["beacon"], len(givers))
    if "sealed" in a["seed"]:
        s = a["seed"]["sealed"]
        good = not none and s["custodian"] not in {x["id"] for x in givers}
        expect(good and unix(s["reveal_by"]) > beacon_time(a["seed"]["beacon"]), "sealed: no beacon, its time, or a contributor")
    expect("wait_days" not in a["seed"] or last_day(a["seed"]) < unix("9999-01-01T00:00:00Z"), "wait_days")
    check_history(a.get("history"), {x["reason"] for x in reg["targets"]["excluded"]})
    team, expert = a["team"], any("expert" in s for item in a["items"] for s in item["seats"])
    given, weekly = any(x["kind"] == "given" for x in team.get("crews", [])), "weekly" in team
    people = [*["away"] * weekly, "capacity", *["carried"] * team["carried"], *["crew"] * given, "department",
              *["expert"] * expert, "lead", "qualifications", *["regions"] * ("region" in team),
              *["station"] * ("stations" in team), "valid_from", "valid_to", *["weekly"] * weekly]
    for name, columns in ("targets", sorted(named)), ("inspectors", people):
        columns = ["id", *columns, "excluded", *["seal"] * bool(hidden := reg[name]["withheld"])]
        expect(reg[name]["columns"] == columns and not {"seal", *columns} & {*hidden}, f"columns of {name}")
    found = [reg["recusals"][k] for k in ("columns", "excluded", "set_aside", "withheld")]
    expect(found == [["target", "inspector", "category"], [], [], []], "columns of recusals, or their exclusions")
    return True
def check_officers(item):
    """§6.3: two officers of each department that may penalise, or a reason."""
    where, few = f"item {item['id']}", {x["department"] for x in item.get("fewer", [])}
    expect(not any(s["leader"] and "expert" in s for s in item["seats"]), f"{where}: an expert leads")
    expect(few <= {*item.get("penalises", [])}, f"{where}: fewer, of a department that does not penalise")
    for department in item.get("penalises", []):
        officers = sum(s["count"] for s in item["seats"] if s["department"] == department and "expert" not in s)
        expect((officers < 2) == (department in few), f"{where}: {officers} officers of {department}")
def check_team(a):
    """§6.3: departments that there are, and the seats of drawn crews."""
    team, known = a["team"], {d["id"] for d in a["departments"]}
    expect({x["department"] for k in ("stations", "crews") for x in team.get(k, [])} <= known, "team: a department not listed")
    expect("region" in team or "beyond" not in team, "team: beyond without region")
    for x in team.get("crews", []):
        seats = [[s for s in item["seats"] if s["department"] == x["department"]] for item in a["items"]]
        seats = [s for s in seats if s]
        expect(x["kind"] == "given" or all(s == seats[0] for s in seats), "team: drawn crews, and items with other seats")
    expect(team["carried"] or "loads" not in a.get("history", {}), "history: loads, and team.carried is not true")
def source_bits(source):
    """§7.1: the binary logarithm of the number of outcomes, rounded down."""
    n, k, product, cut = source["greatest"] - source["least"] + 1, source["count"], 1, 0
    for i in range(k):
        repeated, ordered = not source["distinct"], source["ordered"]
        factor, divisor = (n, 1) if repeated else (n - i, 1) if ordered else (n - k + i + 1, i + 1)
        product = product * factor // divisor
        while product >= 2**64: product, cut = product // 2, cut + 1
    return cut + product.bit_length() - 1
def beacon_time(beacon):
    """T2 (§7.1), in Unix seconds; None without a beacon."""
    if beacon["kind"] == "drand": return 1692803367 + (beacon["round"] - 1) * 3
    return None if beacon["kind"] == "none" else unix(beacon["event_at"])
def last_day(seed):
    """§7.2: until when a draw is possible."""
    expect(seed["beacon"]["kind"] != "none", "wait_days without a beacon")
    return beacon_time(seed["beacon"]) + 86400 * seed["wait_days"]
def public_bits(beacon): return sum(map(source_bits, beacon["sources"]))
def check_public_values(beacon, contributors):
    """§7.1: sources of public values as a whole, and whether they have bits enough."""
    if beacon["kind"] != "public-values": return
    for s in beacon["sources"]:
        n = s["greatest"] - s["least"] + 1
        good = n >= 1 and (s["ordered"] or s["distinct"]) and (not s["distinct"] or s["count"] <= n)
        expect(good, f"source {s['id']}: range, or repeated numbers without order")
    expect(len({s["id"] for s in beacon["sources"]}) == len(beacon["sources"]), "a source stands twice")
    expect(public_bits(beacon) >= (32 if contributors >= 2 else 128), f"{public_bits(beacon)} bits are too few")
def check_history(history, excluded):
    """§6.2 as a whole: the history, or None, and the reasons for which targets are excluded."""
    told = history or {"other_levels": False}
    rules = {"other-level": told["other_levels"], "yearly-cap": "yearly_cap" in told,
             "drawn-recently": "drawn_within_months" in told}
    for reason in rules: expect(rules[reason] or reason not in excluded, f"targets excluded as {reason} without a rule")
    if history:
        campaigns = history["campaigns"]
        visits = {"last_visitors", "met_within_months", "loads"} & {*history}
        expect(any(rules.values()) or visits, "history: no rule")
        expect(visits or not any("last" in x for x in campaigns), "history: last, and no rule of visits")
        expect(len({x["record"] for x in campaigns}) == len(campaigns), "history: a record stands twice")
        levels = all("level" in x for x in [history, *campaigns])
        expect(levels or not history["other_levels"], "history: other_levels, but not every level is there")
ABOUT, OUTCOME = {"number": is_id, "announcement": is_digest}, {"rows": COUNT, "sha256": is_digest}
CLOSED = either("absent", {"contributor": is_id, "absent": is_true}, {"contributor": is_id, "digest": is_digest})
RECORD = ABOUT | {
    "closing?": is_digest, "beacon?": is_digest, "seed_text": is_string, "seed": is_digest, "drawn_at": is_time,
    "cells": [{"stratum": is_id, "part?": is_cell, "population": COUNT, "drawn": COUNT, "reserves": COUNT,
               "cutoff?": is_digest, "certain?": COUNT, "offset?": cell_number(0, 2**64 - 1)}, 0, 10000],
    "departments": [{"id": is_id, "seats": COUNT, "inspectors": COUNT, "least": COUNT, "most": COUNT,
                     "one_possible": COUNT, "crews?": number(1)}, 1, 64],
    "selected": OUTCOME, "assignments": OUTCOME}
NOTHING_DRAWN = ("infeasible", "not-closed", "no-beacon")
def check_void(v):
    """§11.1: form, and that an outcome is this campaign's."""
    shape(v, ABOUT | {"voided_at": is_time, "reason": is_name, "text": is_text, "would_be?": RECORD}, "void")
    r = v.get("would_be")
    same = r and [r[k] for k in ("number", "announcement", "drawn_at")] == [v["number"], v["announcement"], v["voided_at"]]
    expect(r is None or same and v["reason"] not in NOTHING_DRAWN, "void: an outcome that is not its own, or none can be")
    return True
FINDINGS = ("closed", "corrected", "ended", "false-information", "no-activity", "none", "not-found", "not-published",
            "obstructed", "pending", "violation")
def is_found(v): return shape(v, [FINDINGS, 1, 16, str], "found") and ("none" not in v or v == ["none"])
VISITS = [{"target": is_id, "finished": is_date, "found": is_found}, 1, 10000, lambda v: v["target"]]
LATER_TIMES = {"substitution": "substituted_at", "results": "published_at", "amendment": "amended_at"}
def LATER_FILE(name): return re.fullmatch("(substitution|results|amendment)-([1-9][0-9]{0,3})[.]json", name)
def check_later(kind, members):
    """§11.2: what the statements after a record begin with, and what is theirs."""
    head = {"number": is_id, "record": is_digest, "serial": number(1, 9999), LATER_TIMES[kind]: is_time}
    def check(v):
        first = type(v) is dict and v.get("serial") == 1
        return shape(v, head | ({} if first else {"previous": is_digest}) | members(v), kind)
    return check
def substitution_members(v):
    """§11.3: by kind, and with `seats` where a target comes in."""
    more = {"reason": is_name, "text": is_text, "target": is_id}
    kind = v.get("kind") if type(v) is dict else None
    if kind == "inspector":
        return more | {"kind": ("inspector",), "department": is_id, "seat": number(1, 1000), "out": is_id, "in?": is_id}
    seat = {"department": is_id, "seat": number(1, 1000), "inspector": is_id}
    comes = {"in": is_id, "seats": [seat, 0, 1000]} if type(v) is dict and "in" in v else {}
    return more | {"kind": ("target",)} | comes
AMENDMENT = {"amends": is_digest, "reason": is_name, "text": is_text, "visits?": VISITS}
def check_plan(p):
    """§17.1: the form of one issue of a year's plan. True, or Fail."""
    item = {"id": is_id, "title": is_text, "basis": is_text}
    line = {"id": is_id, "items": [item, 1, 256], "lead": is_id, "joining": [is_id, 0, 63, str], "basis": BASES,
            "batches": number(1, 1000), "months": {"from": number(1, 12), "to": number(1, 12)},
            "rate?": number(1, 10000), "population?": COUNT}
    later = {"supersedes": is_digest, "reason": is_name, "text": is_text}
    shape(p, {
        "number": is_id, "issue": number(1, 10000), "year": number(2000, 9998), "authority": is_text,
        "published_at": is_time, "prefix": lambda v: is_id(v) and len(v) <= 47, "departments": DEPARTMENTS,
        "signers": SIGNERS, "threshold": number(1), "lines": [line, 1, 10000, lambda x: x["id"]],
        **(later if type(p) is dict and p.get("issue") != 1 else {})}, "plan")
    known = {d["id"] for d in p["departments"]}
    for member, key in ("departments", "id"), ("signers", "holder"):
        expect(len({x[key] for x in p[member]}) == len(p[member]), f"{member} not distinct")
    expect(p["threshold"] <= len(p["signers"]), "threshold")
    for x in p["lines"]:
        expect(len({i["id"] for i in x["items"]}) == len(x["items"]), f"line {x['id']}: items not distinct")
        expect({x["lead"], *x["joining"]} <= known and x["lead"] not in x["joining"], f"line {x['id']}: departments")
        expect(x["months"]["from"] <= x["months"]["to"], f"line {x['id']}: months")
        expect("rate" not in x or x["basis"] == "random", f"line {x['id']}: a rate, and all are inspected")
    return True
BODIES = {
    "substitution": check_later("substitution", substitution_members),
    "results": check_later("results", lambda v: {"visits": VISITS}),
    "amendment": check_later("amendment", lambda v: AMENDMENT),
    "announcement": check_announcement,
    "contribution": ABOUT | {"contributed_at": is_time, "contributor": is_id, "value": is_digest},
    "closing": ABOUT | {"closed_at": is_time, "contributions": [CLOSED, 0, 64, lambda x: x["contributor"]]},
    "record": RECORD, "void": check_void,
    "sealing": ABOUT | {"closing?": is_digest, "beacon": is_digest, "record": is_digest, "sealed_at": is_time},
    "reveal": ABOUT | {"secret": is_digest, "revealed_at": is_time},
    "plan": check_plan}
EVIDENCE, NUMBERS = {"spec": ("yaohao/1",), "type": ("beacon",)}, {"id": is_id, "values": [number(0), 0, 64]}
BEACON = by_kind(**{"drand": DRAND | {"signature": matches("[0-9a-f]{96}")} | EVIDENCE,
                    "public-values": {"kind": ("public-values",), "sources": [NUMBERS, 0, 16]} | EVIDENCE})
def values_text(evidence):
    """§7.4: the text of public values."""
    return "".join("".join(f"{v}." for v in x["values"]) + "/" for x in evidence["sources"])
def is_values_text(v):
    good = matches("(((0|[1-9][0-9]{0,15})[.])+/)+")(v)
    return good and all(int(n) < 2**53 for n in re.findall("[0-9]+", v))
SIGNATURE = {"key": is_digest, "value": matches("[0-9a-f]{128}")}
FORMS = {"beacon": BEACON} | {kind: {
    "body": body, "signatures": [SIGNATURE, 1, 64, lambda x: x["key"]], "spec": ("yaohao/1",),
    "suite": ("ed25519-sha256",), "type": (kind,)} for kind, body in BODIES.items()}
def body_digest(statement): return sha_hex(canonical(statement["body"]))
# ---------------------------------------------------------------- §12 the policy
LIMITS = {"statement_bytes": 16777216, "csv_bytes": 17179869184, "rows": 1000000000}
CSV_FILES = ["targets.csv", "inspectors.csv", "recusals.csv", "selected.csv", "assignments.csv"]
DATED = ["announcement.json", "closing.json", "record.json", "void.json", "sealing.json", "reveal.json"]
JSON_FILES = ["beacon.json", *DATED]
def read_policy(path):
    policy = tomllib.loads(read(path).decode("utf-8"))
    signs = [tuple(BODIES) + ("rotation", "revocation"), 0, MANY]
    shape(policy, {"spec": ("yaohao/1",), "threshold": number(1), "order?": ("publisher",),
                   "suites": [("ed25519-sha256",), 0, MANY], "public_values?": is_values_text,
                   "beacons": [("drand-quicknet", "public-values", "none"), 0, MANY],
                   "logs?": [is_string, 0, MANY], "witnesses?": [is_string, 0, MANY], "witness_threshold?": number(1),
                   "authorities?": [{"name": is_id, "certificate": is_string}, 0, MANY],
                   "limits?": {k + "?": COUNT for k in LIMITS},
                   "keys": [{"holder": is_id, "key": is_digest, "signs": signs, "from?": is_time, "until?": is_time}, 1, MANY]},
          "policy")
    for k in policy["keys"]: expect("from" not in k or "until" not in k or k["from"] < k["until"], "policy: a key's period")
    expect(len({k["key"] for k in policy["keys"]}) == len(policy["keys"]), "policy: a key stands twice")
    return policy
# ---------------------------------------------------------------- §4.5 proofs
PROOF = ABOUT | {
    "spec": ("yaohao/1",), "type": ("proof",), "register": ("targets", "inspectors", "recusals"), "root": is_digest,
    "rows": COUNT, "id": is_id, "kind": ("present", "absent"),
    "entries": [{"index": COUNT, "path": [is_digest, 0, 64], "row": is_string}, 0, 2],
    "opening?": {"salt": is_digest, "values": lambda v: type(v) is dict and all(map(is_cell, v.values()))}}
