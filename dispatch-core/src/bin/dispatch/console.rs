//! What the person at the terminal sees: language, lines, progress.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use dispatch_core::language::{Language, Message};
use indicatif::{ProgressBar, ProgressStyle};

use crate::args::Tongue;

/// The terminal.
#[derive(Clone, Debug)]
pub(crate) struct Console {
    language: Language,
}

impl Console {
    /// The language asked for, else that of the locale.
    pub(crate) fn new(asked: Option<Tongue>) -> Self {
        let language = match asked {
            Some(Tongue::Zh) => Language::Chinese,
            Some(Tongue::En) => Language::English,
            None if locale().to_ascii_lowercase().starts_with("zh") => Language::Chinese,
            None => Language::English,
        };
        Self { language }
    }

    pub(crate) const fn language(&self) -> Language {
        self.language
    }

    /// One of two wordings.
    pub(crate) fn pick<'t>(&self, english: &'t str, chinese: &'t str) -> &'t str {
        match self.language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }

    /// Prints a line.
    pub(crate) fn say(&self, english: impl AsRef<str>, chinese: impl AsRef<str>) {
        self.line(self.pick(english.as_ref(), chinese.as_ref()));
    }

    /// Prints a message.
    pub(crate) fn message(&self, message: &Message) {
        self.line(message.text(self.language));
    }

    /// Prints a line as it is. Nobody may be listening any more (`| head`); the work goes on, and the
    /// exit status tells what came of it.
    pub(crate) fn line(&self, text: &str) {
        let _ = writeln!(std::io::stdout(), "{text}");
    }

    /// Prints why something was not done.
    pub(crate) fn complain(&self, message: &Message) {
        let _ = writeln!(std::io::stderr(), "{}", message.text(self.language));
    }

    /// Starts showing a step of long work, on a terminal only.
    pub(crate) fn step(&self, english: &str, chinese: &str) -> Step {
        let bar = if std::io::stderr().is_terminal() {
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        } else {
            ProgressBar::hidden()
        };
        bar.set_message(self.pick(english, chinese).to_owned());
        Step(bar)
    }

    /// The same with a known number of bytes.
    pub(crate) fn bytes(&self, name: &str, total: u64) -> Step {
        let step = self.step(name, name);
        let style = ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes}");
        if let Ok(style) = style {
            step.0.set_style(style);
        }
        step.0.set_length(total);
        step
    }

    /// The same with a known number of things.
    pub(crate) fn count(&self, english: &str, chinese: &str, total: u64) -> Step {
        let step = self.step(english, chinese);
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}");
        if let Ok(style) = style {
            step.0.set_style(style);
        }
        step.0.set_length(total);
        step
    }
}

/// A step that is shown until it is dropped.
#[derive(Debug)]
pub(crate) struct Step(ProgressBar);

impl Step {
    /// How far it is.
    pub(crate) fn at(&self, position: u64) {
        self.0.set_position(position);
    }

    /// What it is doing.
    pub(crate) fn doing(&self, what: &str) {
        self.0.set_message(what.to_owned());
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// The locale of messages, in the order in which POSIX looks for it.
fn locale() -> String {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(set)
        .unwrap_or_default()
}
