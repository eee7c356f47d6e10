#!/usr/bin/env python3
"""A second reader of the plans of a year (SPEC §17), written from SPEC.md, standard library only.

    python3 reference/year.py FILE... [--trust trust.toml]     the issues of one plan, in any order
    python3 reference/year.py --vectors fixtures/plans

Steps: P1 form, P2 signatures, P3 chain of issues, P4 policy; the first that fails is the result."""
import json, os, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forms import FORMS, Fail, body_digest, expect, parse_json, read, read_policy, shape, unix
from primitives import ed25519_valid

class Refused(Exception): "A step that did not hold: the step, and why."

def keys(doc): return {s["key"] for s in doc["signatures"]}
def p1_form(docs):
    for name, data in docs.items():
        docs[name] = parse_json(data, name)
        shape(docs[name], FORMS["plan"], name)
def in_order(docs): return sorted(docs.items(), key=lambda x: (x[1]["body"]["issue"], x[0]))
def with_before(docs):
    before = None
    for name, doc in in_order(docs):
        yield name, doc, before
        before = doc
def p2_signatures(docs):
    for name, doc, before in with_before(docs):
        message = f"yaohao/1 plan\n{body_digest(doc)}\n".encode()
        for s in doc["signatures"]:
            right = ed25519_valid(bytes.fromhex(s["key"]), message, bytes.fromhex(s["value"]))
            expect(right, f"{name}: signature of key {s['key']} is not valid")
        asked = [d["body"] for d in (doc, before) if d]
        announced = [{s["key"] for s in body["signers"]} for body in asked]
        expect(keys(doc) <= set().union(*announced), f"{name}: a key that is nobody's")
        for body, known in zip(asked, announced):
            expect(len(keys(doc) & known) >= body["threshold"], f"{name}: too few of the signers of issue {body['issue']}")
def p3_chain(docs):
    for n, (name, doc, before) in enumerate(with_before(docs), 1):
        body = doc["body"]
        expect(body["issue"] == n, f"{name}: issue {body['issue']} where issue {n} must be")
        if not before: continue
        old = before["body"]
        for member in "number", "year", "prefix": expect(body[member] == old[member], f"{name}: another {member}")
        expect(body["supersedes"] == body_digest(before), f"{name}: supersedes another issue")
        expect(unix(body["published_at"]) >= unix(old["published_at"]), f"{name}: older than the issue before")
def p4_policy(docs, policy):
    for name, doc in in_order(docs):
        expect(doc["suite"] in policy["suites"], f"{name}: suite")
        trusted = {k["holder"] for k in policy["keys"] if k["key"] in keys(doc) and "plan" in k["signs"]}
        expect(len(trusted) >= policy["threshold"], f"{name}: {len(trusted)} holders of the policy signed it")
        for s in doc["body"]["signers"]:
            theirs = [k["key"] for k in policy["keys"] if k["holder"] == s["holder"]]
            free = not theirs and all(k["key"] != s["key"] for k in policy["keys"])
            expect(s["key"] in theirs or free, f"{name}: the policy knows another key of {s['holder']}, or the key as another's")

def check(files, policy):
    docs = {os.path.basename(path): read(path) for path in files}
    steps = [("P1", p1_form), ("P2", p2_signatures), ("P3", p3_chain)]
    for step, holds in steps + [("P4", lambda docs: p4_policy(docs, policy))] * (policy is not None):
        try: holds(docs)
        except Fail as e: raise Refused(step, e)
    return docs
def walk(root):
    passed, failed = 0, 0
    for kind in "accept", "reject":
        for name in sorted(os.listdir(os.path.join(root, kind))):
            folder = os.path.join(root, kind, name)
            want = json.loads(read(os.path.join(folder, "expect.json")))["step"]
            trust = os.path.join(folder, "trust.toml")
            try:
                policy = read_policy(trust) if os.path.exists(trust) else None
                check([os.path.join(folder, n) for n in sorted(os.listdir(folder)) if n.startswith("plan-")], policy)
                found, why = "", ""
            except Refused as e: found, why = e.args
            if found == want: passed += 1
            else: failed, _ = failed + 1, print(f"{kind}/{name}: expected {want or 'no'} refusal, found {found}: {why}")
    print(f"plans: {passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
def main(arguments):
    if arguments[:1] == ["--vectors"]: return walk(arguments[1])
    policy = read_policy(arguments[arguments.index("--trust") + 1]) if "--trust" in arguments else None
    files = arguments[:arguments.index("--trust")] if policy else arguments
    try: docs = check(files, policy)
    except Refused as e:
        print(f"{e.args[0]} refused: {e.args[1]}")
        return 1
    for name, doc in in_order(docs):
        print(f"{name}: issue {doc['body']['issue']} of {doc['body']['number']}, {len(doc['body']['lines'])} lines, digest {body_digest(doc)}")
    return 0 if policy else 3

if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main(sys.argv[1:]))
