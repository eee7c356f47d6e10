"""Of yaohao/1: what follows a record: substitutions, results, amendments (SPEC §10.6, §11.2 to §11.5). See verify.py."""
import datetime
from forms import expect, sha_hex, unix, body_digest, LATER_TIMES, LATER_FILE
from primitives import sub_seed
from lottery import seat_groups
from teams import capacity, crews_of, first_filling, fits, may_go, seated

def later_files(names):
    """§3: the files of statements after the record among these names, as (serial, type, name), ascending."""
    found = [(LATER_FILE(name), name) for name in names]
    return sorted((int(m[2]), m[1], name) for m, name in found if m)

class State:
    """§10.6: who goes where now. `team` has for each target that is drawn now its seats, {(department, number): the
    inspector, or None}; `kinds` what each seat asks for; `c` is the campaign, after V13 and V14."""
    def __init__(self, c, cells, lines):
        self.c, self.cells, self.taken_out, self.results = c, cells, set(), {}
        self.rows = {r["id"]: r for r in c.targets}
        self.cell_of = {r["id"]: n for n, cell in enumerate(cells) for r in cell["drawn"] + cell["reserves"]}
        self.left = [list(cell["reserves"]) for cell in cells]
        self.team = {r["id"]: dict.fromkeys(self.kinds(r)) for cell in cells for r in cell["drawn"]}
        self.departments = [d["id"] for d in c.ann["departments"]]
        self.people = {d: [i for i in c.inspectors if i["department"] == d and not i["excluded"]] for d in self.departments}
        for target, department, seat, inspector, _ in lines: self.team[target][department, seat] = inspector
    def kinds(self, row):
        """§10: what each seat of a target asks for: {(department, number): (leader, qualifications, expert)}."""
        out = {}
        for department in (d["id"] for d in self.c.ann["departments"]):
            groups = [(kind, n) for (dep, *kind), n in seat_groups(self.c.ann, row).items() if dep == department]
            asked = [kind for kind, n in groups for _ in range(n)]
            out |= {(department, number): kind for number, kind in enumerate(asked, 1)}
        return out
    def qualified(self, row, department, kind, without=None):
        """Who may sit in a seat of a target, has capacity left and was never taken out, in the order of the target's list;
        the visit of `without` does not count."""
        free = self.free(row, department, without)
        people = [i["id"] for i in self.people[department] if fits(i, *kind) and i["id"] in free]
        return sorted(people, key=lambda i: (self.ticket(row, department, i), i))
    def ticket(self, row, department, name):
        """§10.3: the ticket of a target and an inspector, or a crew."""
        return sha_hex(f"{sub_seed(self.c.seed, 'assign/' + department)}{row['id']}/{name}")
    def free(self, row, department, without):
        """Who may go to a target, has capacity left and was never taken out."""
        held = [i for target, seats in self.team.items() if target != without for i in seats.values()]
        return {i["id"] for i in self.people[department] if may_go(self.c, i, row) and i["id"] not in self.taken_out
                and held.count(i["id"]) < capacity(self.c.ann, i)}
    def crew(self, row, department, kinds, without):
        """§10.7: the first crew of a target's list that can come, seat by seat; None if there is none."""
        crews, free = crews_of(self.c, department, self.people[department]), self.free(row, department, without)
        for name in sorted(crews, key=lambda name: (self.ticket(row, department, name), name.encode())):
            ids = {i["id"] for i in crews[name]}
            chosen = seated(self.c, crews[name], row, kinds, lambda i: self.ticket(row, department, i))
            if chosen is not None and ids <= free: return chosen
    def open_visit(self, target):
        expect(target in self.team, f"{target} is not drawn now")
        expect(target not in self.results, f"{target} has a result already")
    def replace_inspector(self, s):
        """§11.3, kind inspector."""
        self.open_visit(s["target"])
        row, seat, seats = self.rows[s["target"]], (s["department"], s["seat"]), self.team[s["target"]]
        expect(seats.get(seat) is not None, f"{s['target']} has no seat {seat} with somebody in it")
        expect(seats[seat] == s["out"], f"{seats[seat]} sits there")
        kind = self.kinds(row).get(seat, (False, (), False))    # behind a crew's seats: anybody
        chain = [i for i in self.qualified(row, s["department"], kind) if i not in seats.values()]
        right = chain[0] if chain else None
        expect(s.get("in") == right, f"{right} should come in")
        self.taken_out.add(s["out"])
        seats[seat] = right
    def replace_target(self, s):
        """§11.3, kind target."""
        self.open_visit(s["target"])
        left, team, seats = self.left[self.cell_of[s["target"]]], {}, []
        if left:
            row = left.pop(0)
            for department in (d["id"] for d in self.c.ann["departments"]):
                kinds = [(seat, kind) for seat, kind in self.kinds(row).items() if seat[0] == department]
                if kinds and crews_of(self.c, department, self.people[department]) is not None:
                    chosen = self.crew(row, department, [kind for _, kind in kinds], s["target"])
                else: chosen = first_filling([self.qualified(row, department, kind, s["target"]) for _, kind in kinds])
                expect(chosen is not None, f"{row['id']}: the seats of {department} cannot all be filled")
                team |= {(department, number): i for number, i in enumerate(chosen, 1)}
            seats = [{"department": d, "seat": n, "inspector": i} for (d, n), i in team.items()]
        right = (row["id"], seats) if team else (None, [])
        expect((s.get("in"), s.get("seats", [])) == right, f"should come in: {right}")
        del self.team[s["target"]]
        if team: self.team[row["id"]] = team
    def take_results(self, s, amended):
        """§11.4, §11.5: results that are new, or take the place of others."""
        window, drawn_on = self.c.ann["window"]["from"], self.c.told["drawn_at"][:10]
        at = datetime.datetime.fromtimestamp(unix(s[LATER_TIMES["amendment" if amended else "results"]]) + 86400,
                                             datetime.timezone.utc)
        for v in s.get("visits", []):
            target, day = v["target"], v["finished"]
            expect(target in (self.results if amended else self.team), f"{target} has no result, or is not drawn now")
            expect(amended or target not in self.results, f"{target} has a result already")
            expect(max(window, drawn_on) <= day <= at.strftime("%Y-%m-%d").zfill(10), f"{target}: finished {day}")
            self.results[target] = v

def follow(c, cells, lines):
    """§11.2: the chain of the statements after the record, and each by its rules; the state to which they lead."""
    state, record, previous, at = State(c, cells, lines), body_digest(c.docs["record.json"]), None, c.told["drawn_at"]
    known, counts = [record], {"substitution": 0, "results": 0, "amendment": 0}
    for n, (serial, kind, name) in enumerate(later_files(c.data), 1):
        s = c.body(name)
        expect(serial == n, f"{name}: serial {n} is missing, or stands twice")
        expect(s["number"] == c.ann["number"] and s["record"] == record, f"{name}: of another record")
        expect(s.get("previous") == previous, f"{name}: previous is not the digest of the one before")
        expect(unix(s[LATER_TIMES[kind]]) >= unix(at), f"{name}: before the one before it")
        if kind == "substitution": (state.replace_inspector if s["kind"] == "inspector" else state.replace_target)(s)
        elif kind == "results": state.take_results(s, False)
        else:
            expect(s["amends"] in known, f"{name}: amends nothing that is there")
            state.take_results(s, True)
        previous, at = body_digest(c.docs[name]), s[LATER_TIMES[kind]]
        known.append(previous)
        counts[kind] += 1
    return ", ".join(f"{n} {kind}" for kind, n in counts.items()) + f"; {len(state.results)} targets have a result"
