//! Passphrases: from a terminal, or from the file that the user names.

use crate::language::Language;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use yaohao::fault::{Code, Fault, Result};
use yaohao_office::files::{read_text, shown};
use yaohao_office::keys::ask_with;
use yaohao_office::locked::Passphrase;

/// The file of the arguments, or of the environment: an argument is nearer.
pub(super) fn file(argument: Option<PathBuf>) -> Option<PathBuf> {
    let named = || std::env::var_os("YAOHAO_PASSPHRASE_FILE").filter(|path| !path.is_empty()).map(PathBuf::from);
    argument.or_else(named)
}

/// Opens keys of this run by the file, or else by asking.
pub(super) fn ask_for(file: Option<PathBuf>, language: Language) {
    ask_with(Box::new(move |key: &Path| match &file {
        Some(file) => from_file(file),
        None => typed(&language.say("passphrase-ask", &[("file", &key.display())]), &shown(key)),
    }));
}

/// A passphrase for what is to be locked: typed twice, or from the file.
pub(super) fn new(file: Option<&Path>, language: Language, what: &str) -> Result<Passphrase> {
    if let Some(file) = file {
        return from_file(file);
    }
    let first = typed(&language.say("passphrase-new", &[("file", &what)]), what)?;
    let again = typed(&language.text("passphrase-again"), what)?;
    if first == again { Ok(first) } else { Err(Fault::new(Code::KeyPassphraseDiffers)) }
}

/// The first line, without its end.
fn from_file(path: &Path) -> Result<Passphrase> {
    let text = read_text(path)?;
    Passphrase::parse(text.lines().next().unwrap_or_default()).map_err(|fault| fault.file(shown(path)))
}

fn typed(prompt: &str, what: &str) -> Result<Passphrase> {
    if !std::io::stdin().is_terminal() {
        return Err(Fault::new(Code::KeyPassphraseNeeded).fact("file", what));
    }
    let text = rpassword::prompt_password(prompt).map_err(|error| Fault::new(Code::FileRead).fact("detail", error))?;
    Passphrase::parse(&text)
}
