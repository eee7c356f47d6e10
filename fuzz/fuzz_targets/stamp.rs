//! A time-stamp token, and certificates in the place of an authority's.
#![no_main]

use std::sync::LazyLock;
use yaohao::encoding::Digest;
use yaohao::stamp::{Authority, Stamp, Stamped};

/// Those whose tokens are in the corpus; what they have not signed must not verify.
static AUTHORITIES: LazyLock<Vec<Authority>> = LazyLock::new(|| {
    [
        include_str!("../../fixtures/stamp/rsa-ca.pem"),
        include_str!("../../fixtures/stamp/p256-ca.pem"),
        include_str!("../../fixtures/stamp/p384-ca.pem"),
        include_str!("../../fixtures/stamp/p256-tsa.pem"),
    ]
    .map(|pem| Authority::parse(pem).expect("a certificate of the fixtures"))
    .to_vec()
});

/// The tokens that the authorities have signed.
static SIGNED: LazyLock<Vec<Stamped>> = LazyLock::new(|| {
    [
        include_bytes!("../../fixtures/stamp/rsa-with-cert.tsr").as_slice(),
        include_bytes!("../../fixtures/stamp/rsa-sha512-ess-sha1.tsr"),
        include_bytes!("../../fixtures/stamp/p256-with-cert.tsr"),
        include_bytes!("../../fixtures/stamp/p256-without-cert.tsr"),
        include_bytes!("../../fixtures/stamp/fractions-ordering-name.tsr"),
        include_bytes!("../../fixtures/stamp/nonce.tsr"),
        include_bytes!("../../fixtures/stamp/by-cms.der"),
    ]
    .map(|token| Stamp::parse(token).and_then(|stamp| stamp.check(&imprint(), &AUTHORITIES)).expect("a token of the fixtures"))
    .to_vec()
});

fn imprint() -> Digest {
    Digest::of(b"yaohao fixture")
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(authority) = Authority::parse(&String::from_utf8_lossy(bytes)) {
        let _ = authority.subject();
    }
    let Ok(stamp) = Stamp::parse(bytes) else { return };
    if let Ok(stamped) = stamp.check(&imprint(), &AUTHORITIES) {
        assert!(SIGNED.contains(&stamped), "{stamped:?} was never signed");
    }
});
