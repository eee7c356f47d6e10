//! Wrong usage in Chinese: clap speaks English only, but tells what it found.

use crate::language::Language;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// What is wrong with the arguments, in the reader's words, for the mistakes that people make; `None` of the others.
pub(crate) fn told(error: &clap::Error, language: Language) -> Option<String> {
    let found = |kind| error.get(kind).map(listed).filter(|found| !found.is_empty());
    let argument = found(ContextKind::InvalidArg);
    let argument = argument.as_deref().unwrap_or_default();
    let value = found(ContextKind::InvalidValue);
    let say = |key: &str, facts: &[(&str, &dyn std::fmt::Display)]| Some(language.say(key, facts));
    let what = match error.kind() {
        ErrorKind::UnknownArgument => say("usage-unknown", &[("argument", &argument)]),
        ErrorKind::InvalidSubcommand => {
            say("usage-unknown-command", &[("command", &found(ContextKind::InvalidSubcommand).unwrap_or_default())])
        }
        ErrorKind::MissingRequiredArgument => say("usage-missing", &[("arguments", &argument)]),
        ErrorKind::ArgumentConflict => match found(ContextKind::PriorArg) {
            Some(other) if other != argument => say("usage-conflict", &[("argument", &argument), ("other", &other)]),
            _ => say("usage-twice", &[("argument", &argument)]),
        },
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => match (value, found(ContextKind::ValidValue)) {
            (None, _) => say("usage-no-value", &[("argument", &argument)]),
            (Some(value), Some(known)) => {
                say("usage-value-of", &[("argument", &argument), ("value", &value), ("known", &known)])
            }
            (Some(value), None) => say("usage-value", &[("argument", &argument), ("value", &value)]),
        },
        _ => None,
    }?;
    let near = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    let near = near.into_iter().find_map(found).map(|near| language.say("usage-perhaps", &[("near", &near)]));
    let usage = error.get(ContextKind::Usage).map(ToString::to_string).unwrap_or_default();
    let usage = usage.trim_start_matches("Usage:").trim();
    let usage = if usage.is_empty() { String::new() } else { format!("\n{}{usage}", language.text("help-usage")) };
    Some(format!("{what}{}{usage}", near.unwrap_or_default()))
}

fn listed(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join("、"),
        ContextValue::None => String::new(),
        other => other.to_string(),
    }
}
