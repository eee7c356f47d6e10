//! What went wrong, where, and what to do: one type for every refusal.
//!
//! A [`Fault`] carries a [`Code`] that never changes its name, a place (file, row, column), and facts as text. The
//! English wording is here; other languages are tables from the code's name to text, made by whoever talks to people.

mod toml_text;

pub use toml_text::{by_likeness, toml_fault};

use std::borrow::Cow;
use std::fmt;

/// A refusal: code, place, facts.
///
/// ```
/// use yaohao::fault::{Code, Fault};
/// let fault = Fault::new(Code::RegisterOrder).file("targets.csv").row(3).fact("id", "A7");
/// assert_eq!(fault.code().name(), "register.order");
/// assert!(fault.to_string().starts_with("targets.csv, row 3: "));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault(Box<Inner>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Inner {
    code: Code,
    file: Option<String>,
    row: Option<u64>,
    column: Option<String>,
    facts: Vec<(&'static str, String)>,
    cause: Option<Fault>,
}

/// What every fallible function of this crate returns.
pub type Result<T, E = Fault> = std::result::Result<T, E>;

impl Fault {
    /// A fault without a place or facts yet.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self(Box::new(Inner { code, file: None, row: None, column: None, facts: Vec::new(), cause: None }))
    }

    /// Names the file, unless one was named nearer to the fault.
    #[must_use]
    pub fn file(mut self, file: impl Into<String>) -> Self {
        self.0.file.get_or_insert_with(|| printable(&file.into()));
        self
    }

    /// Puts the named file below a folder: the fault is told from farther away.
    #[must_use]
    pub fn below(mut self, folder: &str) -> Self {
        self.0.file = Some(match self.0.file.take() {
            Some(file) => format!("{}/{file}", printable(folder)),
            None => printable(folder),
        });
        self
    }

    /// Names the row: 1 is the first row under the header, in a register; the line, in other texts.
    #[must_use]
    pub fn row(mut self, row: u64) -> Self {
        self.0.row.get_or_insert(row);
        self
    }

    /// Names the column or the member.
    #[must_use]
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.0.column.get_or_insert_with(|| shorten(&column.into()));
        self
    }

    /// Gives the column another name: the header's once it is known, or the one that the office uses.
    #[must_use]
    pub fn rename_column(mut self, column: &str) -> Self {
        self.0.column = Some(column.to_owned());
        self
    }

    /// The same fault at another place: where the source has what the frozen register has here.
    #[must_use]
    pub fn moved_to(mut self, file: &str, row: u64) -> Self {
        self.0.file = Some(printable(file));
        self.0.row = Some(row);
        self
    }

    /// The same facts under another code: for one that knows better what can still be done.
    #[must_use]
    pub fn recoded(mut self, code: Code) -> Self {
        self.0.code = code;
        self
    }

    /// Adds a fact, which messages show in place of `{key}`.
    #[must_use]
    pub fn fact(mut self, key: &'static str, value: impl fmt::Display) -> Self {
        self.0.facts.push((key, shorten(&value.to_string())));
        self
    }

    /// Adds the fault behind this one, as the fact `detail`; whoever talks to people may say it in other words.
    ///
    /// ```
    /// use yaohao::fault::{Code, Fault};
    /// let inner = Fault::new(Code::FileMissing).file("record.json");
    /// let fault = Fault::new(Code::HistoryRecord).fact("campaign", "A1").because(inner.clone());
    /// assert_eq!(fault.cause(), Some(&inner));
    /// assert!(fault.to_string().contains("record.json: the file is missing"));
    /// ```
    #[must_use]
    pub fn because(mut self, cause: Self) -> Self {
        // its own facts are short already: cut once more, the end of a sentence would be lost
        self.0.facts.push(("detail", cause.to_string()));
        self.0.cause = Some(cause);
        self
    }

    /// The fault behind this one.
    #[must_use]
    pub fn cause(&self) -> Option<&Self> {
        self.0.cause.as_ref()
    }

    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// File, row and column, as far as known.
    #[must_use]
    pub fn place(&self) -> (Option<&str>, Option<u64>, Option<&str>) {
        (self.0.file.as_deref(), self.0.row, self.0.column.as_deref())
    }

    /// Fills a message's `{key}` places with this fault's facts.
    ///
    /// ```
    /// use yaohao::fault::{Code, Fault};
    /// let fault = Fault::new(Code::RegisterOrder).fact("id", "A7");
    /// assert_eq!(fault.fill("{id} again"), "A7 again");
    /// ```
    ///
    /// What stands behind a question mark is left out if the fact is missing, empty or 0:
    ///
    /// ```
    /// # use yaohao::fault::{Code, Fault};
    /// let fault = Fault::new(Code::RegisterOrder).fact("one", 3).fact("two", 0);
    /// assert_eq!(fault.fill("kept off{one?: {one} by region}{two?: {two} by station}"), "kept off: 3 by region");
    /// ```
    #[must_use]
    pub fn fill(&self, template: &str) -> String {
        self.fill_in(template, |_, value| Cow::Borrowed(value))
    }

    /// The same, with facts in the reader's words: `word` is given each fact's key and value.
    #[must_use]
    pub fn fill_in<'a>(&'a self, template: &str, word: impl Fn(&str, &'a str) -> Cow<'a, str>) -> String {
        let mut out = String::new();
        self.fill_into(&mut out, template, &word);
        out
    }

    fn fill_into<'a>(&'a self, out: &mut String, template: &str, word: &dyn Fn(&str, &'a str) -> Cow<'a, str>) {
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (place, behind) = to_the_end(after);
            let (key, text) = place.split_once('?').map_or((place, None), |(key, text)| (key, Some(text)));
            let value = self.0.facts.iter().find(|(name, _)| *name == key).map(|(_, value)| value.as_str());
            match (text, value) {
                (None, Some(value)) => out.push_str(&word(key, value)),
                (None, None) => out.push('?'),
                (Some(_), None | Some("" | "0")) => (),
                (Some(text), Some(_)) => self.fill_into(out, text, word),
            }
            rest = behind;
        }
        out.push_str(rest);
    }
}

/// What stands before the brace that closes, and what behind it.
fn to_the_end(text: &str) -> (&str, &str) {
    let mut open = 1_u32;
    for (at, c) in text.char_indices() {
        open = match c {
            '{' => open.saturating_add(1),
            '}' => open.saturating_sub(1),
            _ => open,
        };
        if open == 0 {
            return (text.get(..at).unwrap_or(text), text.get(at.saturating_add(1)..).unwrap_or_default());
        }
    }
    (text, "")
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, row, column) = self.place();
        let place: Vec<String> = [
            file.map(str::to_owned),
            row.map(|row| format!("row {row}")),
            column.map(|column| format!("column {column}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !place.is_empty() {
            write!(f, "{}: ", place.join(", "))?;
        }
        write!(f, "{} [{}]", self.fill(self.code().what()), self.code().name())
    }
}

impl std::error::Error for Fault {}

/// Values shown to people are cut: a bad file may hold a megabyte in one cell. Control characters become visible, so
/// that a hostile cell cannot write to the terminal.
fn shorten(text: &str) -> String {
    const SHOWN: usize = 120;
    let mut out: String = text.chars().take(SHOWN).flat_map(visible).collect();
    if text.chars().nth(SHOWN).is_some() {
        out.push('…');
    }
    out
}

/// A text with its control and direction characters made visible, so that it cannot write to a terminal.
///
/// ```
/// assert_eq!(yaohao::fault::printable("a\u{1b}[2J\n"), "a\\u{1b}[2J\\u{a}");
/// ```
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars().flat_map(visible).collect()
}

fn visible(c: char) -> impl Iterator<Item = char> {
    let escaped = c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let text = if escaped { c.escape_unicode().to_string() } else { c.to_string() };
    text.chars().collect::<Vec<_>>().into_iter()
}

macro_rules! codes {
    ($($variant:ident $name:literal $what:literal => $remedy:literal)*) => {
        /// The stable codes of everything that can be refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $(#[doc = $what] $variant),* }

        impl Code {
            /// Every code, in the order of their definition.
            pub const ALL: &'static [Code] = &[$(Code::$variant),*];

            /// The name that messages, reports and vectors use.
            #[must_use]
            pub fn name(self) -> &'static str { match self { $(Code::$variant => $name),* } }

            /// What is wrong, in English, with `{fact}` places.
            #[must_use]
            pub fn what(self) -> &'static str { match self { $(Code::$variant => $what),* } }

            /// What to do about it, in English, with `{fact}` places.
            #[must_use]
            pub fn remedy(self) -> &'static str { match self { $(Code::$variant => $remedy),* } }
        }
    };
}

impl Code {
    /// Whether it says that no assignment exists (SPEC §10.1): more draws of other targets may still work.
    ///
    /// ```
    /// # use yaohao::fault::Code;
    /// assert!(Code::AssignCrews.is_infeasible() && !Code::RegisterDigest.is_infeasible());
    /// ```
    #[must_use]
    pub fn is_infeasible(self) -> bool {
        matches!(self, Self::AssignInfeasible | Self::AssignCrews)
    }

    /// The code for the same after the announcement, when nothing can be mended any more.
    #[must_use]
    pub fn at_the_draw(self) -> Self {
        match self {
            Self::AssignInfeasible => Self::DrawInfeasible,
            Self::AssignCrews => Self::DrawCrews,
            other => other,
        }
    }
}

codes! {
    // --- encoding, identifiers
    JsonSyntax "json.syntax" "not JSON of this project: {detail}" => "publish the file again; do not edit it by hand"
    JsonCanonical "json.canonical" "JSON is not in canonical form (first difference at byte {byte})" => "publish the file as the program wrote it; do not reformat it"
    JsonMember "json.member" "member {member}: {detail}" => "publish the file again with the program that made it"
    HexForm "hex.form" "{value} is not {digits} lower-case hexadecimal digits" => "copy the value again, whole and in lower case"
    IdForm "id.form" "{value} is not an id (1 to 64 bytes of 0-9 A-Z a-z . _ -)" => "use a code: of the register or a pseudonym for firms and officers, of the division (such as 330106) for regions"
    NameForm "name.form" "{value} is not a name (1 to 32 bytes of a-z 0-9 _ -, beginning with a letter)" => "choose a short lower-case name"
    TextForm "text.form" "text is empty or blank, over 1,024 bytes, or holds a control character" => "say it in words of at most 1,024 bytes, without line breaks and invisible characters"
    TimeForm "time.form" "{value} is not a time of the form 2026-03-01T08:00:00Z" => "write the time in UTC, to the second"
    DateForm "date.form" "{value} is not a date of the form 2026-03-01" => "write year, month and day with hyphens"
    NumberForm "number.form" "{value} is not a number from {least} to {most} in plain digits" => "write a number from {least} to {most}, in digits only, without leading zeros"
    SetForm "set.form" "{value} is not a set (elements joined by ';', ascending, none empty, none twice)" => "sort the elements and remove doubles"
    // --- registers
    RegisterUtf8 "register.utf8" "not UTF-8 text" => "freeze the register again with `yaohao announce`"
    RegisterBom "register.bom" "begins with a byte order mark" => "fetch the file again, and do not save it from Excel"
    RegisterCrlf "register.crlf" "a line ends with CR LF or holds a CR" => "fetch the file again, and do not save it from Excel"
    RegisterControl "register.control" "a cell holds a control character" => "remove the invisible character from the source"
    RegisterEnd "register.end" "the last line does not end with LF" => "the file was cut off: copy it again"
    RegisterHeader "register.header" "the header is {found}, expected {expected}" => "freeze the register again; columns follow from the announcement"
    RegisterCells "register.cells" "the row has {found} cells, expected {expected}" => "look for a comma without quotes in this row"
    RegisterQuotes "register.quotes" "quotes are missing, unneeded or never closed" => "fetch the file again, and do not save it from Excel"
    RegisterCell "register.cell" "the cell has {bytes} bytes, at most 4096 are allowed" => "shorten the cell in the source"
    RegisterOrder "register.order" "the id {id} is not greater than the one before" => "the register must be sorted by id and hold each once: remove the double, freeze again"
    RegisterRows "register.rows" "{found} rows, expected {expected}" => "the file is not the one announced: fetch it again"
    RegisterLimit "register.limit" "more rows than the limit of {limit}" => "raise the limit in the policy if this size is expected"
    RegisterDigest "register.digest" "SHA-256 of the file is {found}, announced {expected}" => "the file is not the one announced: fetch it again"
    RegisterRoot "register.root" "the Merkle root is {found}, announced {expected}" => "the announcement contradicts itself: ask its publisher"
    RegisterExcluded "register.excluded" "excluded rows by reason are {found}, announced {expected}" => "the announcement does not describe this register: ask its publisher"
    InspectorValidity "inspector.validity" "the certificate ends ({to}) before it begins ({from})" => "correct the two dates"
    InspectorDepartment "inspector.department" "{value} is not a department of the announcement" => "add the department, or correct the row"
    InspectorLead "inspector.lead" "{value} is neither 'yes' nor empty" => "write yes or leave the cell empty"
    InspectorExpert "inspector.expert" "{value} is none of 'only', 'also' and empty" => "write only for an expert who is no officer, also for an officer who is an expert too, or leave the cell empty"
    RecusalInspector "recusal.inspector" "the recusal names {inspector}, who is not in the register of inspectors" => "correct the certificate number, or add the inspector"
    RecusalReserved "recusal.reserved" "{target} and {inspector}: the category {category} is reserved for a rule of history that is not announced" => "choose another word; last-visitor and met-recently are put in by last_visitors and met_within_months under history"
    RecusalTarget "recusal.target" "the recusal names {target}, which is not in the register of targets" => "correct the code, or remove the row"
    ProofPath "proof.path" "the proof's path does not lead to the root" => "ask for the proof again; do not edit it"
    ProofRow "proof.row" "the proof's rows do not show what it claims of {id}" => "ask for the proof again"
    ProofRoot "proof.root" "the proof is for another register or announcement ({detail})" => "use the proof together with its own announcement"
    ProofOpening "proof.opening" "the opened values do not give the row's seal" => "ask the office to open the row again"
    SealForm "seal.form" "{value} is not a seal (64 hexadecimal digits)" => "freeze the register again"
    // --- rules and announcement
    RuleForm "rule.form" "not a rule: {detail}" => "use eq, in, prefix, has-any, and, or, not, as SPEC §5 shows"
    RuleLimit "rule.limit" "the rule is deeper than 16 levels, or has more than 1,000 nodes or 10,000 values" => "split the stratum, or write an `in` list"
    AnnouncementForm "announcement.form" "{detail}" => "correct plan.toml; what is announced already needs a campaign with the next number"
    ColumnUnknown "column.unknown" "column {column} is named by a rule but is not in the register" => "add the column to the mapping in plan.toml"
    ColumnUnused "column.unused" "column {column} is in the register but no rule names it" => "remove it: only what the draw needs is published"
    StratumSize "stratum.size" "stratum {stratum} asks for {size} of {population}" => "ask for no more than there are, or use a rate"
    StratumNever "stratum.never" "stratum {stratum}, part {part}: none of its {population} targets could ever be drawn, and nothing says why" => "raise the size, merge this part with another, or use rounding up or a minimum; if it is meant so, write never = \"reason\" in this stratum, which is published"
    StratumCells "stratum.cells" "cells, sizes or populations of stratum {stratum} differ: found {found}, announced {expected}" => "the announcement does not describe this register: ask its publisher"
    StratumUnowned "stratum.unowned" "{count} rows belong to no stratum, announced {expected} (first: {id})" => "add a last stratum for the rest, or set unowned = \"leave-out\" in the plan"
    StratumWeight "stratum.weight" "weight {value} is not a number from 1 to 4294967295" => "give every target of this stratum a weight of at least 1"
    StratumItem "stratum.item" "{id} is in a stratum but no item applies to it" => "widen an item's rule, or exclude the row with a reason"
    StratumParts "stratum.parts" "more than 10,000 cells" => "split by a column with fewer values"
    WithoutChance "stratum.without-chance" "the list of cells without chance is {found}, announced {expected}" => "the announcement hides where there was no chance: ask its publisher"
    // --- statements
    StatementType "statement.type" "the file holds a statement of type {found}, expected {expected}" => "put the right file in its place"
    StatementSpec "statement.spec" "version {found} is not yaohao/1" => "use a program for that version"
    SuiteUnknown "suite.unknown" "suite {suite} is not known to this program" => "use a program that knows it"
    SignatureForm "signature.form" "{detail}" => "sign again with `yaohao key sign`"
    SignatureInvalid "signature.invalid" "the signature of key {key} does not fit this statement" => "the statement was changed after signing, or signed with another key: fetch it again"
    SignatureKey "signature.key" "key {key} is not announced for this statement" => "only announced signers may sign"
    SignatureThreshold "signature.threshold" "{found} announced signers have signed, {expected} are needed" => "let the other departments sign with `yaohao key sign`"
    PolicyForm "policy.form" "{detail}" => "correct the policy file as SPEC §12 shows"
    PolicySuite "policy.suite" "suite {suite} is not accepted by the policy" => "accept it in the policy only if you trust it"
    PolicyBeacon "policy.beacon" "beacon {beacon} is not accepted by the policy" => "accept it in the policy only if you trust it"
    PolicyKeys "policy.keys" "signatures of {found} trusted holders, the policy asks for {expected}" => "compare the key fingerprints with those the office publishes"
    KeyPeriod "policy.period" "the key of {holder} counts from {from} until {until}; this statement claims {claimed}, and is proven to have existed at {proven}" => "ask for a receipt or a time stamp that proves that the statement existed while the key counted; without one it may have been signed by whoever has the key today"
    NoticeSigners "notice.signers" "a rotation is signed by the old key and the new one, and by no other" => "sign it with both keys"
    NoticeName "notice.name" "a notice about a key is found by its name, which begins with {begins} and ends in .json" => "name it so"
    NoticeTwins "notice.twins" "one key is followed by two others, see {other}" => "trust neither of them before the holder has said which is right"
    AuditNoLog "audit.no-log" "the site has no log, so nobody can see whether a statement was taken away" => "keep one with `yaohao log init` and `yaohao publish`"
    AuditLogKey "audit.log-key" "no key that you trust is that of this log; the key that lies beside it was taken" => "name the log in your policy (logs)"
    AuditTwice "audit.twice" "number {number} is shown in two folders, differently; see {other}" => "ask the office which of them was first, and why there is another"
    AuditTwin "audit.twin" "the log has another {kind} of {number}, which the site does not show: {digest}" => "ask the office for it: it is another try of the same number"
    AuditDropped "audit.dropped" "the log has a {kind} of {number} that the site does not show: {digest}" => "ask the office for it; what was published once must stay"
    AuditUnlogged "audit.unlogged" "this statement is not in the log" => "publish it with `yaohao publish`; what is not in the log can be taken away unseen"
    AuditOverdue "audit.overdue" "{number} could be drawn until {time}, and has neither record nor void" => "only a void is possible any more; ask the office for it"
    AuditDue "audit.due" "the beacon of {number} spoke at {time}, and there is neither record nor void yet" => "wait for it, and look again"
    AuditVoidLate "audit.void-late" "{number} was given up at {time}, when its outcome could be known; the reason given is {reason}" => "compare what would have been drawn with what was drawn instead"
    AuditGap "audit.gap" "{missing}: no campaign has this number, and a later one has" => "ask the office what became of it; numbers come without gaps"
    AuditPlan "audit.plan" "{number} names a plan that is not in plans/: {digest}" => "ask the office for it"
    AuditReplaces "audit.replaces" "this campaign takes the place of {number}, which is not here, or was not given up so" => "ask the office for the void that it names"
    AuditReplacedTwice "audit.replaced-twice" "{number} was replaced by {other} already" => "ask the office why it was drawn again and again"
    AuditAgain "audit.again" "{number} was drawn from the register of {other}, which was given up, and does not say that it takes its place" => "compare the two, and ask the office why a redraw names nothing that it replaces"
    AuditBatchTwice "audit.batch-twice" "batch {batch} of line {line} of plan {plan} is carried out by {numbers}" => "ask the office which of them was first; a redraw names the campaign that it replaces"
    AuditHistory "audit.history" "{count} targets of {number} are excluded, or not, otherwise than the history that it names gives; the first is {id}" => "compare them with what the earlier campaigns drew, and ask the office who was kept out and why"
    AuditEarlier "audit.earlier" "{number} goes by a campaign {earlier} with the record {record}, or a statement after it, and none like it is shown here" => "ask the office for that campaign's files; where another record of the same number is shown, one of the two is made up, or the campaign was drawn twice"
    AuditRotation "audit.rotation" "{count} pairs of target and inspector are kept apart in {number}, or not, otherwise than its history and its rules of rotation give; the first: {target} and {inspector}" => "compare its recusals.csv with who visited whom before, and ask the office who left pairs out or put them in"
    AuditLoads "audit.loads" "{number} says of {count} inspectors that they carried another number of targets this year than the campaigns of its history gave them; the first: {inspector}" => "compare `carried` in its inspectors.csv with who visited whom before, and ask the office why they got more or less"
    AuditLine "audit.line" "{number} is not what line {line} of the plan that it names says: {member}" => "compare its announcement with the plan, and ask the office why; a plan that no longer holds is amended"
    AuditResults "audit.results" "{number}: results of {found} of {expected} visits are published; all were due by {time}" => "ask the office for the others"
    AuditRevealOverdue "audit.reveal-overdue" "the outcome of {number} is sealed, and {custodian} was to tell the secret by {time}" => "ask for it; without it nobody can know whom the lot fell on"
    AuditRevealLate "audit.reveal-late" "{custodian} was to tell the secret of {number} by {time}, and did at {revealed}" => "ask why"
    AuditStale "audit.stale" "there is a log of {found} entries, and the log here has {expected}" => "the log here is older than what was shown to others; ask for the newer one"
    AuditFork "audit.fork" "two histories of the log are about: at {size} entries they differ" => "keep both: they prove that whoever signs the log showed different pasts"
    AuditMirror "audit.mirror" "this statement is another one at {mirror}" => "keep both: somebody shows different statements to different readers"
    AuditMirrorLacks "audit.mirror-lacks" "{what} is not there" => "ask whoever keeps the copy to bring it up to date"
    AuditMirrorKeeps "audit.mirror-keeps" "{mirror} has this, and the site has it no longer" => "ask the office where it is; what was published once must stay"
    PolicyHolder "policy.holder" "the announcement gives {holder} a key that your policy does not know as {holder}'s, or a key of your policy to another holder" => "ask {holder} itself for its key; somebody may be using its name"
    PolicyCustodian "policy.custodian" "the announced key of the custodian {custodian} is not one that the policy trusts for reveals" => "add the custodian's key to the policy, with signs = [\"reveal\"], if you trust it"
    PolicyContributor "policy.contributor" "the announced key of {contributor} is not one that the policy trusts for contributions" => "add the contributor's key to the policy if you trust it"
    SizeLimit "limit.bytes" "{bytes} bytes, the limit is {limit}" => "raise the limit in the policy if this size is expected"
    // --- order, seed
    CampaignMixed "campaign.mixed" "the statement belongs to another campaign or announcement ({found}, expected {expected})" => "put together the files of one campaign only; if these are, one was changed after the other was signed"
    OrderTime "order.time" "{earlier} must come before {later}" => "the order of events was broken: this draw cannot count"
    ContributionSet "contribution.set" "contributions and closing do not agree about {contributor}" => "fetch all contribution files; a contribution that came after the closing does not count"
    ContributionCommitment "contribution.commitment" "the value of {contributor} does not fit its commitment" => "the contributor must reveal the value it committed to"
    ContributionAbsent "contribution.absent" "{contributor} has not contributed, and there is no beacon: every contributor must" => "wait for {contributor}; if it never contributes, only a new campaign with the next number is left"
    SealedOpen "sealed.open" "this campaign is not sealed: there is nothing to seal and no secret to reveal" => "take the file out of the folder; it is not of this campaign"
    SealedSecret "sealed.secret" "this is not the secret that {custodian} committed to" => "only the committed secret counts: it is in private/custodian.secret of whoever announced, or with the custodian"
    SealedRecord "sealed.record" "the sealing names the record {found}, this one is {expected}" => "only the record that was sealed on the day of the draw counts: keep both files, and ask whoever signed them"
    SeedBits "seed.bits" "the seed's public values are worth {bits} bits, and {contributors} contributors add to them; {expected} bits are needed" => "add sources or numbers, or let two contributors add a value each: then 32 bits are enough"
    PolicyValues "policy.values" "the public values are {found}; your policy says {expected}" => "look the numbers up again at their sources: one of the two is wrong; if it is not your policy, the draw is void"
    SeedEntropy "seed.entropy" "the seed would have less than 128 bits that nobody knows in advance" => "use a drand beacon, or name at least two contributors with keys of their own"
    BeaconChain "beacon.chain" "the chain {chain} is not known" => "use drand quicknet"
    BeaconRound "beacon.round" "the beacon is of round {found}, announced {expected}" => "wait for the announced round; no other counts"
    BeaconSignature "beacon.signature" "the beacon's signature is not valid for round {round}" => "fetch the round again from another relay"
    SeedText "seed.text" "the seed text or seed differs from what the statements give: found {found}, expected {expected}" => "the record was not made from these statements"
    // --- outcome
    OutcomeDiffers "outcome.differs" "line {line} is {found}, the lottery gives {expected}" => "this is not the outcome of the draw"
    RecordDiffers "record.differs" "{member} is {found}, recomputed {expected}" => "the record does not describe this draw"
    AssignInfeasible "assign.infeasible" "department {department}: {tasks} targets ({which}) need {seats} officers, but the {inspectors} officers who may go there{idle? ({idle} of them with a capacity of 0)} can fill only {places} places; {short} are missing. Where, as targets→seats [what they ask]: {kinds}.{off? Of {pool} in the department {off} are kept off all of these:{elsewhere? {elsewhere} by region;}{stations? {stations} by station;}{unqualified? {unqualified} by qualification;}{no_lead? {no_lead} may not lead;}{experts? {experts} as experts or no experts;}{expired? {expired} by validity;}{recused? {recused} by recusal;}{rotated? {rotated} by rotation;}}" => "add {short} places: more officers, or more capacity for those who may go there, or fewer targets{lone?; or lift what alone keeps others off some of these seats (officers):{lone_region? region {lone_region};}{lone_station? station {lone_station};}{lone_qualification? qualification {lone_qualification};}{lone_lead? not leading {lone_lead};}{lone_validity? validity {lone_validity};}}. `yaohao check` tries what would be enough"
    AssignCrews "assign.crews" "department {department}: {tasks} targets ({which}) need a crew each, but the {inspectors} crews that may go there can take only {places}; {short} are missing. The department has {pool} crews{left?, and {left} officers are in none}.{off? Kept off all of these targets are:{small? {small} crews with fewer than the {members} members wanted;}{away? {away} with somebody who may not go there (region, station, validity);}{unfit? {unfit} whose members do not have what the seats ask;}{recused? {recused} by recusal;}{spent? {spent} with somebody who has no capacity;}}" => "{given?add crews, or members or capacity to those that there are; mix their people otherwise}{formed?add officers, {members} for each crew more, or capacity}; or draw fewer targets"
    DrawInfeasible "draw.infeasible" "department {department}: {tasks} targets ({which}) need {seats} officers, but the {inspectors} officers who may go there{idle? ({idle} of them with a capacity of 0)} can fill only {places} places; {short} are missing. Where, as targets→seats [what they ask]: {kinds}.{off? Of {pool} in the department {off} are kept off all of these:{elsewhere? {elsewhere} by region;}{stations? {stations} by station;}{unqualified? {unqualified} by qualification;}{no_lead? {no_lead} may not lead;}{experts? {experts} as experts or no experts;}{expired? {expired} by validity;}{recused? {recused} by recusal;}{rotated? {rotated} by rotation;}}" => "nothing of this announcement can be changed: keep all its files, publish the reason, and announce again under the next number"
    DrawCrews "draw.crews" "department {department}: {tasks} targets ({which}) need a crew each, but the {inspectors} crews that may go there can take only {places}; {short} are missing. The department has {pool} crews{left?, and {left} officers are in none}.{off? Kept off all of these targets are:{small? {small} crews with fewer than the {members} members wanted;}{away? {away} with somebody who may not go there (region, station, validity);}{unfit? {unfit} whose members do not have what the seats ask;}{recused? {recused} by recusal;}{spent? {spent} with somebody who has no capacity;}}" => "nothing of this announcement can be changed: keep all its files, publish the reason, and announce again under the next number"
    LimitInspectors "limit.inspectors" "more than {limit} inspectors or seats" => "split the campaign"
    // --- plan, intake, campaign folder
    PlanForm "plan.form" "{detail}" => "correct plan.toml; `yaohao new` writes one with comments"
    PlanSyntax "plan.syntax" "{detail} (from character {column})" => "correct this line: {text}"
    PlanUnknownKey "plan.unknown-key" "{key} is not known; known here: {known}" => "correct the name, or remove the line"
    PlanMissingKey "plan.missing-key" "{key} is missing" => "add {key} = …; `yaohao new` writes a plan with comments"
    PlanType "plan.type" "{detail}" => "correct this line: {text}"
    PlanMember "plan.member" "{place} {detail}" => "correct it in plan.toml; `yaohao new` writes one with comments"
    PlanTemplate "plan.template" "{member} is still the template's: {value}" => "write {own}"
    PlanSpec "plan.spec" "spec is {found}, this program knows yaohao/1" => "write spec = \"yaohao/1\", or use a program for that version"
    PlanWindow "plan.window" "window: the inspections end ({to}) before they begin ({from})" => "correct the two dates"
    PlanDepartment "plan.department" "item {item}: {department} is not a department of this plan; they are: {known}" => "correct the id, or add the department with [[departments]]"
    PlanLeader "plan.leader" "item {item}: {found} seats lead, it must be exactly one" => "write leader = true, with count = 1, at one seat and leader = false at all others"
    ItemOfficers "item.officers" "item {item}: department {department} may penalise and sends {officers} officers (experts do not count){wanting?: fewer than two, and nothing under fewer says why}{needless?: that is enough, and yet it is listed under fewer}" => "{wanting?ask for two officers, or say in fewer why there need not be two}{needless?remove {department} from fewer}"
    PlanPenalises "plan.penalises" "item {item} does not say which departments may penalise" => "write penalises = [\"department\"], or penalises = [] if none may"
    PlanThreshold "plan.threshold" "threshold is {threshold}, there are {holders} holders" => "write a threshold from 1 to the number of holders"
    PlanMark "plan.mark" "registers.targets.lists: the mark {mark} changes nothing, since no rule names lists" => "write a rule with has-any = [\"lists\", [\"{mark}\"]], or give the list a reason in place of the mark"
    PlanListEffect "plan.list-effect" "{place}: a list must have either reason (it excludes) or mark (rules name it)" => "write reason = \"…\" or mark = \"…\", one of them"
    PlanReason "plan.reason" "{place}: the reason {reason} is kept for the section history" => "choose another name"
    PlanSource "plan.source" "{place}: {detail}" => "write file = \"…\", or database and query, or one [[….sources]] for every table"
    PlanConflict "plan.conflict" "{place} is {word}, which is none of {known}" => "write one of these"
    PlanUnusedName "plan.unused-name" "{place}: no column is called {name}; probably {near} is meant" => "correct the name (one of {known}), or remove it"
    KeyMissing "key.missing" "there is no key of {holder}" => "make one with `yaohao key new {holder} DIR`, or put the holder's public key into private/keys/{holder}.pub"
    KeyForm "key.form" "not a key file: {detail}" => "a key file holds 64 hexadecimal digits, or them under a passphrase as age writes them (age -a -p)"
    KeyPassphraseNeeded "key.passphrase-needed" "{file} needs a passphrase, and there is no terminal to ask on" => "give a file whose first line is the passphrase: --passphrase-file FILE, or its path in YAOHAO_PASSPHRASE_FILE; a new key without a passphrase is made with --plain"
    KeyPassphrase "key.passphrase" "the passphrase does not open this key" => "try again; without the right passphrase nobody can open it, and a new key is needed"
    KeyPassphraseEmpty "key.passphrase-empty" "the passphrase is empty" => "choose one of several words; a new key without a passphrase is made with --plain"
    KeyPassphraseDiffers "key.passphrase-differs" "the passphrase was typed in two ways" => "nothing was written: try again"
    KeyWork "key.work" "the key asks for 2^{factor} rounds of work, at most 2^{limit} are done" => "somebody has made or changed this file to stop your machine: take the key from a copy"
    KeyLock "key.lock" "the key is {state} already" => "nothing was changed; for another passphrase, `yaohao key unlock` first, then `yaohao key lock`"
    IntakeFormat "intake.format" "this is {found}, which cannot be read as a table, whatever its name says" => "save the table as .xlsx or as CSV, and name that file in plan.toml"
    IntakeDamaged "intake.damaged" "the file is damaged or was cut off: {detail}" => "copy it again from where it came, or open it in Excel and save it again"
    IntakeLimit "intake.limit" "{what}: {found}, at most {limit} are read" => "a register is never so large: look whether this is the right file, or split it into several sources"
    IntakeMacro "intake.macro" "the workbook holds macros" => "save it in Excel as .xlsx (a workbook without macros)"
    IntakeEncrypted "intake.encrypted" "the workbook is protected by a password" => "remove the password in Excel (File, Info, Protect Workbook) and save it again"
    IntakeSheet "intake.sheet" "the workbook has no sheet {sheet} that is visible; it has {found}" => "correct sheet = \"…\" in plan.toml"
    IntakeSheets "intake.sheets" "several sheets hold such a table: {found}" => "say which one: sheet = \"…\" for this register in plan.toml"
    IntakeEncoding "intake.encoding" "this row is neither UTF-8 nor GB18030 text, or the file mixes the two" => "open the table in Excel or WPS, look at this row, and save it as CSV UTF-8"
    IntakeCsv "intake.csv" "not a table: {detail}" => "look for a missing or extra comma or quote in this row"
    IntakeQuote "intake.quote" "a double quote that opens in this row never closes, so that it swallows the rest of the file" => "close the quote, or remove it"
    IntakeWidth "intake.width" "the row has {found} cells, the header has {expected}" => "look for a missing or extra comma or quote in this row or the one before"
    IntakeLong "intake.long" "the cell holds {characters} characters, at most {limit} are read" => "shorten it; look for a quote that was not closed"
    IntakeHeader "intake.header" "no row of this table is a header with {missing}; any of these names would serve: {aliases}; the nearest row has {found}" => "name the column so, or write {missing} = \"its name\" in the columns of this register in plan.toml"
    IntakeExcludeColumn "intake.exclude-column" "no row of this table is a header with {column}, by which rows are excluded; the nearest row has {found}" => "add the column, or name one of the table's in [[registers.{register}.exclude]] of plan.toml, or remove that part of the plan"
    IntakeHeaderTwice "intake.header-twice" "the header has the column {column} twice" => "rename one of the two columns"
    IntakeHeaderMerged "intake.header-merged" "cells {cells} of the header are merged, so that only the first of these columns has a name" => "unmerge them in Excel and give every column its own name"
    IntakeMerged "intake.merged" "cells {cells} are merged, so that only the first of them has a value" => "unmerge them in Excel and fill in every row"
    IntakeUncached "intake.uncached" "cell {cell} holds a formula whose result was never saved" => "open the file in Excel, let it compute, save it; or paste the values in place of the formulas"
    IntakeErrorCell "intake.error-cell" "cell {cell} shows the error {value}" => "correct the formula or write the value"
    IntakeNumberId "intake.number-id" "cell {cell} is the number {value} where a code is expected: a number loses leading zeros, and all digits after the fifteenth" => "format the column as text in Excel and enter the codes again from their source"
    IntakeCut "intake.cut" "{value}: Excel took this code for a number and cut it to 15 digits; the last three are lost" => "format the column as text first, then enter the code again from its source; it cannot be restored from this file"
    IntakeInvisible "intake.invisible" "{value} holds the invisible character {character}" => "delete the cell and type the code again by hand"
    IntakeFormula "intake.formula" "{value} would be taken for a formula by whoever opens the published table in Excel" => "remove the sign at the beginning (= + - @)"
    IntakeDate "intake.date" "{value} is not a date" => "write 2026-01-05, 2026/1/5 or 2026年1月5日, or 长期有效 where there is no end"
    IntakeInteger "intake.integer" "{value?{value} is not a whole number}{blank?the cell is empty, and must hold a whole number}" => "write a whole number, in digits only"
    IntakeFlag "intake.flag" "{value} is neither yes nor no{expert? nor 外聘}" => "write 是 or 否{expert?, or 外聘 for an expert who is no officer}, or leave the cell empty"
    IntakeLeave "intake.leave" "{value} is neither a number of days nor a list of days" => "write the number of days of leave in the window, or the days, such as 2024-11-04至2024-11-08；2024-11-20"
    IntakeDuplicate "intake.duplicate" "{id} stands already in {file}, row {first}" => "remove one of the two rows"
    IntakeOfficerTwice "intake.officer-twice" "{id} is of {department}, and stands also in {file}, row {first}, as one of {other}" => "one officer belongs to one department: remove one of the two rows"
    IntakeUnique "intake.unique" "{value} stands already in {file}, row {first}, under another id" => "this looks like one and the same twice: remove or correct one of the two rows"
    IntakeConflict "intake.conflict" "{id}: {left} in {left_at}, but {right} in {right_at}" => "let the departments agree, or settle it in plan.toml: conflicts.{column} = … for this register"
    IntakeAbsent "intake.absent" "none of the tables that have this target has a column for {column}" => "add the column to one of them, or give its value for the table: defaults.{column} = … in plan.toml"
    IntakeEmptyCell "intake.empty-cell" "{column} is empty: nobody could be sent there" => "fill in the cell, or exclude the row with a reason"
    IntakeFinding "intake.finding" "'{value}' is no result of the list" => "write the field's words, such as 未发现问题, or a code: {known}; several are separated by ;"
    IntakeFindingNone "intake.finding-none" "'{value}': that nothing was found stands beside something that was" => "leave one of them out"
    IntakeTwin "intake.twin" "{name} stands here under {id} and in {file}, row {first}, under {other}: if it is one firm, its odds are doubled" => "remove the row with the old registration number; unique = [\"name\"] in plan.toml refuses such pairs"
    IntakeListUnknown "intake.list-unknown" "{count} of {of} ids of this list are not in the register (first: {id})" => "look whether they are mistyped; if they are of another place, there is nothing to do"
    SourceFeature "source.feature" "this program was built without {feature}" => "build it with that feature, or save the table as CSV"
    SourceDatabase "source.database" "the database says: {detail}" => "check address, name and password, and try the query by hand"
    HistoryRecord "history.record" "the earlier campaign {campaign} does not hold: {detail}" => "fetch its public folder again whole from where it was published; check the digest in plan.toml"
    HistoryNumber "history.number" "{number} is the number of an earlier campaign that this plan names" => "give this campaign the next number: no number is used twice"
    HistoryOrder "history.order" "{campaign}, of the level {level}, has drawn in this year before this campaign of the level {own}" => "province, city and county draw in this order, so that the level above finds its firms free; if it could not be helped, there is nothing to do"
    HistoryPseudonym "history.pseudonym" "ids of this register are pseudonyms, which are new in every campaign: earlier draws cannot be recognised" => "use id_form = \"credit-code\" or \"id\", or remove [history] from plan.toml"
    HistoryStrangers "history.strangers" "none of those who made visits in {campaign} is in the register of inspectors" => "if they are the same people, pseudonyms were made under another key: keep private/register.key from one campaign to the next, or nobody is rotated"
    // --- the year's plan
    YearForm "year.form" "{detail}" => "correct the table and make the plan again; what is published needs an amendment (`yaohao plan amend`)"
    YearChain "year.chain" "issue {issue} of the plan: {detail}" => "give all issues of one plan, from plan-1.json on, as they were published"
    YearSuperseded "year.superseded" "{file} was amended by issue {issue}" => "name {latest} in [year_plan] of plan.toml, and look what it changed with `yaohao plan verify`"
    YearLine "year.line" "the year's plan has no line {line}; it has {known}" => "correct line in [year_plan] of plan.toml, or amend the year's plan"
    YearBatch "year.batch" "line {line} is planned for {batches} campaigns, and this is campaign {batch}" => "correct batch in [year_plan] of plan.toml, or amend the year's plan"
    YearNumber "year.number" "number {number} is not {prefix}- and a serial" => "write number = \"{prefix}-1\", with the next serial in place of 1"
    YearGap "year.gap" "number {number} leaves a gap, or is taken: the next number of {prefix} is {next}" => "write number = \"{next}\" in plan.toml: numbers come without gaps, so that no campaign can be dropped unseen"
    YearBasis "year.basis" "line {line} is planned as {planned}, and the campaign is {found}" => "correct basis in plan.toml, or amend the year's plan"
    YearDepartment "year.department" "item {item} has seats for {department}, which takes no part in line {line}: {planned}" => "correct the seats, or amend the year's plan"
    YearLead "year.lead" "item {item} is led by {department}; line {line} is led by {planned}" => "give the leader's seat to {planned}, or amend the year's plan"
    YearMonths "year.months" "the window ({from} to {to}) is not in months {first} to {last} of {year}, for which line {line} is planned" => "correct window in plan.toml, or amend the year's plan"
    YearRate "year.rate" "{drawn} of {population} targets are drawn; line {line} is planned with at least {planned}" => "draw more, or amend the year's plan and say why"
    YearItem "year.item" "item {item} ({title}) is none of line {line}'s: {planned}" => "give the item the id or the name that the year's plan has; what is not planned should not be inspected"
    YearUnchanged "year.unchanged" "the table says what issue {issue} says already" => "nothing was signed; change the table first"
    YearHeader "year.header" "no row of this table is a header with {missing}; any of these names would serve: {aliases}" => "name the column so"
    YearUnknown "year.unknown" "{value} is no department of the plan; known: {known}" => "say its id: --department ID={value}"
    YearExists "year.exists" "{file} is there already" => "nothing was changed: a published plan is amended, under a new name, and never written over"
    YearDepartmentOption "year.department-option" "{value} is not ID=NAME" => "write --department yingji=应急管理"
    YearCell "year.cell" "{value}: {detail}" => "correct the cell; `yaohao plan new FILE.xlsx` makes a table that says how each is filled in"
    YearDiffers "year.differs" "this row continues line {line} and says otherwise: {value}" => "leave the cell empty, or give the row a number of its own"
    IntakeCode "intake.code" "{value}: the check character is {found}, the other characters give {expected}: at least one is mistyped" => "copy the code from the licence"
    IntakeCodeLength "intake.code-length" "{value} has {found} characters; a credit code has 18, a registration number 15" => "copy the code from the licence, whole"
    IntakeCodeCharacter "intake.code-character" "{value}: character {position} is {found}, which no code has there" => "copy the code from the licence; there are no I, O, S, V, Z in it, a zero looks like O"
    IntakeEmpty "intake.empty" "the table has no rows" => "check that the right file is named in plan.toml"
    ColumnNotMapped "column.not-mapped" "no column is mapped to {column}, which {register} needs" => "add {column} = \"…\" to the columns of that register in plan.toml"
    AnnounceSeats "announce.seats" "in {infeasible} of {trials} trial draws not all seats could be filled, and what is announced cannot be changed: so nothing was announced" => "run `yaohao check` and mend what it shows: add officers, capacity or qualifications, or draw fewer targets"
    CampaignExists "campaign.exists" "{file} is there already: a campaign is announced, closed and drawn once" => "nothing was changed; for another campaign use a new folder and the next number"
    CampaignState "campaign.state" "the campaign has no {file} yet" => "run `yaohao {command}` first"
    CampaignLocked "campaign.locked" "another yaohao works in this folder" => "wait until it is done"
    SimulatePublic "simulate.public" "{path} lies in the folder of what is published" => "write it elsewhere: nothing of trial draws is ever published with a campaign"
    ChanceForm "chance.form" "number {position} is {found}, not {expected}" => "rolls are digits from 1 to 6; cards are rank and suit (AS, 10H, 黑桃A), separated by spaces or commas"
    ChanceFew "chance.few" "{found} are worth {bits} bits: too few to be unguessable" => "at least {expected} are needed; a hundred rolls are 258 bits, a deck of cards 225"
    ChanceTwice "chance.twice" "{card} is card {first} and card {second}" => "a deck has each card once: type it again from the table"
    ChanceOdd "chance.odd" "this is not what chance gives: {detail}" => "throw or shuffle again, and type what lies on the table; a deck needs seven shuffles"
    ContributorUnknown "contributor.unknown" "{contributor} is not an announced contributor" => "the plan names the contributors; it cannot be changed after the announcement"
    ContributionLate "contribution.late" "the campaign is closed: no contribution is taken any more" => "nothing: the closing says who was absent"
    CommitmentMissing "commitment.missing" "{contributor} has not committed to a value yet, and there is no beacon" => "run `yaohao contribute --commit --as {contributor}` before announcing"
    CommitmentExists "commitment.exists" "{contributor} has committed already; nothing was changed" => "nothing: the value that was committed to is kept"
    BeaconPast "beacon.past" "the beacon ({beacon}) speaks at {time}, less than ten minutes after this announcement" => "choose one after {earliest}, in [seed] of plan.toml: round or at for drand, event_at for public values"
    BeaconEarly "beacon.early" "the beacon ({beacon}) speaks at {time}" => "wait until then and draw; for drand, --fetch waits"
    BeaconOver "beacon.over" "the announcement waits for its beacon ({beacon}) until {time}: after that no draw counts, only a void" => "publish why there was no draw, and announce again under the next number"
    ValuesMissing "beacon.values-missing" "the campaign needs the public values of {sources}" => "give each source's numbers: --values SOURCE=NUMBERS"
    BeaconMissing "beacon.missing" "the campaign needs the beacon of round {round}" => "fetch it with --fetch; or give its signature with --signature, or a relay's answer with --beacon FILE"
    BeaconKind "beacon.kind" "the beacon is {found}, announced is {expected}" => "fetch the announced beacon"
    BeaconValues "beacon.values" "public values of {source}: {detail}" => "look the numbers up again at their source; the announcement says how many they are, in which range and order"
    BeaconOption "beacon.option" "{option} does not go with this campaign's beacon, which is {beacon}" => "leave it out; `yaohao draw --help` tells what each option is for"
    RelayForm "relay.form" "{value} is not the address of a relay" => "begin with https:// or http://, without the path: https://api.drand.sh"
    RelayUnreachable "relay.unreachable" "the relay cannot be reached: {detail}" => "check the network; behind a proxy, set https_proxy; any other relay will do"
    RelayAnswer "relay.answer" "the relay's answer is no round: {detail}" => "ask another relay: only the round's signature counts, not who gives it"
    RelayNone "relay.none" "none of {relays} relays gave round {round}" => "nothing was changed: run it again later, name other relays with --relay, or fetch the round elsewhere and give it with --beacon FILE"
    IdUnknown "id.unknown" "{id} is in no register of this campaign" => "check the code; `yaohao prove` makes a proof that it is absent"
    IdWithheld "id.withheld" "{id} was not found as it is written, and the register holds pseudonyms: without private/register.key a certificate number cannot be looked up, and this does not show that it is absent" => "ask the office that holds private/register.key, or give the pseudonym (P and 20 digits); for a firm, `yaohao prove` says whether it is among the targets"
    // --- the log, its notes and witnesses
    NoteForm "note.form" "not a signed note: {detail}" => "fetch it again whole; do not edit it"
    NoteUnsigned "note.unsigned" "{name} has not signed this note" => "check the name and the key; without this signature the note says nothing"
    NoteSignature "note.signature" "the signature of {name} does not fit this note" => "the note was changed after signing, or signed with another key: fetch it again"
    KeyName "key.name" "{value} is not the name of a log or witness (1 to 255 bytes, no spaces, no plus sign)" => "use an address without its scheme, such as yjj.example.gov.cn/yaohao"
    VerifierForm "verifier.form" "{value} is not a key of a log or witness (name+id+base64)" => "copy the whole line again from whoever holds the key"
    CheckpointForm "checkpoint.form" "not a checkpoint: {detail}" => "fetch it again whole; do not edit it"
    CheckpointOrigin "checkpoint.origin" "the checkpoint is of the log {found}, expected {expected}" => "fetch the checkpoint of the right log"
    LeafForm "leaf.form" "the entry is not a leaf of a statement" => "this log holds other things too; only leaves of yaohao/1 can be compared with statements"
    TileForm "tile.form" "the tile has {bytes} bytes, expected {expected}" => "fetch the log's folder again whole"
    BundleForm "bundle.form" "the bundle does not hold {expected} entries" => "fetch the log's folder again whole"
    VoidRecord "void.record" "there is a void beside a record or a sealing: one announcement ends in one of them" => "keep both: together they prove that the publisher signed two ends of one campaign"
    VoidOutcome "void.outcome" "the void and what could be known then do not agree: {detail}" => "a campaign that is given up after the beacon says what would have been drawn; one that is given up before cannot"
    VoidReason "void.reason" "the void's reason {reason} does not hold: {detail}" => "give the true reason"
    // --- what happens after the record
    LaterVoid "later.void" "{file} stands beside a void: a campaign that was given up has no substitutions, results or amendments" => "keep all of them: together they prove that the publisher signed both"
    LaterSerial "later.serial" "serial {found} stands where {expected} is due: one is missing, or there are two" => "fetch the public folder again whole; if it is the same, ask its publisher for the missing statement"
    LaterPrevious "later.previous" "previous is {found}, the statement before has the digest {expected}" => "the statements after the record are one chain: this one was not made after the one that lies before it"
    SubstituteTarget "substitute.target" "{target} is not among the targets that are drawn now" => "only a target that was drawn, or came in for one, can be replaced or have its team changed"
    SubstituteSeat "substitute.seat" "{target} has no seat {seat} of {department} with somebody in it" => "look the seats up with `yaohao explain DIR --teams`; a seat that became vacant stays so"
    SubstituteOut "substitute.out" "{found} does not sit there, {expected} does" => "name the inspector who sits there now"
    SubstituteFinished "substitute.finished" "{target} has a result already: its visit is over" => "if the result is wrong, amend it; who went stays who went"
    SubstituteDiffers "substitute.differs" "{found} comes in, the list gives {expected}" => "nobody chooses who steps in: take the one whom the list gives"
    SubstituteInfeasible "substitute.infeasible" "{reserve} comes in for {target}, but the {seats} seats of {department} there cannot all be filled by inspectors who may sit there and have capacity left" => "the target cannot be replaced: nothing may silently be half a team; say why with `yaohao amend DIR --amends record --reason WORD --text \"…\"`"
    ResultTarget "result.target" "{target} is not among the targets that are drawn now" => "only what was drawn, or came in for it, has a result"
    ResultTwice "result.twice" "{target} has a result already" => "if it is wrong, amend it: the old one stays, and the new one counts"
    ResultNone "result.none" "{target} has no result yet, so none can take its place" => "publish it with `yaohao result`"
    ResultFinished "result.finished" "{target}: the visit was finished on {found}, which is not from {from} to {to}" => "correct the date: no visit ends before its window begins or before the draw, nor after its result is published"
    AmendUnknown "amend.unknown" "{found} is no earlier statement of this campaign's, nor its record" => "name the record, or the serial of a statement after it"
    ReceiptForm "receipt.form" "not a receipt: {detail}" => "fetch it again whole; do not edit it"
    RequestForm "request.form" "not a request to a witness" => "send the form of C2SP tlog-witness"
    LogEntry "log.entry" "entry {leaf} is not the one that the log's hashes were made of" => "the log's folder is damaged: restore it from a copy, and compare its checkpoint with one that somebody else kept"
    LogEntryLong "log.entry-long" "the entry has {bytes} bytes, at most 65535 are allowed" => "log a digest of it"
    LogRoot "log.root" "the log's tiles have the root {found}, its checkpoint says {expected}" => "the log's folder is damaged: restore it from a copy, and compare its checkpoint with one that somebody else kept"
    LogInclusion "log.inclusion" "the path of leaf {leaf} does not lead to the checkpoint's root" => "the receipt is not of this statement, or was changed: ask the log for it again"
    LogLeafAbsent "log.absent" "{leaf} is not in this log" => "append it with `yaohao log append`"
    LogShrunk "log.shrunk" "the log has {found} leaves, but had {expected} before" => "leaves were lost: restore the log from a copy that has them before anything is appended; if there is none, say so in public"
    LogForked "log.forked" "the log of {size} leaves does not continue the one of {old} leaves: its history was changed" => "keep both checkpoints: together they prove it; this log cannot be trusted any more"
    LogExists "log.exists" "there is a log already" => "a log is made once; append to it"
    LogGrown "log.grown" "the log has grown while the witness was asked" => "ask the witness again"
    WitnessRefused "witness.refused" "the witness answered {status}: {detail}" => "ask whoever runs the witness whether it watches this log under this key"
    WitnessPairs "witness.pairs" "{addresses} addresses of witnesses and {keys} keys" => "give --witness and --witness-key in pairs, in the same order"
    PublishNothing "publish.nothing" "there is nothing to publish: neither a campaign nor a statement named plan-….json, rotation-….json or revocation-….json" => "name the folder of the campaign, of the plans (site/plans), or of the notices (site/keys)"
    WitnessUnreachable "witness.unreachable" "the witness cannot be reached: {detail}" => "check the address; try again later, the log itself is complete"
    // --- time stamps of authorities
    StampForm "stamp.form" "not a time stamp that this program reads: {detail}" => "fetch the authority's reply again, whole and unchanged; if it is refused again, ask another authority"
    StampRefused "stamp.refused" "the time-stamp authority did not grant a stamp (status {status}): {detail}" => "ask it again, with the SHA-256 digest of the statement's body"
    StampAlgorithm "stamp.algorithm" "{place}: {algorithm} is not accepted" => "ask for a stamp over SHA-256, from an authority that signs with RSA of 2048 to 8192 bits and SHA-256, -384 or -512, or with ECDSA on P-256 or P-384 and SHA-256 or -384"
    StampImprint "stamp.imprint" "the stamp is for {found}, expected {expected}" => "put the stamp beside the statement that it was made for"
    StampAuthority "stamp.authority" "no authority that you trust stands behind this stamp: {detail}" => "add the certificate of the authority that issued it to [[authorities]] of the policy, if you trust it; let the token hold its own certificate (`openssl ts -query -cert`)"
    StampCertificate "stamp.certificate" "the certificate of {subject} does not serve: {detail}" => "ask an authority whose certificate is for time stamps and was valid then"
    StampSignature "stamp.signature" "the signature of {subject} does not fit this stamp" => "the stamp was changed after signing: fetch it again"
    AuthorityForm "authority.form" "not one certificate in PEM: {detail}" => "give one certificate, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----"
    // --- files
    FileUtf8 "file.utf8" "not UTF-8 text" => "save it as UTF-8"
    FileMissing "file.missing" "the file is missing" => "check the path; if the folder was downloaded, fetch it whole again"
    FileWrite "file.write" "cannot be written: {detail}" => "check free space and permissions; nothing was changed"
    FileRead "file.read" "cannot be read: {detail}" => "check the path and the permissions"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_plain() {
        let mut names: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        let before = names.len();
        names.dedup();
        assert_eq!(names.len(), before);
        assert!(
            names.iter().all(|name| name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.' || b == b'-'))
        );
    }

    #[test]
    fn a_hostile_cell_cannot_write_to_the_terminal() {
        let fault = Fault::new(Code::IdForm).fact("value", "\u{1b}[31mred\u{202e}");
        assert!(!fault.to_string().contains('\u{1b}'));
        assert!(!fault.to_string().contains('\u{202e}'));
    }
}
