"""Of yaohao/1: time stamps (RFC 3161), written from SPEC.md §16 and the RFCs that it names, standard library only. See verify.py.

    python3 reference/stamp.py --vectors fixtures/stamp

Three things can come of a stamp: it is broken (Fail), it is in algorithms that §16 does not accept (Unknown), or it says
a time, if one of the reader's certificates vouches for it."""
import base64, hashlib, os, re, sys
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from forms import Fail, expect, unix

class Unknown(Exception): "An algorithm that §16 does not accept."

LIMIT = 64 << 10
INTEGER, BITS, OCTETS, NULL, OID, UTC, GENERAL, SEQUENCE, SET, BOOLEAN = 2, 3, 4, 5, 6, 23, 24, 0x30, 0x31, 1
HASHES = {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384", "2.16.840.1.101.3.4.2.3": "sha512"}
RSA, CURVE = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1"
SCHEMES = {"1.2.840.113549.1.1.11": ("rsa", "sha256"), "1.2.840.113549.1.1.12": ("rsa", "sha384"),
           "1.2.840.113549.1.1.13": ("rsa", "sha512"), "1.2.840.10045.4.3.2": ("ec", "sha256"), "1.2.840.10045.4.3.3": ("ec", "sha384")}
ALTERNATIVE, USAGE, BASIC, POLICIES, EXTENDED, KEY_ID = \
    ("2.5.29.17", "2.5.29.18"), "2.5.29.15", "2.5.29.19", "2.5.29.32", "2.5.29.37", "2.5.29.14"
STAMPING, ANY_USE = "1.3.6.1.5.5.7.3.8", "2.5.29.37.0"
# y² = x³ − 3x + b modulo p; the base point and its order (SEC 2)
CURVES = {
    "1.2.840.10045.3.1.7": (
        2**256 - 2**224 + 2**192 + 2**96 - 1, 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b,
        (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
         0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5),
        0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551),
    "1.3.132.0.34": (
        2**384 - 2**128 - 2**96 + 2**32 - 1,
        0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef,
        (0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7,
         0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f),
        0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973)}

# ---------------------------------------------------------------- DER
class Fields:
    """The fields of a value, one after the other."""
    def __init__(self, data): self.data = data
    def peek(self): return self.data[0] if self.data else None
    def whole(self):
        """The next field with tag and length, which must be written as shortly as can be."""
        d = self.data
        expect(len(d) >= 2 and d[0] & 31 != 31, "DER: a field is missing, or has a long tag")
        size, head = d[1], 2
        if size > 127:
            n = size - 128
            expect(0 < n <= 4 and len(d) >= 2 + n and d[2] != 0, "DER: a length")
            size, head = int.from_bytes(d[2:2 + n], "big"), 2 + n
            expect(size > 127, "DER: a length that is too long")
        expect(len(d) >= head + size, "DER: cut off")
        field, self.data, self.head = d[:head + size], d[head + size:], head
        return field
    def value(self, tag):
        expect(self.peek() == tag, f"DER: tag {self.peek()} instead of {tag}")
        return self.whole()[self.head:]
    def inner(self, tag): return Fields(self.value(tag))
    def optional(self, tag): return Fields(self.value(tag)) if self.peek() == tag else None
    def end(self): expect(not self.data, "DER: more than there should be")
    def number(self):
        v = self.value(INTEGER)
        expect(v and (len(v) == 1 or not (v[0] == 0 and v[1] < 128 or v[0] == 255 and v[1] > 127)), "DER: an integer")
        return int.from_bytes(v, "big", signed=True)
    def oid(self):
        v = self.value(OID)
        expect(v and v[-1] < 128 and not re.search(rb"(?:^|[\x00-\x7f])\x80", v, re.S), "DER: an object identifier")
        parts, n = [], 0
        for byte in v:
            n = n * 128 + byte % 128
            if byte < 128: parts, n = parts + [n], 0
        first = min(parts[0] // 40, 2)
        return ".".join(map(str, [first, parts[0] - 40 * first, *parts[1:]]))
    def algorithm(self):
        f = self.inner(SEQUENCE)
        oid, parameters = f.oid(), f.whole() if f.data else None
        f.end()
        return oid, parameters
def only(data, tag):
    fields = Fields(data)
    inner = fields.inner(tag)
    fields.end()
    return inner
def plain(algorithm):
    if algorithm[1] not in (None, b"\5\0"): raise Unknown(f"{algorithm[0]} with parameters")
    return algorithm[0]
def hash_of(algorithm):
    name = HASHES.get(plain(algorithm))
    if name is None: raise Unknown(algorithm[0])
    return name
def scheme_of(algorithm, digest=None):
    """§16, 7: kind of key and digest of a signature."""
    if algorithm[0] == RSA and digest: return plain(algorithm) and ("rsa", digest)
    found = SCHEMES.get(algorithm[0])
    if found is None or digest not in (None, found[1]): raise Unknown(f"{algorithm[0]} with {digest}")
    plain(algorithm)
    return found
def digest_of(name, data): return hashlib.new(name, data).digest()

# ---------------------------------------------------------------- signatures
def add(curve, a, b):
    p = curve[0]
    if a is None or b is None: return a or b
    if a[0] == b[0] and (a[1] + b[1]) % p == 0: return None
    slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, p) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, p)
    x = (slope * slope - a[0] - b[0]) % p
    return x, (slope * (a[0] - x) - a[1]) % p
def times(curve, n, a):
    out = None
    for bit in bin(n)[2:]:
        out = add(curve, out, out)
        if bit == "1": out = add(curve, out, a)
    return out
def point(curve, data):
    p, b, size = curve[0], curve[1], (curve[0].bit_length() + 7) // 8
    x = int.from_bytes(data[1:1 + size], "big")
    square = (x * x * x - 3 * x + b) % p
    if data[:1] == b"\4" and len(data) == 1 + 2 * size: y = int.from_bytes(data[1 + size:], "big")
    else:
        expect(data[:1] in (b"\2", b"\3") and len(data) == 1 + size, "a public key that is no point of its curve")
        y = pow(square, (p + 1) // 4, p)
        y = y if y % 2 == data[0] - 2 else p - y
    expect(x < p and y < p and y * y % p == square, "a public key that is no point of its curve")
    return x, y
def signed(key, scheme, message, signature):
    """Whether a key (SubjectPublicKeyInfo) has signed a message."""
    fields = only(key, SEQUENCE)
    algorithm, bits = fields.algorithm(), fields.value(BITS)
    fields.end()
    expect(bits[:1] == b"\0", "a public key of odd bits")
    digest = digest_of(scheme[1], message)
    if (scheme[0], algorithm[0]) == ("rsa", RSA):
        plain(algorithm)
        fields = only(bits[1:], SEQUENCE)
        n, e = fields.number(), fields.number()
        fields.end()
        if not 2048 <= n.bit_length() <= 8192 or not 0 < e < 2**64: raise Unknown(f"RSA of {n.bit_length()} bits")
        size, value = (n.bit_length() + 7) // 8, int.from_bytes(signature, "big")
        oid = next(o for o, name in HASHES.items() if name == scheme[1])
        oid = bytes([6, 9, 0x60, 0x86, 0x48, 1, 101, 3, 4, 2, int(oid[-1])])
        info = bytes([48, 13]) + oid + b"\5\0" + bytes([4, len(digest)]) + digest
        padded = b"\0\1" + b"\xff" * (size - 5 - len(info)) + b"\0" + bytes([48, len(info)]) + info
        return len(signature) == size and value < n and pow(value, e, n).to_bytes(size, "big") == padded
    if (scheme[0], algorithm[0]) == ("ec", CURVE):
        name = Fields(algorithm[1] or b"").oid() if (algorithm[1] or b"")[:1] == b"\6" else None
        if name not in CURVES: raise Unknown(f"curve {name}")
        curve = CURVES[name]
        q, order = point(curve, bits[1:]), curve[3]
        try:
            fields = only(signature, SEQUENCE)
            r, s = fields.number(), fields.number()
            fields.end()
        except Fail: return False
        if not (0 < r < order and 0 < s < order): return False
        size = (order.bit_length() + 7) // 8
        z, w = int.from_bytes(digest[:size], "big"), pow(s, -1, order)
        found = add(curve, times(curve, z * w % order, curve[2]), times(curve, r * w % order, q))
        return found is not None and found[0] % order == r
    raise Unknown(f"a signature that is not of its key's kind ({algorithm[0]})")

# ---------------------------------------------------------------- the token
def clock(text):
    expect(re.fullmatch("[0-9]{14}", text), f"time {text}")
    return unix(f"{text[:4]}-{text[4:6]}-{text[6:8]}T{text[8:10]}:{text[10:12]}:{text[12:]}Z")
def read_info(content):
    """TSTInfo: the digest that was stamped, genTime, and the latest time that it allows."""
    f = only(content, SEQUENCE)
    expect(f.number() == 1, "version of TSTInfo")
    f.oid()
    imprint = f.inner(SEQUENCE)
    algorithm, digest = hash_of(imprint.algorithm()), imprint.value(OCTETS)
    imprint.end()
    if algorithm != "sha256": raise Unknown(f"imprint of {algorithm}")
    expect(len(digest) == 32, "SHA-256 has 32 bytes")
    f.number()
    text = f.value(GENERAL).decode("ascii")
    match = re.fullmatch(r"([0-9]{14})(?:[.]([0-9]{0,8}[1-9]))?Z", text)
    expect(match, f"genTime {text}")
    at, more, below = clock(match[1]), 0, int((match[2] or "").ljust(9, "0"))
    accuracy = f.optional(SEQUENCE)
    if accuracy:
        if accuracy.peek() == INTEGER: more = accuracy.number()
        expect(0 <= more < 2**32, "accuracy")
        for tag, unit in (0x80, 1_000_000), (0x81, 1_000):
            if accuracy.peek() == tag:
                v = accuracy.value(tag)
                n = int.from_bytes(v, "big", signed=True)
                expect(1 <= n <= 999 and len(v) == (1 if n < 128 else 2), "accuracy: thousandths")
                below += n * unit
        accuracy.end()
    latest = at + more + -(-below // 10**9)
    expect(latest < unix("9998-12-31T23:59:59Z") + 1, "genTime and accuracy lead out of the calendar")
    if f.peek() == BOOLEAN: expect(f.value(BOOLEAN) in (b"\0", b"\xff"), "ordering")
    if f.peek() == INTEGER: f.number()
    if f.peek() == 0xA0: f.whole()
    extensions = f.optional(0xA1)
    if extensions: expect(not any(critical for _, critical, _ in read_extensions(extensions)), "a critical extension of TSTInfo")
    f.end()
    return digest.hex(), at, latest
def read_extensions(fields):
    found = []
    while fields.data:
        f = fields.inner(SEQUENCE)
        oid, critical = f.oid(), f.value(BOOLEAN) if f.peek() == BOOLEAN else b"\0"
        expect(critical in (b"\0", b"\xff"), "a boolean")
        found.append((oid, critical == b"\xff", f.value(OCTETS)))
        f.end()
    return found
def issuer_and_serial(fields):
    name, serial = fields.whole(), fields.value(INTEGER)
    expect(name[:1] == b"\x30", "a name")
    return name, serial
def read_binding(fields, second):
    """The first ESSCertID of an attribute: digest's name, digest, and issuer with serial number, or None."""
    entries = fields.inner(SEQUENCE)
    f, name = entries.inner(SEQUENCE), "sha256" if second else "sha1"
    if second and f.peek() == SEQUENCE: name = hash_of(f.algorithm())
    digest, said = f.value(OCTETS), None
    if f.data:
        both = f.inner(SEQUENCE)
        names = both.inner(SEQUENCE)
        name_of = names.inner(0xA4).whole()
        names.end()
        said = name_of, both.value(INTEGER)
        both.end()
    f.end()
    return name, digest, said
class Stamp:
    """§16, 1 to 3: a token whose parts belong together. Fail, or Unknown, if they do not."""
    def __init__(self, data):
        expect(len(data) <= LIMIT, "more than 64 KiB")
        f = only(data, SEQUENCE)
        if f.peek() == SEQUENCE:
            expect(f.inner(SEQUENCE).number() in (0, 1), "the authority refused")
            f, rest = f.inner(SEQUENCE), f
            rest.end()
        expect(f.oid() == "1.2.840.113549.1.7.2", "no SignedData")
        content = f.inner(0xA0)
        f.end()
        f = content.inner(SEQUENCE)
        content.end()
        expect(f.number() == 3, "version of SignedData")
        f.value(SET)
        inside = f.inner(SEQUENCE)
        expect(inside.oid() == "1.2.840.113549.1.9.16.1.4", "no TSTInfo")
        wrapped = inside.inner(0xA0)
        inside.end()
        content = wrapped.value(OCTETS)
        wrapped.end()
        self.certificates, list_of = [], f.optional(0xA0)
        while list_of and list_of.data: self.certificates.append(list_of.whole())
        f.optional(0xA1)
        signers = f.inner(SET)
        f.end()
        self.read_signer(signers.inner(SEQUENCE), content)
        signers.end()
        self.imprint, self.at, self.latest = read_info(content)
    def read_signer(self, f, content):
        version = f.number()
        expect(version in (1, 3), "version of the signer")
        self.signer = issuer_and_serial(f.inner(SEQUENCE)) if version == 1 else f.value(0x80)
        digest = hash_of(f.algorithm())
        expect(f.peek() == 0xA0, "no signed attributes")
        self.attributes = b"\x31" + f.whole()[1:]
        self.scheme, self.signature = scheme_of(f.algorithm(), digest), f.value(OCTETS)
        f.optional(0xA1)
        f.end()
        seen, self.bindings, attributes = [], [], only(self.attributes, SET)
        while attributes.data:
            attribute = attributes.inner(SEQUENCE)
            kind, values = attribute.oid(), attribute.inner(SET)
            attribute.end()
            expect(kind not in seen, "a signed attribute stands twice")
            seen.append(kind)
            if kind == "1.2.840.113549.1.9.3": expect(values.oid() == "1.2.840.113549.1.9.16.1.4", "signed content type")
            elif kind == "1.2.840.113549.1.9.4": expect(values.value(OCTETS) == digest_of(digest, content), "signed digest")
            elif kind in ("1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"):
                self.bindings.append(read_binding(values.inner(SEQUENCE), kind.endswith("47")))
            else: continue
            values.end()
        expect({"1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"} <= {*seen} and self.bindings, "a signed attribute is missing")
    def time(self, digest, authorities):
        """§16, 2 and 4 to 7: the stamp's time, or None if no authority vouches for it."""
        ders = [a.der for a in authorities] + self.certificates
        own = next((d for d in ders if all(digest_of(name, d) == value for name, value, _ in self.bindings)), None)
        if own is None: return None
        own = Certificate(own)
        if all(a.der != own.der for a in authorities):
            issuers = [a for a in authorities if own.issuer == a.subject and signed(a.key, own.scheme(), own.signed, own.signature)]
            if not issuers: return None
            faults = [issuer.refusal(self.at) for issuer in issuers]
            expect(None in faults, faults[0])
        expect(self.imprint == digest, "the stamp is of another digest")
        named = [self.signer] * (type(self.signer) is tuple) + [said for _, _, said in self.bindings if said]
        expect(all(one == (own.issuer, own.serial) for one in named), "the signature names two certificates")
        if type(self.signer) is bytes:
            said = Fields(own.extension(KEY_ID) or b"")
            expect(said.value(OCTETS) == self.signer and not said.data, "the certificate has another key identifier")
        own.may_stamp(self.at)
        expect(signed(own.key, self.scheme, self.attributes, self.signature), "the signature does not hold")
        return self.latest

class Certificate:
    def __init__(self, der):
        self.der, f = der, only(der, SEQUENCE)
        self.signed, self.algorithm, signature = f.whole(), f.algorithm(), f.value(BITS)
        f.end()
        expect(signature[:1] == b"\0", "a signature of odd bits")
        self.signature, f = signature[1:], only(self.signed, SEQUENCE)
        version = f.optional(0xA0)
        expect(version is None or version.number() in (1, 2), "version of a certificate")
        self.serial = f.value(INTEGER)
        expect(f.algorithm() == self.algorithm, "a certificate with two algorithms")
        self.issuer, validity = f.whole(), f.inner(SEQUENCE)
        self.since, self.until = [self.limit(validity) for _ in range(2)]
        self.subject, self.key = f.whole(), f.whole()
        f.optional(0x81), f.optional(0x82)
        listed = f.optional(0xA3)
        self.extensions = read_extensions(listed.inner(SEQUENCE)) if listed else []
        f.end()
    def limit(self, fields):
        if fields.peek() == UTC:
            text = fields.value(UTC).decode("ascii")
            text = ("20" if text[:2] < "50" else "19") + text
        else: text = fields.value(GENERAL).decode("ascii")
        expect(text[-1:] == "Z", "a certificate's validity")
        return clock(text[:-1])
    def scheme(self): return scheme_of(self.algorithm)
    def extension(self, oid):
        found = [value for name, _, value in self.extensions if name == oid]
        expect(len(found) <= 1, f"extension {oid} stands twice")
        return found[0] if found else None
    def uses(self):
        value = self.extension(EXTENDED)
        if value is None: return None
        fields, found = only(value, SEQUENCE), []
        while fields.data: found.append(fields.oid())
        return found
    def usage(self, *bits):
        """Whether its key usage, where it says one, allows one of these."""
        value = self.extension(USAGE)
        if value is None: return True
        fields = Fields(value)
        flags = fields.value(BITS)
        fields.end()
        return any(len(flags) > 1 + bit // 8 and flags[1 + bit // 8] >> 7 - bit % 8 & 1 for bit in bits)
    def valid(self, at):
        known = (*ALTERNATIVE, USAGE, BASIC, POLICIES, EXTENDED)
        expect(all(oid in known for oid, critical, _ in self.extensions if critical), "a critical extension that is not known")
        expect(self.since <= at <= self.until, "the certificate is not valid at that time")
    def may_issue(self, at):
        self.valid(at)
        basic = self.extension(BASIC)
        expect(basic is not None and only(basic, SEQUENCE).value(BOOLEAN) == b"\xff", "no certification authority")
        uses = self.uses()
        expect(self.usage(5) and (uses is None or {STAMPING, ANY_USE} & {*uses}), "the authority may not issue this")
    def refusal(self, at):
        try: return self.may_issue(at)
        except Fail as e: return str(e)
    def may_stamp(self, at):
        self.valid(at)
        critical = any(critical for oid, critical, _ in self.extensions if oid == EXTENDED)
        expect(self.uses() == [STAMPING] and critical and self.usage(0, 1), "the certificate is not for time stamps alone")
def authority(pem):
    """A certificate of the policy: one, in PEM."""
    match = re.fullmatch(r"\s*-----BEGIN CERTIFICATE-----\n((?:[A-Za-z0-9+/=]{1,64}\n)+)-----END CERTIFICATE-----\s*", pem)
    expect(match, "no certificate in PEM")
    return Certificate(base64.b64decode(match[1].replace("\n", ""), validate=True))

def parse_stamp(data):
    """A token; None for one in algorithms that are not accepted, which proves nothing and spoils nothing."""
    try: return Stamp(data)
    except Unknown: return None
def stamped_at(stamp, digest, authorities):
    """§16: since when a digest existed at the latest by an authority's word, in Unix seconds; None if none of them vouches."""
    try: return stamp.time(digest, authorities) if stamp and authorities else None
    except Unknown: return None

# ---------------------------------------------------------------- the fixtures
TAKEN = {"rsa-with-cert": "rsa-ca rsa-tsa", "rsa-without-cert": "rsa-tsa", "p256-with-cert": "p256-ca", "p256-without-cert": "p256-tsa",
         "nonce": "p256-ca", "fractions-ordering-name": "p384-ca", "rsa-sha512-ess-sha1": "rsa-ca"}
LATER = {"fractions-ordering-name": 1, "rsa-sha512-ess-sha1": 0}        # accuracy and fractions, up to a second
SAME = {"bare-token.der": "p256-ca", "by-cms.der": "p256-ca", "key-identifier.der": "p256-ca"}
BROKEN = "other-imprint.tsr refused.tsr unbound.der no-attributes.der two-signers.der not-a-stamp.der expired.der " \
         "usage-not-critical.der usage-not-alone.der".split()
UNKNOWN = "sha1-imprint.tsr rsa-sha1.tsr rsa-1024.tsr curve.tsr ecdsa-sha512.tsr pss.der".split()
def outcome(data, digest, authorities):
    try: return Stamp(data).time(digest, authorities)
    except Unknown: return "unknown"
    except Fail: return "broken"
def walk(root):
    """The tokens that OpenSSL made, and each of some with every byte changed."""
    def file(name):
        with open(os.path.join(root, name), "rb") as f: return f.read()
    cas = {n[:-4]: authority(file(n).decode()) for n in sorted(os.listdir(root)) if n.endswith(".pem")}
    digest, wrong, count = hashlib.sha256(b"yaohao fixture").hexdigest(), [], 0
    at = {line.split()[0][:-4]: unix(line.split()[1]) for line in file("times.txt").decode().splitlines()}
    wanted = [(n + ".tsr", ca, at[n] + LATER.get(n, 2)) for n, names in TAKEN.items() for ca in names.split()]
    wanted += [(n, ca, at["p256-with-cert"] + 2) for n, ca in SAME.items()]
    trusted = [cas[n] for n in ("rsa-ca", "p256-ca", "p384-ca")]
    checks = [(n, [cas[ca]], want) for n, ca, want in wanted]
    checks += [(n, trusted, "broken") for n in BROKEN] + [(n, trusted, "unknown") for n in UNKNOWN]
    checks += [("rsa-with-cert.tsr", [cas[ca]], None) for ca in ("p256-ca", "same-name-ca", "p256-tsa")]
    checks += [("issued-by-no-ca.der", trusted, None), ("issued-by-no-ca.der", [cas["not-ca"]], "broken")]
    for name, authorities, want in checks:
        found, count = outcome(file(name), digest, authorities), count + 1
        if found != want: wrong.append(f"{name}: {found} instead of {want}")
    for name, ca, want in wanted[3:4]:
        data = file(name)
        for n in range(len(data)):
            found, count = outcome(data[:n] + bytes([data[n] ^ 1 << n % 8]) + data[n + 1:], digest, [cas[ca]]), count + 1
            if found not in ("unknown", "broken", None, want): wrong.append(f"{name}: byte {n} changed gives {found}")
    for line in wrong: print(line)
    print(f"stamps: {count - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong else 0

if __name__ == "__main__":
    if sys.argv[1:2] != ["--vectors"]: sys.exit(__doc__)
    sys.exit(walk(sys.argv[2]))
