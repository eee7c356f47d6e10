//! Arguments, with help in the reader's language.

use crate::language::Language;
use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;

/// All arguments; the help texts are in `messages/`.
#[derive(Debug, Parser)]
#[command(name = "yaohao", version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[arg(long, global = true, value_parser = ["zh", "en"], hide_possible_values = true)]
    pub(crate) lang: Option<String>,
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(Demo),
    New(Dir),
    Check(Dir),
    Announce(Dir),
    Contribute(Contribute),
    Close(Dir),
    Draw(Draw),
    Reveal(Reveal),
    Publish(Publish),
    Substitute(Substitute),
    Result(ResultTable),
    Amend(Amend),
    Void(Void),
    Verify(Verify),
    Audit(Audit),
    Explain(Explain),
    Prove(Prove),
    Simulate(Simulate),
    Generate(Generate),
    Key(Key),
    Log(Log),
    Plan(Plan),
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[arg(default_value = "yaohao-demo")]
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Dir {
    pub(crate) dir: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Contribute {
    pub(crate) dir: PathBuf,
    #[arg(long = "as", value_name = "ID")]
    pub(crate) contributor: String,
    #[arg(long, value_name = "HEX")]
    pub(crate) value: Option<String>,
    #[arg(long, value_name = "ROLLS", conflicts_with_all = ["value", "cards"])]
    pub(crate) dice: Option<String>,
    #[arg(long, value_name = "DECK", conflicts_with = "value")]
    pub(crate) cards: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    #[arg(long)]
    pub(crate) commit: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Draw {
    pub(crate) dir: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) beacon: BeaconSource,
}

#[derive(Debug, Args)]
pub(crate) struct Reveal {
    pub(crate) dir: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Void {
    pub(crate) dir: PathBuf,
    #[arg(long, value_name = "NAME")]
    pub(crate) reason: String,
    #[arg(long, value_name = "TEXT")]
    pub(crate) text: String,
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) beacon: BeaconSource,
}

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("out_or_list").args(["goes_out", "list"]))]
pub(crate) struct Substitute {
    pub(crate) dir: PathBuf,
    #[arg(id = "target", long, value_name = "ID")]
    pub(crate) target: String,
    #[arg(id = "department", long, value_name = "ID", requires = "seat", requires = "out_or_list")]
    pub(crate) department: Option<String>,
    #[arg(long, value_name = "N", requires = "department")]
    pub(crate) seat: Option<u64>,
    #[arg(id = "goes_out", long = "out", value_name = "ID", requires = "department")]
    pub(crate) out: Option<String>,
    #[arg(id = "later_reason", long = "reason", value_name = "NAME", required_unless_present = "list")]
    pub(crate) reason: Option<String>,
    #[arg(long, value_name = "TEXT", required_unless_present = "list")]
    pub(crate) text: Option<String>,
    #[arg(long, alias = "dry-run", requires = "department", conflicts_with_all = ["later_reason", "text"])]
    pub(crate) list: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ResultTable {
    pub(crate) dir: PathBuf,
    #[arg(id = "table", long, value_name = "FILE")]
    pub(crate) table: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Amend {
    pub(crate) dir: PathBuf,
    #[arg(long, value_name = "SERIAL")]
    pub(crate) amends: String,
    #[arg(id = "later_reason", long = "reason", value_name = "NAME")]
    pub(crate) reason: String,
    #[arg(long, value_name = "TEXT")]
    pub(crate) text: String,
    #[arg(id = "amended_table", long = "table", value_name = "FILE")]
    pub(crate) table: Option<PathBuf>,
}

/// Where the beacon comes from.
#[derive(Debug, Args)]
pub(crate) struct BeaconSource {
    #[arg(long, value_name = "FILE", conflicts_with = "signature")]
    pub(crate) beacon: Option<PathBuf>,
    #[arg(long, value_name = "HEX")]
    pub(crate) signature: Option<String>,
    #[arg(long, conflicts_with_all = ["beacon", "signature"])]
    pub(crate) fetch: bool,
    #[arg(long = "relay", id = "relay", value_name = "URL", requires = "fetch")]
    pub(crate) relays: Vec<String>,
    #[arg(long, value_name = "SECONDS", requires = "fetch")]
    pub(crate) wait: Option<u64>,
    #[arg(long, value_name = "SOURCE=NUMBERS", conflicts_with_all = ["beacon", "signature", "fetch"])]
    pub(crate) values: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Publish {
    pub(crate) dir: PathBuf,
    #[arg(id = "into_log", long = "log", value_name = "DIR")]
    pub(crate) log: PathBuf,
    #[arg(id = "witnesses", long = "witness", value_name = "URL", requires = "publish_witness_keys")]
    pub(crate) witnesses: Vec<String>,
    #[arg(id = "publish_witness_keys", long = "witness-key", value_name = "KEY", requires = "witnesses")]
    pub(crate) witness_keys: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    pub(crate) path: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) trust: Option<PathBuf>,
    #[arg(long, value_name = "DIR")]
    pub(crate) campaign: Option<PathBuf>,
    #[arg(long, value_name = "DIR", requires = "trust")]
    pub(crate) notices: Option<PathBuf>,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[arg(value_name = "SITE")]
    pub(crate) site: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) trust: Option<PathBuf>,
    #[arg(id = "mirror", long = "mirror", value_name = "DIR")]
    pub(crate) mirrors: Vec<PathBuf>,
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    pub(crate) dir: PathBuf,
    #[arg(id = "explained", value_name = "ID")]
    pub(crate) id: Option<String>,
    #[arg(long)]
    pub(crate) teams: bool,
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Prove {
    pub(crate) dir: PathBuf,
    pub(crate) id: String,
    #[arg(long, default_value = "targets", value_parser = ["targets", "inspectors", "recusals"], hide_possible_values = true)]
    pub(crate) register: String,
    #[arg(long)]
    pub(crate) open: bool,
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    pub(crate) dir: PathBuf,
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) draws: u64,
    #[arg(long, value_name = "FILE.csv")]
    pub(crate) pairs: Option<PathBuf>,
    #[arg(long, value_name = "FILE.svg")]
    pub(crate) heat_map: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Generate {
    #[arg(value_parser = ["targets", "inspectors", "recusals"], hide_possible_values = true)]
    pub(crate) register: String,
    #[arg(long)]
    pub(crate) rows: u64,
    #[arg(long, default_value = "yaohao")]
    pub(crate) seed: String,
    #[arg(long, value_delimiter = ',', default_value = "yingji,gongan,shichang,fagai,jingxin,zonghe")]
    pub(crate) departments: Vec<String>,
    #[arg(long, default_value_t = 300)]
    pub(crate) targets: u64,
    #[arg(long, default_value_t = 80)]
    pub(crate) inspectors: u64,
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Key {
    #[command(subcommand)]
    pub(crate) command: KeyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    New(KeyNew),
    Show(KeyShow),
    Sign(KeySign),
    Lock(KeyFiles),
    Unlock(KeyFiles),
    Rotate(KeyRotate),
    Revoke(KeyRevoke),
    Trust(Dir),
}

#[derive(Debug, Args)]
pub(crate) struct KeyNew {
    pub(crate) holder: String,
    pub(crate) dir: PathBuf,
    #[arg(long)]
    pub(crate) plain: bool,
}

#[derive(Debug, Args)]
pub(crate) struct KeyFiles {
    #[arg(id = "key_files", value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct KeyRotate {
    #[arg(id = "key_holder", long = "holder", value_name = "ID")]
    pub(crate) holder: String,
    #[arg(long, value_name = "FILE")]
    pub(crate) old: PathBuf,
    #[arg(id = "new_key", long = "new", value_name = "FILE")]
    pub(crate) new: PathBuf,
    #[arg(id = "key_from", long = "from", value_name = "TIME")]
    pub(crate) from: String,
    #[arg(id = "notice_number", long = "number", value_name = "ID")]
    pub(crate) number: String,
    #[arg(id = "notice_out", long = "out", value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct KeyRevoke {
    #[arg(id = "key_holder", long = "holder", value_name = "ID")]
    pub(crate) holder: String,
    #[arg(id = "revoked_key", long = "revoked", value_name = "HEX")]
    pub(crate) key: String,
    #[arg(long, value_name = "TIME")]
    pub(crate) since: String,
    #[arg(id = "revocation_reason", long = "reason", value_name = "NAME")]
    pub(crate) reason: String,
    #[arg(id = "revocation_text", long = "text", value_name = "TEXT")]
    pub(crate) text: String,
    #[arg(id = "notice_signers", long = "with", value_name = "FILE", required = true)]
    pub(crate) signers: Vec<PathBuf>,
    #[arg(id = "notice_number", long = "number", value_name = "ID")]
    pub(crate) number: String,
    #[arg(id = "notice_out", long = "out", value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct KeyShow {
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct KeySign {
    pub(crate) file: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(subcommand)]
    pub(crate) command: PlanCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    New(PlanNew),
    Make(PlanMake),
    Amend(PlanAmend),
    Show(PlanShow),
    Verify(PlanVerify),
}

#[derive(Debug, Args)]
pub(crate) struct PlanNew {
    #[arg(id = "new_table", value_name = "FILE")]
    pub(crate) file: PathBuf,
}

/// The table of a plan, and what the program must be told besides.
#[derive(Debug, Args)]
pub(crate) struct PlanTable {
    #[arg(long = "department", id = "plan_department", value_name = "ID=NAME")]
    pub(crate) departments: Vec<String>,
    #[arg(long, value_name = "SHEET")]
    pub(crate) sheet: Option<String>,
    #[arg(long, value_name = "DIR")]
    pub(crate) keys: PathBuf,
    #[arg(id = "plan_out", long = "out", value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct PlanMake {
    #[arg(id = "plan_table", value_name = "TABLE")]
    pub(crate) table: PathBuf,
    #[arg(id = "plan_number", long = "number", value_name = "ID")]
    pub(crate) number: String,
    #[arg(long)]
    pub(crate) year: u64,
    #[arg(long, value_name = "TEXT")]
    pub(crate) authority: String,
    #[arg(long, value_name = "ID")]
    pub(crate) prefix: String,
    #[arg(long = "signer", id = "signer", value_name = "ID", required = true)]
    pub(crate) signers: Vec<String>,
    #[arg(long, default_value_t = 1)]
    pub(crate) threshold: u64,
    #[command(flatten)]
    pub(crate) of: PlanTable,
}

#[derive(Debug, Args)]
pub(crate) struct PlanAmend {
    #[arg(id = "plan_old", value_name = "OLD")]
    pub(crate) old: PathBuf,
    #[arg(id = "plan_table", value_name = "TABLE")]
    pub(crate) table: PathBuf,
    #[arg(id = "plan_reason", long = "reason", value_name = "NAME")]
    pub(crate) reason: String,
    #[arg(long, value_name = "TEXT")]
    pub(crate) text: String,
    #[command(flatten)]
    pub(crate) of: PlanTable,
}

#[derive(Debug, Args)]
pub(crate) struct PlanShow {
    #[arg(id = "plan_file", value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct PlanVerify {
    #[arg(id = "plan_files", value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[arg(long, value_name = "FILE")]
    pub(crate) trust: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Log {
    #[command(subcommand)]
    pub(crate) command: LogCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LogCommand {
    Init(LogInit),
    Append(LogAppend),
    Checkpoint(LogDir),
    Prove(LogProve),
    Verify(LogVerify),
    Check(LogCheck),
    Cosign(LogCosign),
    Witness(LogWitness),
}

#[derive(Debug, Args)]
pub(crate) struct LogDir {
    #[arg(value_name = "DIR")]
    pub(crate) log: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct LogInit {
    #[arg(value_name = "DIR")]
    pub(crate) log: PathBuf,
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: String,
}

#[derive(Debug, Args)]
pub(crate) struct LogAppend {
    #[arg(value_name = "DIR")]
    pub(crate) log: PathBuf,
    #[arg(value_name = "STATEMENT", required = true)]
    pub(crate) statements: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct LogProve {
    #[arg(value_name = "DIR")]
    pub(crate) log: PathBuf,
    #[arg(value_name = "STATEMENT")]
    pub(crate) statement: PathBuf,
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct LogVerify {
    #[arg(value_name = "RECEIPT")]
    pub(crate) receipt: PathBuf,
    #[arg(value_name = "STATEMENT")]
    pub(crate) statement: PathBuf,
    #[arg(long, value_name = "KEY")]
    pub(crate) log_key: String,
    #[arg(long = "witness-key", value_name = "KEY")]
    pub(crate) witness_keys: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct LogCheck {
    #[arg(value_name = "DIR")]
    pub(crate) log: PathBuf,
    #[arg(long, value_name = "CHECKPOINT")]
    pub(crate) older: Option<PathBuf>,
    #[arg(id = "own_log_key", long = "log-key", value_name = "KEY")]
    pub(crate) log_key: Option<String>,
    #[arg(long = "witness-key", value_name = "KEY")]
    pub(crate) witness_keys: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct LogCosign {
    #[arg(value_name = "DIR")]
    pub(crate) log: PathBuf,
    #[arg(long, value_name = "URL")]
    pub(crate) witness: String,
    #[arg(long, value_name = "KEY")]
    pub(crate) witness_key: String,
}

#[derive(Debug, Args)]
pub(crate) struct LogWitness {
    #[arg(id = "witness_dir", value_name = "DIR")]
    pub(crate) dir: PathBuf,
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,
    #[arg(long, value_name = "KEY")]
    pub(crate) watch: Vec<String>,
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
}

/// Reads the arguments; usage errors and help come as `Err`, nothing if it is told already.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<(Cli, Language), Option<clap::Error>> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let language = Language::choose(&arguments);
    let matches = localised(Cli::command(), language, "").try_get_matches_from(arguments).map_err(|error| {
        if language == Language::English || !error.use_stderr() {
            return Some(error);
        }
        // clap speaks English only: where its mistakes have no Chinese words here, at least the way out has
        let mut out = std::io::stderr().lock();
        let _ = writeln!(out, "{}", language.text("usage-error"));
        let Some(told) = crate::usage::told(&error, language) else { return Some(error) };
        let _ = writeln!(out, "{told}");
        None
    })?;
    Ok((Cli::from_arg_matches(&matches).map_err(Some)?, language))
}

/// Gives a command, its arguments and its subcommands their texts.
fn localised(command: clap::Command, language: Language, path: &str) -> clap::Command {
    let about = language.text(&format!("help{path}"));
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let template = format!("{{about}}\n\n{}\n  {{usage}}\n\n{{all-args}}\n", language.text("help-usage"));
    let mut command = command
        .about(about.clone())
        .help_template(template)
        .subcommand_help_heading(language.text("help-commands"))
        .disable_help_flag(true)
        .arg(
            clap::Arg::new("help")
                .short('h')
                .long("help")
                .action(clap::ArgAction::Help)
                .help(language.text("arg-help")),
        )
        .mut_args(|argument| {
            let heading = language.text(if argument.is_positional() { "help-arguments" } else { "help-options" });
            let text = language.text(&format!("arg-{}", argument.get_id()));
            argument.help(text).help_heading(heading)
        });
    if path.is_empty() {
        command = command.disable_version_flag(true).arg(
            clap::Arg::new("version")
                .short('V')
                .long("version")
                .action(clap::ArgAction::Version)
                .help(language.text("arg-version")),
        );
        command = command.mut_args(|argument| argument.help_heading(language.text("help-options")));
    }
    for name in names {
        let path = format!("{path}-{name}");
        command = command.mut_subcommand(name, |sub| localised(sub, language, &path));
    }
    command
}
