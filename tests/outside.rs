//! Known answers from elsewhere that lie outside the repository: read where they are, skipped aloud where they are not.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test reads files and stops when it cannot go on")]

use std::path::Path;
use yaohao::announcement::{BeaconPlan, QUICKNET};
use yaohao::sampling::weighted;
use yaohao::seed::Beacon;

fn outside(name: &str) -> Option<serde_json::Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        // straight to the terminal: the test runner keeps what passing tests print
        let _ = std::io::Write::write_fmt(
            &mut std::io::stderr(),
            format_args!(
                "\nSKIPPED: {} is not there; known answers from elsewhere were not compared\n",
                path.display()
            ),
        );
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn drand_rounds() {
    let Some(vectors) = outside("drand_quicknet.json") else { return };
    assert_eq!(vectors["chain_hash"], QUICKNET.hash);
    assert_eq!(vectors["public_key_g2"], QUICKNET.key);
    let rounds = vectors["rounds"].as_array().unwrap();
    assert!(rounds.len() >= 3);
    for round in rounds {
        let (number, signature) = (round["round"].as_u64().unwrap(), round["signature_g1"].as_str().unwrap());
        let beacon = Beacon::new(number, signature).unwrap();
        beacon.check(&BeaconPlan::Drand { round: number }).unwrap();
        assert_eq!(QUICKNET.time(number).unwrap().seconds(), round["time"].as_i64().unwrap());
        let other = Beacon::new(number + 1, signature).unwrap();
        assert!(other.check(&BeaconPlan::Drand { round: number + 1 }).is_err());
        assert!(Beacon::parse(beacon.to_file().as_bytes()).unwrap() == beacon);
    }
}

#[test]
fn weights_give_their_exact_inclusion() {
    let Some(vectors) = outside("weighted_exact.json") else { return };
    let weights: Vec<u64> =
        vectors["weights"].as_array().unwrap().iter().map(|weight| weight.as_u64().unwrap()).collect();
    let n = vectors["n"].as_u64().unwrap();
    let total: u64 = weights.iter().sum();
    let mut hits = vec![0_u64; weights.len()];
    for u in 0..total {
        hits.iter_mut().zip(weighted(&weights, n, |_| u).drawn).for_each(|(hit, drawn)| *hit += u64::from(drawn));
    }
    for (hit, target) in hits.iter().zip(vectors["target"].as_array().unwrap()) {
        let (numerator, denominator) = target.as_str().unwrap().split_once('/').unwrap();
        assert_eq!(hit * denominator.parse::<u64>().unwrap(), numerator.parse::<u64>().unwrap() * total);
    }
}
