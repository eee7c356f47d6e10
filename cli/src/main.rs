//! The `yaohao` program: arguments, messages, exit codes. It decides nothing.

mod args;
mod commands;
mod language;
mod progress;
mod table;
mod usage;

use std::process::ExitCode;

fn main() -> ExitCode {
    let (arguments, language) = match args::parse(std::env::args_os()) {
        Ok(parsed) => parsed,
        Err(Some(error)) => error.exit(),
        // already told
        Err(None) => return ExitCode::from(2),
    };
    ExitCode::from(commands::run(arguments, language))
}
