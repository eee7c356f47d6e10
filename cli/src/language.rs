//! Messages in two languages, from the tables in `messages/`.

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
        let (what, remedy) = self.fault_parts(fault);
        let place = self.place(fault);
        let separator = if place.is_empty() { "" } else { self.colon() };
        format!("{place}{separator}{what} [{}]\n  → {remedy}", fault.code().name())
    }

    /// What is wrong, and what to do.
    pub(crate) fn fault_parts(self, fault: &Fault) -> (String, String) {
        let code: Code = fault.code();
        match self {
            Self::English => (fault.fill(code.what()), fault.fill(code.remedy())),
            Self::Chinese => {
                let of = |table: &Table, english: &str| {
                    let template = table.get(code.name()).map_or(english, String::as_str);
                    fault.fill_in(template, |fact| CHINESE_FACTS.get(fact).map_or(fact, String::as_str))
                };
                (of(&CHINESE_WHAT, code.what()), of(&CHINESE_REMEDY, code.remedy()))
            }
        }
    }

    fn place(self, fault: &Fault) -> String {
        let (file, row, column) = fault.place();
        let row = row.map(|row| self.say("place-row", &[("row", &row)]));
        let column = column.map(|column| self.say("place-column", &[("column", &column)]));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<&str> {
        let mut places: Vec<&str> = text.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
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
    fn both_languages_have_the_same_texts() {
        assert!(!ENGLISH.is_empty());
        assert_eq!(ENGLISH.keys().collect::<Vec<_>>(), CHINESE.keys().collect::<Vec<_>>());
        for (key, english) in ENGLISH.iter() {
            assert_eq!(places(english), places(CHINESE.get(key).map_or("", String::as_str)), "{key}");
        }
    }
}
