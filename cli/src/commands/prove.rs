//! prove: a small file that shows that an id is in a register, or is not.

use super::{Outcome, Screen, one};
use crate::args::Prove;
use std::path::PathBuf;
use yaohao::ident::Id;
use yaohao::register::ProofKind;
use yaohao_office::campaign::Campaign;
use yaohao_office::files::write_whole;
use yaohao_office::prove::prove;

pub(super) fn run(screen: &Screen, arguments: &Prove) -> Outcome {
    let id = Id::parse(&arguments.id).map_err(one)?;
    let proof = prove(&Campaign::new(&arguments.dir), &arguments.register, &id, arguments.open).map_err(one)?;
    let path = arguments.out.clone().unwrap_or_else(|| PathBuf::from(format!("proof-{id}.json")));
    let text = proof.to_file();
    write_whole(&path, text.as_bytes()).map_err(one)?;
    let key = if proof.kind == ProofKind::Present { "proved-present" } else { "proved-absent" };
    screen.say(key, &[("id", &proof.id), ("file", &path.display()), ("bytes", &text.len())]);
    screen.say("prove-next", &[("file", &path.display()), ("folder", &arguments.dir.display())]);
    Ok(0)
}
