//! The `yaohao` program: arguments, messages, exit codes. It decides nothing.

mod args;
mod commands;
mod language;
mod progress;
mod table;

use std::process::ExitCode;

fn main() -> ExitCode {
    let (arguments, language) = match args::parse(std::env::args_os()) {
        Ok(parsed) => parsed,
        Err(error) => error.exit(),
    };
    ExitCode::from(commands::run(arguments, language))
}
