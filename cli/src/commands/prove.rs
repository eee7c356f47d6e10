//! prove: a small file that shows that an id is in a register, or is not.

use super::{Outcome, Screen, one};
use crate::args::Prove;
use std::path::PathBuf;
use yaohao::register::ProofKind;
use yaohao_office::campaign::Campaign;
use yaohao_office::files::write_whole;
use yaohao_office::prove::{Asked, asked, prove};

pub(super) fn run(screen: &Screen, arguments: &Prove) -> Outcome {
    let campaign = Campaign::new(&arguments.dir);
    let Asked { id, true_id } = asked(&campaign, &arguments.register, &arguments.id).map_err(one)?;
    let proof = prove(&campaign, &arguments.register, &id, arguments.open).map_err(one)?;
    // the file is handed out: its name does not tell what a pseudonym stands for
    let path = arguments.out.clone().unwrap_or_else(|| PathBuf::from(format!("proof-{id}.json")));
    let text = proof.to_file();
    write_whole(&path, text.as_bytes()).map_err(one)?;
    let key = if proof.kind == ProofKind::Present { "proved-present" } else { "proved-absent" };
    let known = super::explain::known(screen, &proof.id, true_id.as_ref());
    screen.say(key, &[("id", &known), ("file", &path.display()), ("bytes", &text.len())]);
    screen.say("prove-next", &[("file", &path.display()), ("folder", &arguments.dir.display())]);
    Ok(0)
}
