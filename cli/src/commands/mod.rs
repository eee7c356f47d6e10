//! One file a command or a few that belong together. Each gives an exit code or the faults to show.

mod advice;
mod audit;
mod campaign;
mod check;
mod check_draws;
mod demo;
mod explain;
mod explain_firm;
mod explain_officer;
mod explain_summary;
mod keys;
mod later;
mod log;
mod log_witness;
mod new;
mod notices;
mod passphrase;
mod prove;
mod publish;
mod show;
mod simulate;
mod verify;
mod year;

use crate::args::{Cli, Command, Generate, KeyCommand, LogCommand, PlanCommand};
use crate::language::Language;
use std::fmt::Display;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use yaohao::fault::{Code, Fault};
use yaohao::ident::Time;
use yaohao_office::campaign::Campaign;

/// An exit code, or what went wrong.
type Outcome = Result<u8, Vec<Fault>>;

/// Columns of a plain terminal.
const WIDTH: usize = 80;

/// More faults than this are counted, not shown.
const SHOWN: usize = 20;

/// Whether something could not be printed: a full disk behind `>` must not end in success.
static UNWRITTEN: AtomicBool = AtomicBool::new(false);

/// Runs a command and gives the exit code of SPEC §12 and the design: 0 done, 1 rejected, 2 unreadable, 3 as far as it goes.
pub(crate) fn run(arguments: Cli, language: Language) -> u8 {
    let screen = Screen { language };
    let arguments_file = passphrase::file(arguments.passphrase_file);
    passphrase::ask_for(arguments_file.clone(), language);
    let outcome = match arguments.command {
        Command::Demo(demo) => demo::run(&screen, &demo),
        Command::New(dir) => new::run(&screen, &dir.dir),
        Command::Check(dir) => check::run(&screen, &dir.dir),
        Command::Announce(dir) => campaign::announce(&screen, &dir.dir),
        Command::Contribute(arguments) => campaign::contribute(&screen, arguments),
        Command::Close(dir) => campaign::close(&screen, &dir.dir),
        Command::Draw(arguments) => campaign::draw(&screen, &arguments),
        Command::Reveal(arguments) => campaign::reveal(&screen, &arguments),
        Command::Void(arguments) => campaign::void(&screen, &arguments),
        Command::Substitute(arguments) => later::substitute(&screen, &arguments),
        Command::Result(arguments) => later::result(&screen, &arguments),
        Command::Amend(arguments) => later::amend(&screen, &arguments),
        Command::Publish(arguments) => publish::run(&screen, &arguments),
        Command::Verify(arguments) => verify::run(&screen, &arguments),
        Command::Audit(arguments) => audit::run(&screen, &arguments),
        Command::Explain(arguments) => explain::run(&screen, &arguments),
        Command::Prove(arguments) => prove::run(&screen, &arguments),
        Command::Simulate(arguments) => simulate::run(&screen, &arguments),
        Command::Generate(arguments) => generate(&screen, &arguments),
        Command::Key(key) => match key.command {
            KeyCommand::New(arguments) => keys::new(&screen, &arguments, arguments_file.as_deref()),
            KeyCommand::Lock(arguments) => keys::lock(&screen, &arguments, arguments_file.as_deref()),
            KeyCommand::Unlock(arguments) => keys::unlock(&screen, &arguments),
            KeyCommand::Rotate(arguments) => notices::rotate(&screen, &arguments),
            KeyCommand::Revoke(arguments) => notices::revoke(&screen, &arguments),
            KeyCommand::Show(arguments) => keys::show(&screen, &arguments),
            KeyCommand::Sign(arguments) => keys::sign(&screen, &arguments),
            KeyCommand::Trust(dir) => keys::trust(&screen, &dir.dir),
        },
        Command::Plan(plan) => match plan.command {
            PlanCommand::New(arguments) => year::new(&screen, &arguments),
            PlanCommand::Make(arguments) => year::make(&screen, &arguments),
            PlanCommand::Amend(arguments) => year::amend(&screen, &arguments),
            PlanCommand::Show(arguments) => year::show(&screen, &arguments),
            PlanCommand::Verify(arguments) => year::verify(&screen, &arguments),
        },
        Command::Log(log) => match log.command {
            LogCommand::Init(arguments) => log::init(&screen, &arguments),
            LogCommand::Append(arguments) => log::append(&screen, &arguments),
            LogCommand::Checkpoint(dir) => log::checkpoint(&screen, &dir.log),
            LogCommand::Prove(arguments) => log::prove(&screen, &arguments),
            LogCommand::Verify(arguments) => log::verify(&screen, &arguments),
            LogCommand::Check(arguments) => log::check(&screen, &arguments),
            LogCommand::Cosign(arguments) => log_witness::cosign(&screen, &arguments),
            LogCommand::Witness(arguments) => log_witness::run(&screen, &arguments),
        },
    };
    let code = outcome.unwrap_or_else(|faults| screen.faults(&faults));
    if code == 0 && UNWRITTEN.load(Ordering::Relaxed) {
        return screen.faults(&[Fault::new(Code::FileWrite).fact("detail", "standard output")]);
    }
    code
}

/// Where text goes. A reader who closes the pipe is no fault.
pub(crate) struct Screen {
    pub(crate) language: Language,
}

impl Screen {
    /// The campaign in a folder, with a bar for long work.
    pub(crate) fn campaign(&self, dir: &Path) -> Campaign {
        Campaign::new(dir).watched_by(crate::progress::watch(self.language))
    }

    /// A long text, indented and broken where the terminal ends.
    pub(crate) fn indented(&self, text: &str) {
        self.line(&crate::table::wrapped(&format!("  {}", yaohao::fault::printable(text)), WIDTH, "  "));
    }

    /// A line of the language's table.
    pub(crate) fn say(&self, key: &str, facts: &[(&str, &dyn Display)]) {
        self.line(&crate::table::wrapped(&self.language.say(key, facts), WIDTH, "  "));
    }

    /// A fault, to where reports go.
    pub(crate) fn fault(&self, fault: &Fault) {
        self.line(&crate::table::wrapped(&self.language.fault(fault), WIDTH, "    "));
    }

    /// A line as it is.
    pub(crate) fn line(&self, text: &str) {
        if let Err(error) = writeln!(std::io::stdout().lock(), "{text}")
            && error.kind() != std::io::ErrorKind::BrokenPipe
        {
            UNWRITTEN.store(true, Ordering::Relaxed);
        }
    }

    /// Lines of a table, indented.
    pub(crate) fn table(&self, rows: &[Vec<String>]) {
        let printable = |row: &Vec<String>| row.iter().map(|cell| yaohao::fault::printable(cell)).collect();
        let rows: Vec<Vec<String>> = rows.iter().map(printable).collect();
        crate::table::lines(&rows).iter().for_each(|line| self.line(&format!("  {line}")));
    }

    /// Lines of a table whose last column is a text, indented.
    pub(crate) fn table_with_text(&self, rows: &[Vec<String>]) {
        let printable = |row: &Vec<String>| row.iter().map(|cell| yaohao::fault::printable(cell)).collect();
        let rows: Vec<Vec<String>> = rows.iter().map(printable).collect();
        crate::table::lines_with_text(&rows, WIDTH - 2).iter().for_each(|line| self.line(&format!("  {line}")));
    }

    fn faults(&self, faults: &[Fault]) -> u8 {
        let mut out = std::io::stderr().lock();
        for fault in faults.iter().take(SHOWN) {
            let _ = writeln!(out, "{}", crate::table::wrapped(&self.language.fault(fault), WIDTH, "    "));
        }
        if faults.len() > SHOWN {
            let more = faults.len() - SHOWN;
            let _ = writeln!(out, "{}", self.language.say("more-faults", &[("more", &more)]));
        }
        faults.iter().map(exit_code).max().unwrap_or(1)
    }
}

/// 2 for what cannot be read at all, a plan with any mistake among it; 1 for what is read and refused.
fn exit_code(fault: &Fault) -> u8 {
    if fault.place().0 == Some("plan.toml") {
        return 2;
    }
    match fault.code() {
        Code::FileMissing
        | Code::FileRead
        | Code::FileWrite
        | Code::PlanForm
        | Code::PolicyForm
        | Code::KeyForm
        | Code::KeyMissing
        | Code::KeyPassphraseNeeded
        | Code::CampaignState
        | Code::FileUtf8
        | Code::IntakeEncoding
        | Code::IntakeFormat
        | Code::IntakeDamaged
        | Code::IntakeLimit
        | Code::IntakeMacro
        | Code::IntakeEncrypted
        | Code::IntakeSheet
        | Code::IntakeSheets
        | Code::IntakeQuote
        | Code::IntakeHeader
        | Code::IntakeExcludeColumn
        | Code::IntakeHeaderTwice
        | Code::YearHeader
        | Code::IntakeHeaderMerged
        | Code::IntakeEmpty
        | Code::SourceFeature
        | Code::SourceDatabase
        | Code::HistoryRecord
        | Code::RelayForm
        | Code::RelayUnreachable
        | Code::RelayNone
        | Code::WitnessUnreachable => 2,
        _ => 1,
    }
}

/// One fault as the list that commands return.
pub(crate) fn one(fault: Fault) -> Vec<Fault> {
    vec![fault]
}

/// The time of the system's clock, to the second.
pub(crate) fn now() -> Result<Time, Vec<Fault>> {
    let seconds = jiff::Timestamp::now().as_second();
    Time::from_seconds(seconds).ok_or_else(|| one(Fault::new(Code::TimeForm).fact("value", seconds)))
}

fn generate(screen: &Screen, arguments: &Generate) -> Outcome {
    use yaohao_office::generate::{inspectors, recusals, targets};
    let wrong = |error: std::io::Error| one(Fault::new(Code::FileWrite).fact("detail", error));
    let mut out: Box<dyn std::io::Write> = match &arguments.out {
        Some(path) => Box::new(std::io::BufWriter::new(std::fs::File::create(path).map_err(wrong)?)),
        None => Box::new(std::io::BufWriter::new(std::io::stdout().lock())),
    };
    let departments: Vec<&str> = arguments.departments.iter().map(String::as_str).collect();
    let written = match arguments.register.as_str() {
        "targets" => targets(&arguments.seed, arguments.rows, &mut out),
        "inspectors" => inspectors(&arguments.seed, arguments.rows, &departments, &mut out),
        _ => recusals(&arguments.seed, arguments.rows, arguments.targets, arguments.inspectors, &mut out),
    };
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(0),
        other => {
            other.map_err(wrong)?;
            if let Some(path) = &arguments.out {
                screen.say("generated", &[("rows", &arguments.rows), ("file", &path.display())]);
            }
            Ok(0)
        }
    }
}
