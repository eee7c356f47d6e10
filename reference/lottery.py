"""Of yaohao/1: how the outcome follows from registers and seed (SPEC §8 to §10). See verify.py."""
import collections
from forms import expect, holds
from primitives import uniform, sub_seed

# ---------------------------------------------------------------- §8 strata and the sizes of their cells
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
        elif k is not None: about["size"] = k * n // max(total, 1)      # nobody is there: k is 0
        elif size["rounding"] == "lottery": about["floor"], about["fraction"] = divmod(n * size["rate"], 10000)
        else:
            wanted = (n * size["rate"] + {"up": 9999, "down": 0, "nearest": 5000}[size["rounding"]]) // 10000
            about["size"] = min(max(wanted, size.get("minimum", 0)), size.get("maximum", n), n)
    if k is not None:
        largest = sorted(out, key=lambda about: (-(k * about["population"] % max(total, 1)), about.get("part")))
        for about in largest[:k - sum(about["size"] for about in out)]: about["size"] += 1
    return out
def lottery_sizes(abouts, seed):
    """§8.2: the number to draw of each cell, with rounding by lottery decided."""
    out, at = [], uniform(10000, sub_seed(seed, "sizes"))       # at: u + F_j
    for about in abouts:
        before, at = at, at + about.get("fraction", 0)
        out.append(about.get("size", about.get("floor")) + at // 10000 - before // 10000)
    return out
# ---------------------------------------------------------------- §9 the first random: targets
def take_certain(rows, weight, n):
    """§9.2, first half: (certain rows, rows left in their order, number left to draw)."""
    certain, now = [], rows
    while n and now:
        total = sum(int(r[weight]) for r in rows)
        now = [r for r in rows if n * int(r[weight]) >= total]
        certain, rows, n = certain + now, [r for r in rows if n * int(r[weight]) < total], n - len(now)
    return certain, rows, n
def draw_weighted(entries, weight, n, sub):
    """§9.2: (drawn ids, number of certain ones, u or None); entries are in lottery order."""
    certain, left, n = take_certain(entries, weight, n)
    hit, total, before = [], sum(int(r[weight]) for r in left), 0
    u = uniform(total, sub) if n else None
    for row in left:                                    # is the next of u, u+W, ... before its end? n·w < W: hit once
        before += int(row[weight])
        if len(hit) < n and u + len(hit) * total < n * before: hit.append(row)
    return {r["id"] for r in certain + hit}, len(certain), u
# ---------------------------------------------------------------- §10 the second random: inspectors
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
    """§10: the seat groups of a task, in order of first appearance: {(department, leader, qualifications,
    expert): count}."""
    groups = {}
    for item in (item for item in ann["items"] if holds(item["rule"], row)):
        own = collections.Counter()                     # counts add up within an item; the largest of the items counts
        for s in item["seats"]: own[s["department"], s["leader"], tuple(s["qualifications"]), "expert" in s] += s["count"]
        groups |= {key: max(groups.get(key, 0), own[key]) for key in own}
    return groups
