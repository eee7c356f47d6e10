"""Of yaohao/1: rotations and revocations of keys, and the policy that follows from them (SPEC §12.1). See audit.py."""
import copy, datetime, os
from forms import body_digest, expect, is_digest, is_id, is_name, is_text, is_time, parse_json, read, shape, unix
from notes import existed_at, parse_receipt, verifier_key
from primitives import ed25519_valid
from stamp import authority, parse_stamp, stamped_at

BODIES = {
    "rotation": {"number": is_id, "holder": is_id, "old": is_digest, "new": is_digest, "from": is_time, "noticed_at": is_time},
    "revocation": {"number": is_id, "holder": is_id, "key": is_digest, "since": is_time, "reason": is_name, "text": is_text,
                   "noticed_at": is_time}}
SIGNATURE = {"key": is_digest, "value": lambda v: type(v) is str and len(v) == 128}

def notices(folder, policy):
    """The notices of a kind of file in a folder, each with its keys and its time (None without one)."""
    logs, witnesses = [verifier_key(k, 1) for k in policy.get("logs", [])], [verifier_key(k, 4) for k in policy.get("witnesses", [])]
    for name in sorted(os.listdir(folder)):
        kind = name.partition("-")[0]
        if kind not in BODIES or not name.endswith(".json"): continue
        doc = parse_json(read(os.path.join(folder, name)), name)
        shape(doc, {"body": BODIES[kind], "signatures": [SIGNATURE, 1, 64, lambda x: x["key"]], "spec": ("yaohao/1",),
                    "suite": tuple(policy["suites"]), "type": (kind,)}, name)
        body, digest = doc["body"], body_digest(doc)
        for s in doc["signatures"]:
            good = ed25519_valid(bytes.fromhex(s["key"]), f"yaohao/1 {kind}\n{digest}\n".encode(), bytes.fromhex(s["value"]))
            expect(good, f"{name}: a signature that is not valid")
        keys = {s["key"] for s in doc["signatures"]}
        if kind == "rotation": expect(body["old"] != body["new"] and keys == {body["old"], body["new"]}, f"{name}: signers")
        times = [unix(body["noticed_at"])] if "order" in policy else []
        receipt = os.path.join(folder, name + ".tlog-proof")
        if os.path.exists(receipt):
            leaf = f"yaohao/1 leaf\n{kind}\n{body['number']}\n{digest}\n".encode()
            seen = existed_at(parse_receipt(read(receipt)), leaf, logs, witnesses, policy.get("witness_threshold", 1))
            times += [seen] if seen not in (None, False) else []
        stamp = os.path.join(folder, name + ".tsr")
        if os.path.exists(stamp):
            at = stamped_at(parse_stamp(read(stamp)), digest, [authority(a["certificate"]) for a in policy.get("authorities", [])])
            times += [at] if at is not None else []
        yield kind, name, body, keys, min(times, default=None)
def end(key, at):
    """The earlier end counts."""
    key["until"] = min(key.get("until", at), at)
def text(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
def heed(policy, folder):
    """The policy that follows. Revocations are taken first, before each rotation, and after the last."""
    policy, found = copy.deepcopy(policy), list(notices(folder, policy))
    rotations = sorted((x for x in found if x[0] == "rotation"), key=lambda x: (x[2]["from"], x[1]))
    for n, x in enumerate(rotations):
        twins = [y for y in rotations[n + 1:] if y[2]["old"] == x[2]["old"]]
        expect(all(y[2] == x[2] for y in twins), f"{x[1]}: two successors of one key")
    open_ones = [x for x in found if x[0] == "revocation"]
    for rotation in rotations + [None]:
        for x in list(open_ones):
            if revoke(policy, *x[2:]): open_ones.remove(x)
        if rotation: rotate(policy, *rotation[2:])
    return policy
def revoke(policy, body, keys, time):
    """Whether a revocation counts under the keys as they are now; the policy changes then."""
    own = [k for k in policy["keys"] if (k["holder"], k["key"]) == (body["holder"], body["key"])]
    signed = {k["holder"] for k in policy["keys"] if k["key"] in keys and k["key"] != body["key"]}
    if body["holder"] in signed or len(signed) >= policy["threshold"]: at = body["since"]
    elif body["key"] in keys and time is not None: at = max(body["since"], text(time))
    else: return False
    for k in own: end(k, at)
    return bool(own)
def rotate(policy, body, keys, time):
    known = next((k for k in policy["keys"] if (k["holder"], k["key"]) == (body["holder"], body["old"])), None)
    if known is None or time is None or any(k["key"] == body["new"] for k in policy["keys"]): return
    if text(time) < known.get("from", "") or "until" in known and time >= unix(known["until"]): return
    fresh = {k: v for k, v in known.items() if k != "until"} | {"key": body["new"], "from": body["from"]}
    end(known, body["from"])
    policy["keys"].append(fresh)
