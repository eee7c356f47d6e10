//! Sites whose notices about keys are not what they must be (SPEC §12.1).

use super::sites::{NOW, Scenario, notices, older, policy, revocation, rotation, signed};
use super::support::{key, time};
use yaohao::ident::Id;
use yaohao::notice::Rotation;
use yaohao::suite::SecretKey;

pub const NOTICES: &[Scenario] = &[
    Scenario {
        name: "site-key-with-two-successors",
        en: "A key is followed by two others: the office's, and that of whoever stole it",
        zh: "一把密钥有两个后继：单位的一把，盗用者的一把",
        now: NOW,
        exit: 1,
        findings: &["keys"],
        policy: older,
        make: |office| {
            let stolen = signed(
                Rotation { new: SecretKey::from_bytes(&[66; 32]).public(), ..body() },
                &[&old(), &SecretKey::from_bytes(&[66; 32])],
            );
            notices(office, &[("rotation-1.json", rotation(&[9; 32])), ("rotation-2.json", stolen)]);
            office.drawn("A-1");
        },
    },
    Scenario {
        name: "site-rotation-by-the-old-key-alone",
        en: "A rotation is signed by the old key alone, so that nobody knows whether the new one is anybody's",
        zh: "轮换公告只有旧密钥签名，无从得知新密钥是否有人掌握",
        now: NOW,
        exit: 1,
        findings: &["keys"],
        policy: older,
        make: |office| {
            office.drawn("A-1");
            let alone = signed(body(), &[&old()]);
            std::fs::create_dir_all(office.site().join("keys")).unwrap();
            std::fs::write(office.site().join("keys/rotation-1.json"), alone).unwrap();
        },
    },
    Scenario {
        name: "site-rotation-that-nobody-saw",
        en: "A rotation is dated back, and no witness saw it while the old key counted",
        zh: "轮换公告倒填日期，旧密钥有效期间没有见证方见过它",
        now: NOW,
        exit: 1,
        findings: &["V4"],
        policy: || older().replace("order = \"publisher\"\n", ""),
        make: |office| {
            notices(office, &[("rotation-1.json", rotation(&[9; 32]))]);
            office.drawn("A-1");
        },
    },
    Scenario {
        name: "site-revocation-by-a-stranger",
        en: "A stranger revokes the office's key, to unsay a draw: it counts for nothing",
        zh: "外人撤销单位的密钥，想推翻一次抽签：不算数",
        now: NOW,
        exit: 0,
        findings: &[],
        policy,
        make: |office| {
            let stranger = SecretKey::from_bytes(&[66; 32]);
            let unsaid = revocation("2024-10-14T09:30:00Z", &key("yingji"), &[&stranger]);
            notices(office, &[("revocation-1.json", unsaid)]);
            office.drawn("A-1");
        },
    },
];

fn old() -> SecretKey {
    SecretKey::from_bytes(&[9; 32])
}

fn body() -> Rotation {
    Rotation {
        number: Id::parse("KEYS-3").unwrap(),
        holder: Id::parse("yingji").unwrap(),
        old: old().public(),
        new: key("yingji").public(),
        from: time("2024-10-10T00:00:00Z"),
        noticed_at: time("2024-10-01T00:00:00Z"),
    }
}
