//! Progress on a terminal, for work that takes over a second.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that ends before this shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar that appears once the work takes long, and only on a terminal.
pub(super) struct Bar {
    what: &'static str,
    steps: &'static str,
    since: Instant,
    bar: Mutex<Option<ProgressBar>>,
}

impl Bar {
    pub(super) fn new(what: &'static str) -> Self {
        Self::of(what, "files")
    }

    /// A bar of other steps than files.
    pub(super) fn of(what: &'static str, steps: &'static str) -> Self {
        Self { what, steps, since: Instant::now(), bar: Mutex::new(None) }
    }

    /// Hears how many of how many steps are done.
    pub(super) fn at(&self, done: usize, of: usize) {
        if self.since.elapsed() < PATIENCE {
            return;
        }
        let Ok(mut bar) = self.bar.lock() else { return };
        let bar = bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(Some(of as u64), ProgressDrawTarget::stderr());
            let template = format!("{{msg}} [{{bar:30}}] {{pos}}/{{len}} {}", self.steps);
            let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style.progress_chars("=> "));
            bar.set_message(self.what);
            bar
        });
        bar.set_position(done as u64);
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        if let Ok(mut bar) = self.bar.lock()
            && let Some(bar) = bar.take()
        {
            bar.finish_and_clear();
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.end();
    }
}
