//! Tokens that OpenSSL made (fixtures/stamp), whole, wrong and broken.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../fixtures/stamp/", $name)).as_slice()
    };
}

macro_rules! authority {
    ($name:literal) => {
        Authority::parse(include_str!(concat!("../../fixtures/stamp/", $name, ".pem"))).unwrap()
    };
}

fn imprint() -> Digest {
    Digest::of(b"yaohao fixture")
}

fn check(token: &[u8], authorities: &[Authority]) -> Result<Stamped> {
    Stamp::parse(token)?.check(&imprint(), authorities)
}

fn code(token: &[u8], authorities: &[Authority]) -> &'static str {
    check(token, authorities).unwrap_err().code().name()
}

/// `openssl ts` shows the time of a token; make.sh writes it down.
fn shown(name: &str) -> Time {
    let times = include_str!("../../fixtures/stamp/times.txt");
    let line = times.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).unwrap();
    Time::parse(line).unwrap()
}

#[test]
fn what_openssl_stamps_is_taken_with_the_certificate_or_without() {
    let (rsa, p256, p384) = (authority!("rsa-ca"), authority!("p256-ca"), authority!("p384-ca"));
    let (rsa_tsa, p256_tsa) = (authority!("rsa-tsa"), authority!("p256-tsa"));
    for (name, token, by) in [
        ("rsa-with-cert.tsr", fixture!("rsa-with-cert.tsr"), &rsa),
        ("rsa-with-cert.tsr", fixture!("rsa-with-cert.tsr"), &rsa_tsa),
        ("rsa-without-cert.tsr", fixture!("rsa-without-cert.tsr"), &rsa_tsa),
        ("p256-with-cert.tsr", fixture!("p256-with-cert.tsr"), &p256),
        ("p256-without-cert.tsr", fixture!("p256-without-cert.tsr"), &p256_tsa),
        ("p256-with-cert.tsr", fixture!("bare-token.der"), &p256),
        ("p256-with-cert.tsr", fixture!("by-cms.der"), &p256),
        ("p256-with-cert.tsr", fixture!("key-identifier.der"), &p256),
        ("nonce.tsr", fixture!("nonce.tsr"), &p256),
        ("fractions-ordering-name.tsr", fixture!("fractions-ordering-name.tsr"), &p384),
        ("rsa-sha512-ess-sha1.tsr", fixture!("rsa-sha512-ess-sha1.tsr"), &rsa),
    ] {
        let stamped = check(token, std::slice::from_ref(by)).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(stamped.by, by.subject());
        // 1.5001 s of accuracy; a fraction alone; neither
        let more = match name {
            "fractions-ordering-name.tsr" => 1,
            "rsa-sha512-ess-sha1.tsr" => 0,
            _ => 2,
        };
        assert_eq!(stamped.time, shown(name).plus(more).unwrap(), "{name}");
        // the right one is found among others, one of them with its very name
        let all = [authority!("same-name-ca"), authority!("not-ca"), by.clone()];
        assert_eq!(check(token, &all).unwrap(), stamped);
    }
    assert_eq!(Stamp::parse(fixture!("bare-token.der")).unwrap().imprint(), imprint());
}

#[test]
fn what_is_wrong_is_refused_by_its_code() {
    let all = [authority!("rsa-ca"), authority!("p256-ca"), authority!("p384-ca")];
    for (expected, token) in [
        ("stamp.imprint", fixture!("other-imprint.tsr")),
        ("stamp.algorithm", fixture!("sha1-imprint.tsr")),
        ("stamp.algorithm", fixture!("rsa-sha1.tsr")),
        ("stamp.algorithm", fixture!("rsa-1024.tsr")),
        ("stamp.algorithm", fixture!("curve.tsr")),
        ("stamp.algorithm", fixture!("ecdsa-sha512.tsr")),
        ("stamp.algorithm", fixture!("pss.der")),
        ("stamp.refused", fixture!("refused.tsr")),
        ("stamp.form", fixture!("unbound.der")),
        ("stamp.form", fixture!("no-attributes.der")),
        ("stamp.form", fixture!("two-signers.der")),
        ("stamp.form", fixture!("not-a-stamp.der")),
        ("stamp.form", b"".as_slice()),
        ("stamp.form", b"-----BEGIN TS-----"),
        ("stamp.certificate", fixture!("expired.der")),
        ("stamp.certificate", fixture!("usage-not-critical.der")),
        ("stamp.certificate", fixture!("usage-not-alone.der")),
        ("stamp.authority", fixture!("issued-by-no-ca.der")),
        ("stamp.authority", fixture!("p256-without-cert.tsr")),
    ] {
        let fault = check(token, &all).unwrap_err();
        assert_eq!(fault.code().name(), expected, "{fault}");
    }
    // the algorithm is named
    for (token, name) in [
        (fixture!("sha1-imprint.tsr"), "SHA-1"),
        (fixture!("ecdsa-sha512.tsr"), "SHA-512"),
        (fixture!("pss.der"), "RSA-PSS"),
        (fixture!("curve.tsr"), "secp256k1"),
        (fixture!("rsa-1024.tsr"), "RSA of 1024 bits"),
    ] {
        assert!(check(token, &all).unwrap_err().to_string().contains(name), "{name}");
    }
}

#[test]
fn only_the_right_authority_vouches() {
    let token = fixture!("rsa-with-cert.tsr");
    assert_eq!(code(token, &[]), "stamp.authority");
    assert_eq!(code(token, &[authority!("p256-ca")]), "stamp.authority");
    assert_eq!(code(token, &[authority!("same-name-ca")]), "stamp.authority");
    assert_eq!(code(token, &[authority!("p256-tsa")]), "stamp.authority");
    // who is trusted for stamps cannot issue certificates
    assert_eq!(code(fixture!("issued-by-no-ca.der"), &[authority!("not-ca")]), "stamp.certificate");
}

#[test]
fn an_authority_is_one_certificate_in_pem() {
    let pem = include_str!("../../fixtures/stamp/rsa-ca.pem");
    assert_eq!(Authority::parse(&format!("\n{pem}\n")).unwrap(), authority!("rsa-ca"));
    let key = pem.replace("CERTIFICATE", "PRIVATE KEY");
    let cut: String = pem.lines().filter(|line| line.len() != 64).collect::<Vec<_>>().join("\n");
    for bad in
        ["", "x", &key, &cut, &format!("{pem}{pem}"), &format!("{pem}more"), &pem[..200], &pem.replacen('M', "N", 1)]
    {
        assert_eq!(Authority::parse(bad).unwrap_err().code(), Code::AuthorityForm, "{bad}");
    }
}

/// Whatever is changed: no panic, and nothing verifies with another time or for another digest.
#[test]
fn no_broken_token_verifies_otherwise() {
    for (token, authorities) in [
        (fixture!("p256-with-cert.tsr"), [authority!("p256-ca"), authority!("rsa-ca")]),
        (fixture!("fractions-ordering-name.tsr"), [authority!("p384-ca"), authority!("rsa-ca")]),
        (fixture!("rsa-without-cert.tsr"), [authority!("rsa-tsa"), authority!("rsa-ca")]),
    ] {
        let right = check(token, &authorities).unwrap();
        let look = |changed: &[u8], what: &str| match check(changed, &authorities) {
            Ok(stamped) => assert_eq!(stamped, right, "{what}"),
            Err(fault) => assert!(fault.code().name().contains('.')),
        };
        for end in 0..token.len() {
            assert!(Stamp::parse(token.get(..end).unwrap()).is_err(), "cut at {end}");
        }
        for at in 0..token.len() {
            for flip in [0x01, 0x04, 0x20, 0x80, 0xff] {
                let mut changed = token.to_vec();
                changed[at] ^= flip;
                look(&changed, &format!("byte {at} ^ {flip}"));
            }
            let mut changed = token.to_vec();
            changed.remove(at);
            look(&changed, &format!("without byte {at}"));
        }
        let mut longer = token.to_vec();
        longer.push(0);
        assert!(Stamp::parse(&longer).is_err());
    }
    assert!(Stamp::parse(&[0x30; 70_000]).is_err());
    // nesting without end, and lengths that lie
    assert!(Stamp::parse(&[0x30, 0x80].repeat(1000)).is_err());
    assert!(Stamp::parse(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]).is_err());
}
