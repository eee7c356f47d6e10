//! The beacon as the officer meets it: fetched, late, missing.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod support;

use std::path::Path;
use std::process::Output;
use support::{must, yaohao};

const ROUND: u64 = 12_040_883;
const SIGNATURE: &str =
    "929906c959032ab363c9f26570d215d66f5c06cb0c44fe508c12bb5839f04ec895bb6868e5b9ff13ab289bdb5266b394";

/// A demonstration as it was before the draw.
fn undrawn() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    must(folder.path(), &["demo", "d"]);
    for name in ["record.json", "selected.csv", "assignments.csv", "beacon.json"] {
        std::fs::remove_file(folder.path().join("d/public").join(name)).unwrap();
    }
    folder
}

#[track_caller]
fn refused(output: &Output, exit: i32, says: &[&str]) {
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let plain = |text: &str| text.split_whitespace().collect::<String>();
    assert_eq!(output.status.code(), Some(exit), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    for text in says {
        assert!(plain(&said).contains(&plain(text)), "no {text:?} in {said}");
    }
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn relay(body: String) -> String {
    let server = tiny_http::Server::http("127.0.0.1:0").unwrap();
    let address = format!("http://{}", server.server_addr());
    std::thread::spawn(move || {
        for request in server.incoming_requests() {
            let _ = request.respond(tiny_http::Response::from_string(body.as_str()));
        }
    });
    address
}

#[test]
fn the_round_is_fetched_and_nothing_is_left_of_a_refusal() {
    let folder = undrawn();
    let here = folder.path();
    let before = names(&here.join("d/public"));
    let lying = relay(format!("{{\"round\":{ROUND},\"signature\":\"{}\"}}", "a".repeat(96)));
    let gone = "http://127.0.0.1:1";
    let fetch = |relays: &[&str]| {
        let mut arguments = vec!["draw", "d", "--fetch", "--wait", "0"];
        relays.iter().for_each(|relay| arguments.extend(["--relay", relay]));
        yaohao(here, &arguments)
    };
    refused(&fetch(&["api.drand.sh"]), 2, &["relay.form", "begin with https://"]);
    refused(&fetch(&[&lying, gone]), 2, &["relay.none", "beacon.signature", "relay.unreachable", &lying, gone]);
    refused(&yaohao(here, &["draw", "d", "--relay", gone]), 2, &["--fetch"]);
    refused(&yaohao(here, &["draw", "d", "--fetch", "--signature", SIGNATURE]), 2, &["cannot be used with"]);
    refused(&yaohao(here, &["draw", "d"]), 1, &["beacon.missing", "--fetch"]);
    assert_eq!(names(&here.join("d/public")), before);
    // what lacks is told before anybody is asked
    let closing = here.join("d/public/closing.json");
    std::fs::rename(&closing, here.join("kept")).unwrap();
    refused(&fetch(&[gone]), 2, &["campaign.state", "yaohao close"]);
    std::fs::rename(here.join("kept"), &closing).unwrap();
    let good = relay(format!("{{\"round\":{ROUND},\"signature\":\"{SIGNATURE}\"}}"));
    let output = fetch(&[gone, &lying, &good]);
    refused(&output, 0, &["relay.unreachable", "beacon.signature", "its signature checked", "Drawn: "]);
    assert!(output.stderr.is_empty(), "no countdown in a pipe");
    must(here, &["verify", "d", "--trust", "d/trust.toml"]);
    refused(&fetch(&[&good]), 1, &["campaign.exists"]);
}

#[test]
fn an_answer_in_a_file_is_read() {
    let folder = undrawn();
    let here = folder.path();
    std::fs::write(here.join("answer"), "<html>").unwrap();
    refused(&yaohao(here, &["draw", "d", "--beacon", "answer"]), 1, &["answer", "relay.answer"]);
    std::fs::write(here.join("answer"), format!("{{\"round\":1000,\"signature\":\"{SIGNATURE}\"}}")).unwrap();
    refused(&yaohao(here, &["draw", "d", "--beacon", "answer"]), 1, &["beacon.round"]);
    std::fs::write(here.join("answer"), format!("{{\"round\":{ROUND},\"signature\":\"{SIGNATURE}\"}}")).unwrap();
    must(here, &["draw", "d", "--beacon", "answer"]);
}

#[test]
fn options_of_another_beacon_are_refused() {
    let folder = undrawn();
    refused(
        &yaohao(folder.path(), &["draw", "d", "--values", "red=1"]),
        1,
        &["beacon.option", "--values", "drand-quicknet"],
    );
}

#[test]
fn a_value_is_made_of_dice_or_cards() {
    let folder = undrawn();
    let here = folder.path();
    let public = here.join("d/public");
    std::fs::remove_file(public.join("closing.json")).unwrap();
    let name = names(&public).into_iter().find(|name| name.starts_with("contribution-")).unwrap();
    std::fs::remove_file(public.join(&name)).unwrap();
    let contributor = name.strip_prefix("contribution-").unwrap().strip_suffix(".json").unwrap();
    let contribute = |more: &[&str]| {
        let mut arguments = vec!["contribute", "d", "--as", contributor];
        arguments.extend(more);
        yaohao(here, &arguments)
    };
    refused(&contribute(&["--dice", "1 2 3"]), 1, &["chance.few", "3 rolls are worth 7 bits"]);
    refused(&contribute(&["--cards", "AS AS"]), 1, &["chance.twice"]);
    refused(&contribute(&["--dice", "1", "--value", "2"]), 2, &["cannot be used with"]);
    assert!(!public.join(&name).exists());
    let rolls = "3141562653512323646264335321254416135261425634126541235614623512";
    refused(&contribute(&["--dice", rolls]), 0, &["165 bits", "yaohao/1 dice", rolls, "less than the 256 bits"]);
    assert!(public.join(&name).exists());
}
