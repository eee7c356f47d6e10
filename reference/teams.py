"""Of yaohao/1: teams as offices form them: officers, regions, stations, crews, weeks (SPEC §6.3, §10.1, §10.7). See verify.py."""
import datetime
from forms import cell_set, expect
from lottery import seat_lottery
from primitives import sha_hex, sub_seed

# ---------------------------------------------------------------- §4.2, §10.1 what an inspector can do
def days(window):
    """§4.2: the days of the window, first and last included."""
    first, last = (datetime.date.fromisoformat(window[k]) for k in ("from", "to"))
    return (last - first).days + 1
def capacity(ann, i):
    """§4.2: how many targets an inspector can take."""
    if "weekly" not in ann["team"]: return int(i["capacity"])
    return min(int(i["capacity"]), int(i["weekly"]) * (days(ann["window"]) - int(i["away"])) // 7)
def in_time(ann, i):
    return i["valid_from"] <= ann["window"]["from"] and i["valid_to"] >= ann["window"]["to"]
def may_go(c, i, row):
    """§10.1: whether inspector i may go to task row."""
    team = c.ann["team"]
    if "region" in team and i["regions"] != "*":
        here, own = row[team["region"]], cell_set(i["regions"])
        beyond = any(here.startswith(b["to"]) and any(p.startswith(b["from"]) for p in own) for b in team.get("beyond", []))
        if not beyond and not any(here.startswith(p) for p in own): return False
    for s in team.get("stations", []):
        if s["department"] == i["department"]:
            theirs, own = row[s["column"]], i["station"]
            if "" in (theirs, own) or (theirs == own) != (s["mode"] == "own"): return False
    return in_time(c.ann, i) and (row["id"], i["id"]) not in c.recusals
def fits(i, leader, qualifications, expert=False):
    """§10.1: whether inspector i is what a seat asks for."""
    right = i.get("expert", "") in (("only", "also") if expert else ("", "also"))
    return right and set(qualifications) <= set(cell_set(i["qualifications"])) and (not leader or i["lead"] == "yes")
def may_sit(c, i, row, *asked):
    """§10.1 but for exclusion and department."""
    return may_go(c, i, row) and fits(i, *asked)
# ---------------------------------------------------------------- §10.7 crews
def crew_kind(ann, department):
    """`given`, `drawn`, or None where persons are sent."""
    return next((x["kind"] for x in ann["team"].get("crews", []) if x["department"] == department), None)
def given_crews(people):
    crews = {}
    for i in people:
        if i["crew"]: crews.setdefault(i["crew"], []).append(i)
    return dict(sorted(crews.items(), key=lambda x: x[0].encode()))
def drawn_crews(c, department, people):
    """§10.7: as many crews as can be made, part by part: {name: members}."""
    entries = next(seats for item in c.ann["items"] if (seats := [s for s in item["seats"] if s["department"] == department]))
    asked = {}                                          # the seats that every item asks of the department
    for s in entries:
        key = s["leader"], tuple(s["qualifications"]), "expert" in s
        asked[key] = asked.get(key, 0) + s["count"]
    parts, crews, sub = {}, {}, sub_seed(c.seed, "crews/" + department)
    by_station = any(s["department"] == department for s in c.ann["team"].get("stations", []))
    for i in people:
        if capacity(c.ann, i) and in_time(c.ann, i):
            parts.setdefault((i.get("regions", "*").encode(), i["station"].encode() if by_station else b""), []).append(i)
    for _, part in sorted(parts.items()):
        by_id, first, found = {i["id"]: i for i in part}, len(crews) + 1, []
        for n in range(1, len(part) + 1):               # as long as one more can be made
            made = [{"task": str(first + k), "count": count, "sit": {i["id"] for i in part if fits(i, *key)}}
                    for k in range(n) for key, count in asked.items()]
            try: found, _ = seat_lottery(made, dict.fromkeys(by_id, 1), dict.fromkeys(by_id, 0), lambda t: int(t),
                                         lambda t, i: sha_hex(f"{sub}{t}/{i}"))
            except Exception as fail:
                expect("no lawful assignment" in str(fail), str(fail))
                break
        for t, _, i, _ in found: crews.setdefault(t, []).append(by_id[i])
    return crews
def crews_of(c, department, people):
    """§10.7: {name: members}, ascending; None where persons are sent."""
    kind = crew_kind(c.ann, department)
    return None if kind is None else given_crews(people) if kind == "given" else drawn_crews(c, department, people)
def seated(c, members, row, asked, order):
    """§10.7: the members of a crew at a task in the order of seats, or None: those who take the seats `asked`, each the
    first by `order` who leaves the rest fillable, then the others."""
    if not all(may_go(c, i, row) for i in members): return None
    members = sorted(members, key=lambda i: (order(i["id"]), i["id"]))
    chosen = first_filling([[i["id"] for i in members if fits(i, *one)] for one in asked])
    return None if chosen is None else chosen + [i["id"] for i in members if i["id"] not in chosen]
def first_filling(lists):
    """Seat by seat the first of its list who leaves the seats after it fillable; None if there is no filling."""
    chosen = []
    if not can_fill(lists): return None
    for n, wanted in enumerate(lists):
        rest = lambda i: [[j for j in other if j not in (*chosen, i)] for other in lists[n + 1:]]
        chosen.append(next(i for i in wanted if i not in chosen and can_fill(rest(i))))
    return chosen
def can_fill(lists):
    """Whether each list can give one, nobody twice: augmenting ways."""
    seat_of = {}
    def place(seat, seen):
        for i in (i for i in lists[seat] if i not in seen):
            seen.add(i)
            if i not in seat_of or place(seat_of[i], seen):
                seat_of[i] = seat
                return True
        return False
    return all(place(seat, set()) for seat in range(len(lists)))
