//! The chain of statements after the record (SPEC §11.2).

use super::bodies::{Amendment, Head, Results, Substitution};
use super::state::{Facts, State};
use crate::encoding::{Digest, count, decimal};
use crate::fault::{Code, Fault, Result};
use crate::ident::Time;
use crate::record::Record;
use crate::statement::{Body, Envelope, Statement, Type};

/// The greatest serial: most statements after a record.
pub const MOST_SERIAL: u64 = 9_999;

/// A statement after the record.
#[derive(Debug, Clone)]
pub enum Later {
    /// Somebody steps in.
    Substitution(Statement<Substitution>),
    /// What was found.
    Results(Statement<Results>),
    /// What was wrong before.
    Amendment(Statement<Amendment>),
}

/// The file of a statement after the record.
///
/// ```
/// use yaohao::{later::{file_name, serial_of}, statement::Type};
/// assert_eq!(file_name(Type::Results, 3), "results-3.json");
/// assert_eq!(serial_of("results-3.json"), Some((Type::Results, 3)));
/// assert_eq!(serial_of("results-03.json"), None);
/// ```
#[must_use]
pub fn file_name(kind: Type, serial: u64) -> String {
    format!("{}-{serial}.json", kind.name())
}

/// Type and serial in the name of a file, if it is the name of a statement after the record.
#[must_use]
pub fn serial_of(name: &str) -> Option<(Type, u64)> {
    let (kind, serial) = name.strip_suffix(".json")?.split_once('-')?;
    let kinds = [Type::Substitution, Type::Results, Type::Amendment];
    let kind = kinds.into_iter().find(|known| known.name() == kind)?;
    Some((kind, decimal(serial, 1, MOST_SERIAL).ok()?))
}

impl Later {
    /// Reads the file of a statement; what its name says must be what it is.
    ///
    /// # Errors
    /// Those of [`Statement::parse`]; [`Code::JsonMember`] when its serial is not the one in the name.
    pub fn parse(kind: Type, serial: u64, bytes: &[u8]) -> Result<Self> {
        let later = match kind {
            Type::Results => Self::Results(Statement::parse(bytes)?),
            Type::Amendment => Self::Amendment(Statement::parse(bytes)?),
            _ => Self::Substitution(Statement::parse(bytes)?),
        };
        if later.head().serial != serial {
            let fault = Fault::new(Code::JsonMember).fact("member", "serial");
            return Err(fault.fact("detail", "is not the one in the file's name"));
        }
        Ok(later)
    }

    /// What they all begin with.
    #[must_use]
    pub fn head(&self) -> &Head {
        match self {
            Self::Substitution(statement) => &statement.body().head,
            Self::Results(statement) => &statement.body().head,
            Self::Amendment(statement) => &statement.body().head,
        }
    }

    /// The envelope.
    #[must_use]
    pub fn envelope(&self) -> &Envelope {
        match self {
            Self::Substitution(statement) => statement.envelope(),
            Self::Results(statement) => statement.envelope(),
            Self::Amendment(statement) => statement.envelope(),
        }
    }

    /// Its file.
    #[must_use]
    pub fn file(&self) -> String {
        file_name(self.envelope().kind(), self.head().serial)
    }

    /// The name of its member that says when.
    fn time_member(&self) -> &'static str {
        match self {
            Self::Substitution(_) => "substituted_at",
            Self::Results(_) => "published_at",
            Self::Amendment(_) => "amended_at",
        }
    }
}

/// Follows the statements after a record, in order of serials: the chain, and each by its own rules.
///
/// # Errors
/// [`Code::LaterSerial`], [`Code::LaterPrevious`], [`Code::CampaignMixed`], [`Code::OrderTime`], and the codes
/// `substitute.*`, `result.*`, `amend.*`, each with the statement's file.
pub fn follow<'a>(facts: Facts<'a>, record: &Statement<Record>, later: &[Later]) -> Result<State<'a>> {
    let mut state = State::new(facts, record.digest(), &record.body().drawn_at)?;
    let mut last = Link { digest: record.digest(), member: "drawn_at", at: &record.body().drawn_at };
    for (statement, serial) in later.iter().zip(1_u64..) {
        check_link(statement, serial, record, &last)
            .and_then(|()| state.follow(statement))
            .map_err(|fault| fault.file(statement.file()))?;
        last =
            Link { digest: statement.envelope().digest(), member: statement.time_member(), at: &statement.head().at };
    }
    Ok(state)
}

/// The statement before.
struct Link<'a> {
    digest: Digest,
    member: &'static str,
    at: &'a Time,
}

fn check_link(statement: &Later, serial: u64, record: &Statement<Record>, last: &Link<'_>) -> Result<()> {
    let head = statement.head();
    if head.serial != serial {
        return Err(Fault::new(Code::LaterSerial).fact("found", head.serial).fact("expected", serial));
    }
    let number = &record.body().number;
    let mixed = |found: String, expected: String| {
        Err(Fault::new(Code::CampaignMixed).fact("found", found).fact("expected", expected))
    };
    match () {
        () if head.number != *number => mixed(head.number.to_string(), number.to_string()),
        () if head.record != record.digest() => mixed(head.record.to_string(), record.digest().to_string()),
        () if serial > 1 && head.previous != Some(last.digest) => {
            let found = head.previous.map(|digest| digest.to_string()).unwrap_or_default();
            Err(Fault::new(Code::LaterPrevious).fact("found", found).fact("expected", last.digest))
        }
        () if head.at < *last.at => {
            Err(Fault::new(Code::OrderTime).fact("earlier", last.member).fact("later", statement.time_member()))
        }
        () => Ok(()),
    }
}

impl State<'_> {
    /// Takes one statement, whose place in the chain is right.
    fn follow(&mut self, statement: &Later) -> Result<()> {
        match statement {
            Later::Substitution(statement) => self.apply(&statement.body().change)?,
            Later::Results(statement) => {
                let Results { head, visits } = statement.body();
                self.take_results(visits, &head.at)?;
            }
            Later::Amendment(statement) => {
                let Amendment { head, amends, visits, .. } = statement.body();
                if !self.known.contains(amends) {
                    return Err(Fault::new(Code::AmendUnknown).fact("found", amends));
                }
                self.take_amended(visits, &head.at)?;
                self.amendments = self.amendments.saturating_add(1);
            }
        }
        self.known.push(statement.envelope().digest());
        Ok(())
    }

    /// The serial that the next statement has, and the digest that it names as previous.
    #[must_use]
    pub fn next_link(&self) -> (u64, Option<Digest>) {
        let previous = self.known.last().copied().filter(|_| self.known.len() > 1);
        (count(self.known.len()), previous)
    }
}

/// The body types are of the types that file names say.
const _: () = {
    assert!(matches!(Substitution::TYPE, Type::Substitution));
    assert!(matches!(Results::TYPE, Type::Results) && matches!(Amendment::TYPE, Type::Amendment));
};
