"""Reads a log of C2SP tlog-tiles back, written from SPEC.md §15 and C2SP's documents, standard library only.

    python3 reference/log.py FOLDER [--key KEY] [--list]

Checks every entry against its hash, every tile against those below, the root against the checkpoint, and the log's
signature (KEY is name+id+base64; without it, FOLDER/key.txt). --list prints the leaves."""
import os, re, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forms import Fail, expect, sha
from notes import checkpoint_of, parse_note, verifier_key

def mth(hashes):
    """RFC 9162 §2.1.1, over hashes of leaves."""
    if not hashes: return sha(b"")
    if len(hashes) == 1: return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\1" + mth(hashes[:split]) + mth(hashes[split:]))
def place(kind, n, width):
    digits = f"{n:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[i:i + 3] for i in range(0, len(digits), 3)]
    return f"tile/{kind}/" + "/".join("x" + p for p in parts[:-1]) + "/" * (len(parts) > 1) + parts[-1] + (f".p/{width}" if width < 256 else "")

def read_log(folder, key):
    def file(*path):
        with open(os.path.join(folder, *path), "rb") as f: return f.read()
    note = parse_note(file("checkpoint"))
    (origin, size, root), names = checkpoint_of(note, verifier_key(key, 1)), [name for name, _, _ in note[1]]
    entries, level, hashes = [], 0, []
    for n in range(-(-size // 256)):
        data, width = file(place("entries", n, min(256, size - n * 256))), min(256, size - n * 256)
        before = len(entries)
        while data:
            length = int.from_bytes(data[:2], "big")
            expect(len(data) >= 2 + length, f"bundle {n} ends within an entry")
            entries.append(data[2:2 + length])
            data = data[2 + length:]
        expect(len(entries) - before == width, f"bundle {n} has {len(entries) - before} entries, not {width}")
    leaves = hashes = [sha(b"\0" + entry) for entry in entries]
    while hashes:
        for n in range(-(-len(hashes) // 256)):
            part = hashes[n * 256:n * 256 + 256]
            expect(file(place(level, n, len(part))) == b"".join(part), f"tile {level}/{n} is not of what is below it")
        hashes = [mth(hashes[i:i + 256]) for i in range(0, len(hashes) - 255, 256)]
        level += 1
    expect(mth(leaves) == root, "the root is not that of the entries")
    return origin, size, root, names, entries

def main(arguments):
    listing = "--list" in arguments
    arguments = [a for a in arguments if a != "--list"]
    key = arguments.pop(arguments.index("--key") + 1) if "--key" in arguments else None
    folder = [a for a in arguments if a != "--key"][0]
    if key is None: key = open(os.path.join(folder, "key.txt"), encoding="utf-8").read().strip()
    origin, size, root, names, entries = read_log(folder, key)
    for i, entry in enumerate(entries):
        leaf = re.fullmatch(rb"yaohao/1 leaf\n([a-z][a-z0-9_-]{0,31})\n([0-9A-Za-z._-]{1,64})\n([0-9a-f]{64})\n", entry)
        if listing: print(i, *(part.decode() for part in leaf.groups()) if leaf else ["(other)"])
    print(f"{origin}: {size} leaves read back, root {root.hex()}, signed by {', '.join(names)}")

if __name__ == "__main__":
    if len(sys.argv) < 2: sys.exit(__doc__)
    try: main(sys.argv[1:])
    except (Fail, OSError, ValueError) as e: sys.exit(f"REJECTED: {e}")
