#!/usr/bin/env python3
"""A second auditor of sites (SPEC §18), written from SPEC.md, standard library only.

    python3 reference/audit.py SITE --trust trust.toml [--mirror FOLDER] [--now TIME]
    python3 reference/audit.py --vectors fixtures/tamper

The second form runs the tamper catalogue: campaigns by verify.py, sites by this program. Statistics are not worked out here."""
import argparse, calendar, collections, datetime, json, os, re, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forms import (DATED, LATER_FILE, Fail, beacon_time, canonical, expect, is_id, last_day, numbered, parse_json, read,
                   read_policy, sha, sha_hex, unix)
from later import later_files
from log import mth, read_log
from notes import checkpoint_of, parse_receipt, verifier_key
from notices import heed
from primitives import csv_cells, ed25519_valid, path_root
from verify import verdict, verify
from year import Refused, check as check_plan

ONCE = ("announcement", "closing", "sealing", "reveal", "record", "void")
RESULT_DAYS = 35

def leaf_of(path):
    """§15.1: (type, number, digest) of a file that is a statement with valid signatures; None for anything else."""
    try:
        doc = parse_json(read(path), path)
        kind, number, digest = doc["type"], doc["body"]["number"], sha_hex(canonical(doc["body"]))
        message = f"yaohao/1 {kind}\n{digest}\n".encode()
        expect(is_id(number) and doc["spec"] == "yaohao/1" and doc["signatures"], "no statement")
        for s in doc["signatures"]:
            expect(ed25519_valid(bytes.fromhex(s["key"]), message, bytes.fromhex(s["value"])), "a signature")
        return kind, number, digest
    except (Fail, KeyError, TypeError, ValueError, OSError): return None
def entry(leaf): return ("yaohao/1 leaf\n" + "".join(f"{part}\n" for part in leaf)).encode()
def kind_of(shelf, name):
    """§18: the type of the statement that is shown under a name in a campaign, in plans/ or in keys/; None for no name of these."""
    if shelf == "plans": return "plan" if re.fullmatch("plan-[0-9]+[.]json", name) else None
    if shelf == "keys": return next((k for k in ("rotation", "revocation") if name.startswith(k + "-") and name.endswith(".json")), None)
    if name in DATED: return name[:-5]
    if name.startswith("contribution-") and name.endswith(".json") and is_id(name[13:-5]): return "contribution"
    return LATER_FILE(name)[1] if LATER_FILE(name) else None
def leaves_in(folder, shelf="campaign"):
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    found = {name: leaf_of(os.path.join(folder, name)) for name in names if kind_of(shelf, name)}
    return {name: leaf for name, leaf in found.items() if leaf and leaf[0] == kind_of(shelf, name)}
def places(site, below="", depth=0):
    """The folders with an announcement, at most four levels down."""
    folder = os.path.join(site, below)
    if os.path.isfile(os.path.join(folder, "announcement.json")): return [below or "."]
    names = sorted(os.listdir(folder)) if depth <= 4 else []
    names = [n for n in names if not n.startswith(".") and n not in ("private", "tile") and os.path.isdir(os.path.join(folder, n))]
    return [p for n in names if depth < 4 for p in places(site, os.path.join(below, n), depth + 1)]

def months_before(time, months):
    """§6.2: the same time of day so many calendar months earlier; "" before the year 0001, when every time is later."""
    n = int(time[:4]) * 12 + int(time[5:7]) - 1 - months
    year, month = n // 12, n % 12 + 1
    return f"{year:04}-{month:02}-{min(int(time[8:10]), calendar.monthrange(year, month)[1]):02}{time[10:]}" if year > 0 else ""

class Audit:
    def __init__(self, site, mirrors, policy, now):
        keys = os.path.join(site, "keys")
        self.site, self.now, self.wrong, self.remarks = site, unix(now), set(), set()
        self.campaigns, self.complete, self.refused = {}, True, False
        try: self.policy = heed(policy, keys) if policy and os.path.isdir(keys) else policy
        except Fail:                                    # notices that are refused end the audit
            self.refused = True
            self.wrong.add("keys")
            return
        for place in places(site): self.campaign(place)
        self.twice()
        self.again()
        self.history()
        self.rotation()
        self.plans()
        log = self.log()
        if log: self.against(log)
        logs = [log[4]] if log else []
        for mirror in mirrors:
            if log: self.mirror_log(mirror, log, logs)
            self.mirror_campaigns(mirror)
    def exit(self):
        return 1 if self.refused else 2 if not self.campaigns else 1 if self.wrong else 0 if self.complete and not self.remarks else 3
    def findings(self): return sorted(self.wrong | self.remarks)
    def campaign(self, place):
        """What one campaign shows by itself."""
        folder = os.path.join(self.site, place)
        c, leaves = verify(folder, self.policy), leaves_in(folder)
        code, _ = verdict(c, False)
        self.complete &= code == 0
        if code == 1: self.wrong.add(c.steps[-1][0])
        body = lambda name: json.loads(read(os.path.join(folder, name)))["body"]
        ann = body("announcement.json") if "announcement.json" in leaves else None
        drawn = any(os.path.isfile(os.path.join(folder, n)) for n in ("record.json", "sealing.json"))
        void = body("void.json") if "void.json" in leaves else None
        self.campaigns[place] = {"leaves": leaves, "ann": ann, "number": ann["number"] if ann else place, "void": void, "place": place, "rejected": code == 1,
                                 "drawn": bool(ann and drawn and not void)}
        if not ann: return
        there, time = lambda name: os.path.isfile(os.path.join(folder, name)), beacon_time(ann["seed"]["beacon"])
        if there("void.json"):
            if "void.json" in leaves and "would_be" in body("void.json"): self.remarks.add("audit.void-late")
        elif there("record.json"):
            last = datetime.date.fromisoformat(ann["window"]["to"]) + datetime.timedelta(days=RESULT_DAYS + 1)
            told = {v["target"] for _, kind, name in later_files(leaves) if kind == "results" for v in body(name)["visits"]}
            due = unix(f"{last}T00:00:00Z") <= self.now
            if due and code != 1 and len(told) < sum(x["drawn"] for x in body("record.json")["cells"]):
                self.remarks.add("audit.results")
        elif there("sealing.json"):
            if unix(ann["seed"]["sealed"]["reveal_by"]) < self.now: self.wrong.add("audit.reveal-overdue")
        elif (time <= self.now if time is not None else there("closing.json")):
            end = last_day(ann["seed"]) if "wait_days" in ann["seed"] else None
            if end is not None and end < self.now: self.wrong.add("audit.overdue")
            else: self.remarks.add("audit.due")
        if "reveal.json" in leaves and unix(body("reveal.json")["revealed_at"]) > unix(ann["seed"]["sealed"]["reveal_by"]):
            self.remarks.add("audit.reveal-late")
    def twice(self):
        """Numbers shown twice and differently; redraws that name what is not there, or what another names too."""
        shown, replaced = collections.defaultdict(list), set()
        voids = {c["leaves"]["void.json"][1:] for c in self.campaigns.values() if "void.json" in c["leaves"]}
        for c in (c for c in self.campaigns.values() if c["ann"]):
            mine = {self.stands(name): leaf for name, leaf in c["leaves"].items()}
            for other in shown[c["number"]]:
                kinds = [{leaf[0] for leaf in one.values()} for one in (mine, other)]
                apart = any("void" in kinds[n] and "sealing" in kinds[1 - n] for n in (0, 1))
                if apart or any(other.get(x, leaf) != leaf for x, leaf in mine.items()): self.wrong.add("audit.twice")
            shown[c["number"]].append(mine)
            if "replaces" in c["ann"]:
                named = c["ann"]["replaces"]
                if (named["number"], named["void"]) not in voids: self.wrong.add("audit.replaces")
                if named["number"] in replaced: self.wrong.add("audit.replaced-twice")
                replaced.add(named["number"])
    def stands(self, name):
        """§18: what a number has one of: an end, a statement of each serial, any other name."""
        return "end" if name in ("record.json", "void.json") else int(LATER_FILE(name)[2]) if LATER_FILE(name) else name
    def again(self):
        """Drawn from the register of what was given up, and not in its place."""
        anns = [c["ann"] for c in self.campaigns.values() if c["ann"]]
        replaces = {a["number"]: a["replaces"]["number"] for a in anns if "replaces" in a}
        for void in (c for c in self.campaigns.values() if c["ann"] and c["void"]):
            for c in (c for c in self.campaigns.values() if c["drawn"]):
                ann, chain, at = c["ann"], [c["number"]], void["ann"]
                while chain[-1] in replaces and len(chain) <= len(replaces): chain.append(replaces[chain[-1]])
                later = "would_be" in void["void"] or unix(ann["announced_at"]) >= unix(void["void"]["voided_at"])
                same = ann["registers"]["targets"]["root"] == at["registers"]["targets"]["root"] and at["number"] not in chain
                if later and same: self.remarks.add("audit.again")
    def history(self):
        """§6.2: who was kept out because of earlier campaigns, against what these drew."""
        rows = self.rows
        for c in (c for c in self.campaigns.values() if c["ann"] and "history" in c["ann"] and not c["rejected"]):
            ann, rules, drew = c["ann"], c["ann"]["history"], []
            for told in rules["campaigns"]:
                one = self.earlier(c, told)
                if one is None: continue
                body = json.loads(read(os.path.join(self.site, one["place"], "record.json")))["body"]
                same = one["ann"]["window"]["from"][:4] == ann["window"]["from"][:4]
                drew.append((told.get("level"), same, body["drawn_at"], {row[4] for row in rows(one, "selected.csv")[1:] if row[3] == "drawn"}))
            whole = len(drew) == len(rules["campaigns"])
            since = months_before(ann["announced_at"], rules["drawn_within_months"]) if "drawn_within_months" in rules else None
            header, *targets = rows(c, "targets.csv")
            for row in targets:
                target, excluded = row[0], row[header.index("excluded")]
                mine = [x for x in drew if target in x[3]]
                year = [x for x in mine if x[1]]
                due = "other-level" if rules["other_levels"] and any(x[0] != rules.get("level") for x in year) else \
                    "yearly-cap" if "yearly_cap" in rules and len(year) >= rules["yearly_cap"] else \
                    "drawn-recently" if since is not None and any(x[2] > since for x in mine) else ""
                reserved = excluded in ("other-level", "yearly-cap", "drawn-recently")
                if (due and not excluded) or (whole and reserved and excluded != due): self.wrong.add("audit.history")
    def records(self):
        return {c["leaves"]["record.json"][2]: c for c in self.campaigns.values() if "record.json" in c["leaves"] and c["ann"]}
    def rows(self, c, name): return [csv_cells(line, name) for line in read(os.path.join(self.site, c["place"], name)).decode().split("\n")[:-1]]
    def visited(self, c, last):
        """§6.2: who visited which targets of a campaign, as of the statement `last`: {inspector: targets}; None if it is not there."""
        seats = {(row[0], row[1], row[2]): row[3] for row in self.rows(c, "assignments.csv")[1:]}
        for _, kind, name in later_files(c["leaves"]) if last else []:
            s = json.loads(read(os.path.join(self.site, c["place"], name)))["body"]
            if kind == "substitution" and s["kind"] == "inspector":
                seats.pop((s["target"], s["department"], str(s["seat"])))
                if "in" in s: seats[s["target"], s["department"], str(s["seat"])] = s["in"]
            elif kind == "substitution":
                seats = {seat: i for seat, i in seats.items() if seat[0] != s["target"]}
                seats |= {(s["in"], x["department"], str(x["seat"])): x["inspector"] for x in s.get("seats", [])}
            if c["leaves"][name][2] == last: last = None
        out = collections.defaultdict(set)
        for (target, _, _), inspector in seats.items(): out[inspector].add(target)
        return None if last else out
    def earlier(self, c, told):
        """§18: whether a campaign of a history is shown as it is named."""
        one = self.records().get(told["record"])
        if one:
            if "last" in told and all(leaf[2] != told["last"] for leaf in one["leaves"].values()): self.wrong.add("audit.earlier")
        elif any(x["number"] == told["number"] and "record.json" in x["leaves"] for x in self.campaigns.values()): self.wrong.add("audit.earlier")
        else: self.remarks.add("audit.earlier")
        return one
    def rotation(self):
        """§6.2: pairs that met before and are not kept apart, loads that are too small; or too many, where all is known."""
        for c in (c for c in self.campaigns.values() if c["ann"] and "history" in c["ann"] and not c["rejected"]):
            ann, rules, past = c["ann"], c["ann"]["history"], []
            if not {"last_visitors", "met_within_months", "loads"} & set(rules): continue
            everybody = {row[0] for row in self.rows(c, "inspectors.csv")[1:]}
            for told in rules["campaigns"]:
                one = self.records().get(told["record"])
                visited = self.visited(one, told.get("last")) if one else None
                if visited is None: continue
                drawn_at = json.loads(read(os.path.join(self.site, one["place"], "record.json")))["body"]["drawn_at"]
                kept = any(row[0] in everybody for row in self.rows(one, "inspectors.csv")[1:])
                past.append((drawn_at, one["ann"]["window"]["from"][:4] == ann["window"]["from"][:4], visited, kept))
            whole = len(past) == len(rules["campaigns"])
            exact = whole and all(kept for *_, kept in past)
            since = months_before(ann["announced_at"], rules["met_within_months"]) if "met_within_months" in rules else None
            present = lambda name: (lambda head, *rows: {r[0]: dict(zip(head, r)) for r in rows if not dict(zip(head, r)).get("excluded")})(*self.rows(c, name))
            people, targets = present("inspectors.csv"), present("targets.csv")
            apart = {(row[0], row[1]): row[2] for row in self.rows(c, "recusals.csv")[1:]}
            newest, due = {}, {}
            for at, _, visited, _ in past:
                for t in set().union(*visited.values()): newest[t] = max(at, newest.get(t, ""))
            for at, _, visited, _ in past:
                for i, t in ((i, t) for i in everybody for t in visited.get(i, ())):
                    if whole and "last_visitors" in rules and at == newest[t]: due[t, i] = "last-visitor"
                    elif since is not None and at > since: due.setdefault((t, i), "met-recently")
            missing = any((t, i) not in apart and t in targets and i in people for t, i in due)
            invented = exact and any(why in ("last-visitor", "met-recently") and due.get(pair) != why for pair, why in apart.items())
            if missing or invented: self.wrong.add("audit.rotation")
            for i, person in people.items() if "loads" in rules else ():
                shown = sum(len(visited.get(i, ())) for _, same, visited, _ in past if same)
                if int(person["carried"]) < shown or exact and int(person["carried"]) != shown: self.wrong.add("audit.loads")
    def plans(self):
        folder, by_number, known = os.path.join(self.site, "plans"), collections.defaultdict(list), {}
        for name, leaf in leaves_in(folder, "plans").items(): by_number[leaf[1]].append((os.path.join(folder, name), leaf[2]))
        for number, found in sorted(by_number.items()):
            try: check_plan([path for path, _ in found], self.policy)
            except Refused as e:
                self.wrong.add("plans")
                if e.args[0] != "P4": continue
            issues = [json.loads(read(path))["body"] for path, _ in found]
            known |= {digest: issue for (_, digest), issue in zip(found, issues)}
            prefix = max(issues, key=lambda issue: issue["issue"])["prefix"]
            parts = [numbered(c["number"]) for c in self.campaigns.values() if c["ann"]]
            serials = sorted({part[1] for part in parts if part and part[0] == prefix})
            if serials != list(range(1, len(serials) + 1)): self.wrong.add("audit.gap")
        batches = collections.defaultdict(dict)
        for ann in (c["ann"] for c in self.campaigns.values() if c["ann"] and "plan" in c["ann"]):
            named = ann["plan"]
            if named["plan"] not in known:
                self.wrong.add("audit.plan")
                continue
            plan = known[named["plan"]]
            if not self.as_planned(ann, plan): self.wrong.add("audit.line")
            newer = [p for p in known.values() if p["number"] == plan["number"] and p["issue"] > plan["issue"]]
            if any(unix(p["published_at"]) <= unix(ann["announced_at"]) for p in newer): self.remarks.add("audit.line")
            batch = known[named["plan"]]["number"], named["line"], named["batch"]
            batches[batch][ann["number"]] = ann.get("replaces", {}).get("number")
        if any(len(set(batch) - set(batch.values())) > 1 for batch in batches.values()): self.wrong.add("audit.batch-twice")
    def as_planned(self, ann, plan):
        """§17.3: whether a campaign is what its line says; a rate that is not reached is a remark."""
        named, part = ann["plan"], numbered(ann["number"])
        line = next((x for x in plan["lines"] if x["id"] == named["line"]), None)
        if line is None: return False
        seats, days = [s for item in ann["items"] for s in item["seats"]], [ann["window"][k] for k in ("from", "to")]
        cells = [cell for stratum in ann["strata"] for cell in stratum["cells"]]
        drawn = sum(10000 * x.get("size", x.get("floor", 0)) + x.get("fraction", 0) for x in cells)
        if drawn < line.get("rate", 0) * sum(x["population"] for x in cells): self.remarks.add("audit.line")
        months = [int(d[5:7]) for d in days if int(d[:4]) == plan["year"] and line["months"]["from"] <= int(d[5:7]) <= line["months"]["to"]]
        return part is not None and part[0] == plan["prefix"] and named["batch"] <= line["batches"] and ann["basis"] == line["basis"] \
            and len(months) == 2 and all(s["department"] == line["lead"] for s in seats if s["leader"]) \
            and all(s["department"] in [line["lead"], *line["joining"]] for s in seats)
    def log(self):
        folder = os.path.join(self.site, "log")
        if not os.path.exists(folder): return self.remarks.add("audit.no-log")
        try:
            said = read(os.path.join(folder, "key.txt")).decode().strip() if os.path.exists(os.path.join(folder, "key.txt")) else None
            known = [k for k in (self.policy or {}).get("logs", []) if said is None or k.split("+")[0] == said.split("+")[0]]
            if not known: self.remarks.add("audit.log-key")
            key = known[0] if known else said
            origin, size, root, _, entries = read_log(folder, key)
            return key, origin, size, entries, [sha(b"\0" + e) for e in entries]
        except (Fail, OSError, ValueError, IndexError, AttributeError): return self.wrong.add("log")
    def against(self, log):
        """What only the log has, or only the site; receipts of another past."""
        key, origin, size, entries, hashes = log
        logged, published = set(entries), set()
        folders = [(place, c["leaves"]) for place, c in self.campaigns.items()]
        shown = {leaf[:2] for _, leaves in folders for leaf in leaves.values()}
        folders += [(x, leaves_in(os.path.join(self.site, x), x)) for x in ("plans", "keys")]
        for place, leaves in folders:
            for name, leaf in leaves.items():
                published.add(entry(leaf))
                if entry(leaf) not in logged: self.remarks.add("audit.unlogged")
        for text in logged - published:
            leaf = re.fullmatch(rb"yaohao/1 leaf\n([a-z][a-z0-9_-]{0,31})\n([0-9A-Za-z._-]{1,64})\n([0-9a-f]{64})\n", text)
            if leaf:
                kind, number = leaf[1].decode(), leaf[2].decode()
                self.wrong.add("audit.twin" if kind in ONCE and (kind, number) in shown else "audit.dropped")
        for place, leaves in folders:
            for name, leaf in leaves.items():
                try: index, path, note = parse_receipt(read(os.path.join(self.site, place, name + ".tlog-proof")))
                except (OSError, Fail, ValueError): continue
                if note[0].split("\n")[0] != origin: continue
                try:
                    _, theirs, root = checkpoint_of(note, verifier_key(key, 1))
                    expect(path_root(entry(leaf), index, theirs, path) == root, "of another statement")
                except Fail:
                    self.wrong.add("receipt")
                    continue
                if theirs > size: self.wrong.add("audit.stale")
                elif mth(hashes[:theirs]) != root: self.wrong.add("audit.fork")
    def mirror_log(self, mirror, log, logs):
        """All logs are beginnings of one history, and none is longer than the site's. `logs`: the leaf hashes of those seen."""
        folder, (key, _, size, _, _) = os.path.join(mirror, "log"), log
        if not os.path.exists(folder): return self.remarks.add("audit.mirror-lacks")
        try: hashes = [sha(b"\0" + e) for e in read_log(folder, key)[4]]
        except (Fail, OSError, ValueError): return self.wrong.add("log")
        common = [min(len(other), len(hashes)) for other in logs]
        if any(mth(other[:n]) != mth(hashes[:n]) for other, n in zip(logs, common)): self.wrong.add("audit.fork")
        elif len(hashes) > size: self.wrong.add("audit.stale")
        logs.append(hashes)
    def mirror_campaigns(self, mirror):
        """The same number has the same statements wherever it is published, and so have plans and notices."""
        def by_number(found):
            numbers = collections.defaultdict(lambda: collections.defaultdict(set))
            for number, leaves in found:
                for name, leaf in leaves.items(): numbers[number or leaf[1]][name].add(leaf)
            return numbers
        here = by_number((c["number"], c["leaves"]) for c in self.campaigns.values() if c["ann"])
        there = by_number((None, leaves_in(os.path.join(mirror, place))) for place in places(mirror))
        if set(here) - set(there): self.remarks.add("audit.mirror-lacks")
        if set(there) - set(here): self.wrong.add("audit.mirror-keeps")
        pairs = [(here[number], there[number]) for number in set(here) & set(there)]
        for x in "plans", "keys":
            pairs.append(tuple(by_number([(x, leaves_in(os.path.join(root, x), x))])[x] for root in (self.site, mirror)))
        for ours, theirs in pairs:
            for name, leaves in theirs.items():
                if name not in ours: self.wrong.add("audit.mirror-keeps")
                elif not leaves <= ours[name]: self.wrong.add("audit.mirror")

def walk(root):
    """The tamper catalogue."""
    passed, failed, skipped = 0, 0, []
    for name in sorted(n for n in os.listdir(root) if os.path.isdir(os.path.join(root, n))):
        folder = os.path.join(root, name)
        want, policy = json.loads(read(os.path.join(folder, "expect.json"))), read_policy(os.path.join(folder, "trust.toml"))
        if os.path.isdir(os.path.join(folder, "site")):
            mirrors = [m for m in (os.path.join(folder, n) for n in ("mirror", "mirror-2")) if os.path.isdir(m)]
            audit = Audit(os.path.join(folder, "site"), mirrors, policy, want["now"])
            found, wanted = (audit.exit(), audit.findings()), (want["exit"], sorted(want["findings"]))
        else:
            c = verify(os.path.join(folder, "public"), policy)
            code, _ = verdict(c, False)
            found, wanted = (code, c.steps[-1][0] if code == 1 else None), (want["exit"], want.get("step"))
            if wanted == (1, "V11") and c.bls_unchecked and found != wanted:
                skipped.append(name)
                continue
        if found == wanted: passed += 1
        else: failed, _ = failed + 1, print(f"{name}: expected {wanted}, found {found}")
    if skipped: print(f"skipped, to be seen by the BLS signature alone: {', '.join(skipped)}")
    print(f"tamper catalogue: {passed} passed, {failed} failed")
    return 1 if failed or passed < 80 else 0
def main():
    parser = argparse.ArgumentParser(description="audit a site of the format yaohao/1")
    parser.add_argument("site", nargs="?")
    for option in "--trust", "--vectors", "--now": parser.add_argument(option)
    parser.add_argument("--mirror", action="append", default=[])
    args = parser.parse_args()
    if args.vectors: return walk(args.vectors)
    if not args.site: parser.error("a site, or --vectors")
    now = args.now or datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    audit = Audit(args.site, args.mirror, read_policy(args.trust) if args.trust else None, now)
    for finding in audit.findings(): print(("wrong: " if finding in audit.wrong else "look: ") + finding)
    print(f"{len(audit.campaigns)} campaigns; statistics are not worked out by this program")
    return audit.exit()

if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main())
