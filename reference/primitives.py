"""Of yaohao/1: signatures, the key stream, registers and their commitments (SPEC §4, §6, §7.4). See verify.py."""
import hashlib, re, struct
from forms import expect, sha, sha_hex, is_cell

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
