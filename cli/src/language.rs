//! Messages in two languages, from the tables in `messages/`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::LazyLock;
use yaohao::fault::{Code, Fault};

/// The reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Chinese,
    English,
}

type Table = BTreeMap<String, String>;

/// `[texts]` of both languages; for faults the English wording is the core's own.
static ENGLISH: LazyLock<Table> = LazyLock::new(|| table(include_str!("../messages/en.toml"), "texts"));
static CHINESE: LazyLock<Table> = LazyLock::new(|| table(include_str!("../messages/zh-CN.toml"), "texts"));
static CHINESE_WHAT: LazyLock<Table> = LazyLock::new(|| table(include_str!("../messages/zh-faults.toml"), "what"));
static CHINESE_REMEDY: LazyLock<Table> = LazyLock::new(|| table(include_str!("../messages/zh-faults.toml"), "remedy"));

/// Facts that are English words, in Chinese.
static CHINESE_FACTS: LazyLock<Table> = LazyLock::new(|| table(include_str!("../messages/zh-faults.toml"), "facts"));

/// Facts that are English sentences with places for other words, in Chinese; those that say most come first.
static CHINESE_PHRASES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let mut phrases: Vec<_> = table(include_str!("../messages/zh-faults.toml"), "phrases").into_iter().collect();
    let said = |english: &str| english.len().saturating_sub(2 * english.matches("{}").count());
    phrases.sort_by_key(|(english, _)| std::cmp::Reverse(said(english)));
    phrases
});

/// Facts that the program words. All others are words of the office: they are shown as they are.
const WORDED: [&str; 3] = ["detail", "place", "found"];

/// A phrase in a phrase in a phrase, not more.
const NESTED: usize = 4;

fn table(source: &str, name: &str) -> Table {
    let mut tables: BTreeMap<String, Table> = toml::from_str(source).unwrap_or_default();
    tables.remove(name).unwrap_or_default()
}

impl Language {
    /// `--lang` decides; without it the locale, where LC_ALL outweighs LC_MESSAGES and that LANG.
    pub(crate) fn choose(arguments: &[OsString]) -> Self {
        let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
        while let Some(argument) = arguments.next() {
            let value = if argument == "--lang" {
                arguments.next()
            } else {
                argument.strip_prefix("--lang=").map(|value| value.to_owned().into())
            };
            match value.as_deref() {
                Some("zh") => return Self::Chinese,
                Some("en") => return Self::English,
                _ => {}
            }
        }
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = set("LC_ALL").or_else(|| set("LC_MESSAGES")).or_else(|| set("LANG")).unwrap_or_default();
        if locale.starts_with("zh") { Self::Chinese } else { Self::English }
    }

    /// A text; one that is missing shows its key, which a test forbids.
    pub(crate) fn text(self, key: &str) -> String {
        let table = match self {
            Self::Chinese => &CHINESE,
            Self::English => &ENGLISH,
        };
        table.get(key).cloned().unwrap_or_else(|| format!("<{key}>"))
    }

    /// A text with its places filled.
    pub(crate) fn say(self, key: &str, facts: &[(&str, &dyn std::fmt::Display)]) -> String {
        let mut out = String::new();
        let text = self.text(key);
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (name, behind) = after.split_once('}').unwrap_or((after, ""));
            match facts.iter().find(|(fact, _)| *fact == name) {
                Some((_, value)) => out.push_str(&yaohao::fault::printable(&value.to_string())),
                None => out.push_str(name),
            }
            rest = behind;
        }
        out.push_str(rest);
        out
    }

    /// What is wrong and where, then what to do, with the code.
    pub(crate) fn fault(self, fault: &Fault) -> String {
        format!("{} [{}]\n  → {}", self.placed(fault), fault.code().name(), self.fault_parts(fault).1)
    }

    /// What is wrong and where.
    fn placed(self, fault: &Fault) -> String {
        let (what, _) = self.fault_parts(fault);
        let place = self.place(fault);
        let separator = if place.is_empty() { "" } else { self.colon() };
        format!("{place}{separator}{what}")
    }

    /// What is wrong, and what to do.
    pub(crate) fn fault_parts(self, fault: &Fault) -> (String, String) {
        let code: Code = fault.code();
        let (what, remedy) = self.filled(fault, code);
        if code.is_infeasible() || matches!(code, Code::DrawInfeasible | Code::DrawCrews) {
            return (without_last_semicolons(&what), without_last_semicolons(&remedy));
        }
        (what, remedy)
    }

    fn filled(self, fault: &Fault, code: Code) -> (String, String) {
        match self {
            Self::English => (fault.fill(code.what()), fault.fill(code.remedy())),
            Self::Chinese => {
                let of = |table: &Table, english: &str| {
                    let template = table.get(code.name()).map_or(english, String::as_str);
                    fault.fill_in(template, |key, fact| match fault.cause().filter(|_| key == "detail") {
                        Some(cause) => Cow::Owned(self.placed(cause)),
                        None => in_chinese(key, fact),
                    })
                };
                (of(&CHINESE_WHAT, code.what()), of(&CHINESE_REMEDY, code.remedy()))
            }
        }
    }

    fn place(self, fault: &Fault) -> String {
        let (file, row, column) = fault.place();
        // a plan has lines and members where tables have rows and columns
        let plan = file == Some("plan.toml");
        let row = row.map(|row| self.say(if plan { "place-line" } else { "place-row" }, &[("row", &row)]));
        let column = column.map(|column| match (self, plan) {
            (Self::Chinese, true) => phrase(column, NESTED).unwrap_or_else(|| column.to_owned()),
            (Self::English, true) => column.to_owned(),
            _ if column.starts_with("--") => self.say("place-option", &[("column", &column)]),
            _ if file.is_some_and(is_json) => self.say("place-member", &[("column", &column)]),
            _ => self.say("place-column", &[("column", &column)]),
        });
        let parts: Vec<String> = [file.map(str::to_owned), row, column].into_iter().flatten().collect();
        parts.join(match self {
            Self::Chinese => " ",
            Self::English => ", ",
        })
    }

    fn colon(self) -> &'static str {
        match self {
            Self::Chinese => "：",
            Self::English => ": ",
        }
    }
}

fn is_json(file: &str) -> bool {
    std::path::Path::new(file).extension().is_some_and(|extension| extension == "json")
}

/// What is listed one behind the other ends each entry with a semicolon; the last one has nothing to part.
fn without_last_semicolons(text: &str) -> String {
    let text = text.replace("；）", "）").replace(";)", ")").replace("；。", "。").replace(";.", ".");
    // a list whose end is the end of a clause
    let text = text.replace("；；", "；").replace(";;", ";");
    text.strip_suffix(['；', ';']).map_or(text.clone(), str::to_owned)
}

/// What the seats ask, in Chinese: `330105 1→1 [lead+weihua], …`. Only whole words in brackets are the program's.
fn kinds(fact: &str) -> String {
    let asked = |asked: &str| {
        let (lead, rest) = match asked.strip_prefix("lead") {
            Some(rest) if rest.is_empty() || rest.starts_with('+') => ("组长", rest),
            _ => ("", asked),
        };
        let (expert, rest) = match rest.trim_start_matches('+').strip_prefix("expert") {
            Some(after) if after.is_empty() || after.starts_with('+') => ("专家", after),
            _ => ("", rest),
        };
        let ids = rest.trim_start_matches('+');
        let ids = if ids.is_empty() { String::new() } else { format!("资质 {}", ids.replace('+', "、")) };
        let parts = [lead, expert, &ids].into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join("，")
    };
    let mut parts = fact.split('[');
    let first = parts.next().unwrap_or_default().to_owned();
    let text = parts.fold(first, |text, part| {
        let (inside, behind) = part.split_once(']').unwrap_or((part, ""));
        format!("{text}[{}]{behind}", asked(inside))
    });
    text.replace(", ", "；")
}

fn in_chinese<'a>(key: &str, fact: &'a str) -> Cow<'a, str> {
    match CHINESE_FACTS.get(fact) {
        Some(chinese) => Cow::Borrowed(chinese),
        None if key == "kinds" => Cow::Owned(kinds(fact)),
        None if WORDED.contains(&key) => phrase(fact, NESTED).map_or(Cow::Borrowed(fact), Cow::Owned),
        None => Cow::Borrowed(fact),
    }
}

/// A sentence in Chinese: as a whole, or what is before a colon and what is behind it.
fn phrase(english: &str, depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    let part = |part: &str| phrase(part, depth).unwrap_or_else(|| part.to_owned());
    let whole =
        CHINESE_PHRASES.iter().find_map(|(pattern, chinese)| {
            let parts = holes(pattern, english)?;
            let numbered = parts.iter().enumerate();
            Some(numbered.fold(chinese.clone(), |text, (index, found)| {
                text.replace(&format!("{{{}}}", index + 1), &part(found))
            }))
        });
    whole.or_else(|| {
        let (before, behind) = english.split_once(": ")?;
        Some(format!("{}：{}", part(before), phrase(behind, depth)?))
    })
}

/// What stands at the `{}` of a pattern, if the text is of that pattern.
fn holes<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut literals = pattern.split("{}");
    let mut rest = text.strip_prefix(literals.next()?)?;
    let mut found = Vec::new();
    let mut literals = literals.peekable();
    while let Some(literal) = literals.next() {
        let at = match literals.peek() {
            Some(_) => rest.find(literal)?,
            None => rest.strip_suffix(literal)?.len(),
        };
        let hole = rest.get(..at)?;
        // "where: what" is two sentences, not a word of another; what a pattern leaves out may begin with a colon
        if hole.find(": ").is_some_and(|at| at > 0) {
            return None;
        }
        found.push(hole);
        rest = rest.get(at + literal.len()..)?;
    }
    rest.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<&str> {
        assert_eq!(text.matches('{').count(), text.matches('}').count(), "{text}");
        // with or without a text that is left out at nothing
        let mut places: Vec<&str> = text.split('{').skip(1).filter_map(|part| part.split(['}', '?']).next()).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    #[test]
    fn every_code_speaks_chinese_with_the_same_facts() {
        for code in Code::ALL {
            for (table, english) in [(&CHINESE_WHAT, code.what()), (&CHINESE_REMEDY, code.remedy())] {
                let chinese = table.get(code.name()).unwrap_or_else(|| unreachable!("no Chinese for {}", code.name()));
                // a translation may leave out a detail that only English text carries, but never name a fact that is not there
                assert!(places(chinese).iter().all(|place| places(english).contains(place)), "{}", code.name());
            }
            assert_eq!(
                places(code.what()),
                places(CHINESE_WHAT.get(code.name()).map_or("", String::as_str)),
                "{}",
                code.name()
            );
        }
        assert_eq!(CHINESE_WHAT.len(), Code::ALL.len(), "the Chinese table has codes that do not exist");
        assert_eq!(CHINESE_REMEDY.len(), Code::ALL.len());
    }

    #[test]
    fn what_the_program_words_is_chinese_in_chinese() {
        let said = |detail: &str| Language::Chinese.fault_parts(&Fault::new(Code::PlanForm).fact("detail", detail)).0;
        assert_eq!(said("stratum class-C: minimum is over maximum"), "方案有误：分层 class-C：minimum 大于 maximum");
        assert_eq!(said("registers.targets: file is missing"), "方案有误：registers.targets：没有写 file");
        assert_eq!(said("unknown variant x, expected a or b"), "方案有误：不认得 x，只能写 a 或 b");
        assert_eq!(said("team.beyond: 330106→330105 stands twice"), "方案有误：team.beyond：330106→330105 写了两次");
        let kind = "team: crews fixed are neither given nor drawn";
        assert!(said(kind).starts_with("方案有误：team：crews 的 kind 不能写 fixed，只能写 given"));
        assert!(said("team: station mode both is neither cross nor own").contains("mode 不能写 both"));
        assert_eq!(said("item y: an expert cannot lead"), "方案有误：检查事项 y：专家席不能兼作组长席");
        assert_eq!(
            said("history: met_within_months is 1 to 120"),
            "方案有误：history：met_within_months 应是 1 至 120"
        );
        let none =
            "history: write drawn_within_months, yearly_cap, other_levels, last_visitors, met_within_months or loads";
        assert!(said(none).starts_with("方案有误：history：要写明往次抽查起什么作用"));
        // what nobody has translated stays as it is
        assert_eq!(said("something: else"), "方案有误：something: else");
        let read = Fault::new(Code::FileRead).fact("detail", "Is a directory (os error 21)");
        assert_eq!(Language::Chinese.fault_parts(&read).0, "无法读取：这是目录，不是文件（os error 21）");
        let word = Fault::new(Code::IntakeFormat).fact("found", "a Word document");
        assert!(Language::Chinese.fault_parts(&word).0.starts_with("这是 Word 文档"));
        // the words of the office are no sentences of the program's
        let id = Fault::new(Code::IdForm).fact("value", "x is missing");
        assert!(Language::Chinese.fault_parts(&id).0.starts_with("x is missing 不能作编号"));
    }

    #[test]
    fn a_fault_behind_a_fault_is_told_in_the_same_language() {
        let cause = Fault::new(Code::FileMissing).file("record.json");
        let fault = Fault::new(Code::HistoryRecord).fact("campaign", "A1").because(cause);
        assert_eq!(Language::Chinese.fault_parts(&fault).0, "往次抽查 A1 的文件对不上：record.json：找不到这个文件");
        assert!(Language::English.fault_parts(&fault).0.contains("record.json: the file is missing"));
    }

    #[test]
    fn what_seats_ask_is_chinese_in_chinese_and_lists_end_without_a_mark() {
        let fault = Fault::new(Code::AssignInfeasible)
            .fact("kinds", "3301 1→1 [lead+weihua+zhifa], 2→2 [expert], 1→1 [leader]")
            .fact("off", 8)
            .fact("recused", 3)
            .fact("rotated", 5)
            .fact("lone", 0)
            .fact("idle", 4);
        let (what, remedy) = Language::Chinese.fault_parts(&fault);
        assert!(what.contains("3301 1→1 [组长，资质 weihua、zhifa]；2→2 [专家]；1→1 [资质 leader]"), "{what}");
        assert!(what.ends_with("回避 3 人；轮换 5 人"), "{what}");
        assert!(what.contains("（其中 4 人任务上限为零）"), "{what}");
        assert!(!remedy.contains('（') && !remedy.contains("；；"), "{remedy}");
        let some = Fault::new(Code::AssignInfeasible).fact("lone", 1).fact("lone_lead", 1).fact("short", 1);
        assert!(Language::Chinese.fault_parts(&some).1.contains("（组长资格 1 人）；或少抽几户"));
        assert!(Language::English.fault_parts(&fault).0.ends_with("5 by rotation"));
    }

    #[test]
    fn remedies_fit_the_mistake() {
        let remedy = |fault: &Fault| Language::Chinese.fault_parts(fault).1;
        let officers = || Fault::new(Code::ItemOfficers).fact("department", "gongan").fact("officers", 2);
        assert_eq!(remedy(&officers().fact("needless", 1)), "请从 fewer 中删去 gongan");
        assert!(remedy(&officers().fact("wanting", 1)).starts_with("请至少安排两名执法人员"));
        let number = Fault::new(Code::NumberForm).fact("value", 43).fact("least", 0).fact("most", 42);
        assert!(remedy(&number).starts_with("请写 0 至 42 之间的整数"));
        let empty = Fault::new(Code::IntakeInteger).fact("value", "").fact("blank", 1);
        assert_eq!(Language::Chinese.fault_parts(&empty).0, "这一格空着，应填整数");
        let flag = Fault::new(Code::IntakeFlag).fact("value", "兼");
        assert_eq!(remedy(&flag), "请写“是”或“否”，或留空");
        assert!(remedy(&flag.fact("expert", 1)).contains("“外聘”"));
        assert!(remedy(&Fault::new(Code::SubstituteInfeasible)).contains("--reason 代号 --text"));
        let differs = Fault::new(Code::SubstituteDiffers).fact("found", "G01").fact("expected", "(nobody)");
        assert_eq!(Language::Chinese.fault_parts(&differs).0, "递补的是 G01，按名单应是 无人");
    }

    #[test]
    fn phrases_have_the_places_that_they_name() {
        assert!(CHINESE_PHRASES.len() > 100);
        for (english, chinese) in CHINESE_PHRASES.iter() {
            let holes = english.matches("{}").count();
            let named = places(chinese);
            let known = |place: &&str| place.parse::<usize>().is_ok_and(|place| (1..=holes).contains(&place));
            assert!(named.iter().all(known), "{english} = {chinese}");
        }
    }

    #[test]
    fn both_languages_have_the_same_texts() {
        assert!(!ENGLISH.is_empty());
        assert_eq!(ENGLISH.keys().collect::<Vec<_>>(), CHINESE.keys().collect::<Vec<_>>());
        for (key, english) in ENGLISH.iter() {
            assert_eq!(places(english), places(CHINESE.get(key).map_or("", String::as_str)), "{key}");
        }
    }
}
