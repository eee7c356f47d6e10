//! A bar for work that takes longer than a second, on a terminal and nowhere else.

use crate::language::Language;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::io::IsTerminal as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use yaohao_office::watch::{Silent, Watch, Work};

/// Work that is done sooner shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// Who watches long work: a bar if the standard error is a terminal, nobody if it is a pipe or a file.
pub(crate) fn watch(language: Language) -> Arc<dyn Watch> {
    if std::io::stderr().is_terminal() {
        Arc::new(Bar { language, current: Mutex::new(None) })
    } else {
        Arc::new(Silent)
    }
}

#[derive(Debug)]
struct Bar {
    language: Language,
    current: Mutex<Option<Current>>,
}

#[derive(Debug)]
struct Current {
    bar: ProgressBar,
    since: Instant,
    shown: bool,
}

impl Watch for Bar {
    fn begin(&self, work: Work, what: &str, total: Option<u64>) {
        let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        let template = match (work, total) {
            (Work::Wait, _) => "{msg}  {left}",
            (_, Some(_)) => "{msg} {wide_bar} {percent}%  {elapsed}",
            (_, None) => "{msg} {human_pos}  {elapsed}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> ").with_key("left", countdown));
        }
        bar.set_message(self.language.say(work_key(work), &[("what", &what)]));
        if let Ok(mut current) = self.current.lock() {
            *current = Some(Current { bar, since: Instant::now(), shown: false });
        }
    }

    fn advance(&self, units: u64) {
        let Ok(mut current) = self.current.lock() else { return };
        let Some(current) = current.as_mut() else { return };
        current.bar.inc(units);
        if !current.shown && current.since.elapsed() >= PATIENCE {
            current.shown = true;
            current.bar.set_draw_target(ProgressDrawTarget::stderr());
            // what follows may be one long step without a word
            current.bar.enable_steady_tick(Duration::from_millis(200));
        }
    }

    fn end(&self) {
        if let Ok(mut current) = self.current.lock()
            && let Some(current) = current.take()
        {
            current.bar.finish_and_clear();
        }
    }
}

/// What is left of work whose unit is seconds.
fn countdown(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    let left = state.len().unwrap_or(0).saturating_sub(state.pos());
    // whoever draws the line sees that it could not be written
    let _ = write!(out, "{}:{:02}:{:02}", left / 3600, left / 60 % 60, left % 60);
}

fn work_key(work: Work) -> &'static str {
    match work {
        Work::Read => "work-read",
        Work::Freeze => "work-freeze",
        Work::Scan => "work-scan",
        Work::Trials => "work-trials",
        Work::Match => "work-match",
        Work::Wait => "work-wait",
    }
}
