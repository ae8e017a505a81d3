//! `highroad road refresh`.

use std::path::PathBuf;

use clap::Args;

use crate::base::day::Day;
use crate::base::diagnostic::{Diagnostic, Exit, printable};
use crate::base::ui;
use crate::base::words::counted;
use crate::ops::road::refresh::{self, COOL_DOWN, Looked, Options, Verdict};
use crate::report;

/// Propose newer pins, with what speaks for and against each
///
/// Tags are looked at in a clone, or fetched from an address that you name: whether they moved, whether a branch leads to
/// their commit, how old they are, what they run themselves. Nothing is changed without `--write`.
#[derive(Args, Debug)]
pub(super) struct Refresh {
    /// The folder of the road's working sources
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Where a repository is: a pin, a repository or `*`, then an address or a clone; `{repo}` is put in
    #[arg(long = "remote", value_name = "NAME=URL_OR_CLONE")]
    remotes: Vec<String>,
    /// What a registry says of an image: a pin, then a saved manifest or a folder in OCI layout
    #[arg(long = "image", value_name = "NAME=FILE_OR_LAYOUT")]
    images: Vec<String>,
    /// How many days a new version waits
    #[arg(long, value_name = "DAYS", default_value_t = COOL_DOWN)]
    cool_down: u32,
    /// The day to count from; today, where it is not given
    #[arg(long, value_name = "DAY")]
    today: Option<String>,
    /// Put the proposals into the road's pins, with where they were seen
    #[arg(long)]
    write: bool,
    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Refresh {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let Self { folder, remotes, images, cool_down, today, write, json } = self;
        let today = match today {
            None => Day::today(),
            Some(text) => Day::parse(&text).ok_or_else(|| {
                Diagnostic::usage("day", format!("`{text}` is no day"))
                    .at("--today")
                    .because("a day is written `YYYY-MM-DD`")
                    .fix("write it as `2026-11-30`")
            })?,
        };
        let report = refresh::refresh(&Options { folder, remotes, images, cool_down, today, write })?;
        let left = report.pins.iter().any(|pin| matches!(pin.verdict, Verdict::Alarm | Verdict::Unchecked));
        let exit = if left { Exit::Findings } else { Exit::Clean };
        if json {
            ui::data(&report::json::document(&report))?;
            return Ok(exit);
        }
        ui::data(&table(&report, write))?;
        Ok(exit)
    }
}

fn table(report: &refresh::Report, write: bool) -> String {
    let width = report.pins.iter().map(|pin| pin.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for Looked { kind, id, of, now, verdict, proposal, evidence } in &report.pins {
        let (id, of, now) = (printable(id), printable(of), printable(now));
        let word = match verdict {
            Verdict::Current => "current",
            Verdict::Newer => "newer",
            Verdict::Waiting => "waits",
            Verdict::Alarm => "ALARM",
            Verdict::Unchecked => "could not check",
        };
        let short = |text: &str| {
            text.strip_prefix("sha256:").map_or_else(|| text.to_owned(), |hex| format!("sha256:{}…", &hex[..hex.len().min(12)]))
        };
        let to = proposal.as_ref().map(|proposal| {
            let to = if *kind == "image" { short(&proposal.content) } else { proposal.tag.clone() };
            format!(" -> {}", printable(&to))
        });
        out.push_str(&format!("{word:15}  {id:width$}  {of}  {}{}\n", short(&now), to.unwrap_or_default()));
        for line in evidence {
            out.push_str(&format!("    {}\n", printable(line)));
        }
    }
    let count = |wanted: Verdict| report.pins.iter().filter(|pin| pin.verdict == wanted).count();
    out.push_str(&format!(
        "\n{}: {} current, {} newer, {} waiting, {}, {} could not be checked.\n",
        counted(report.pins.len(), "pin", "pins"),
        count(Verdict::Current),
        count(Verdict::Newer),
        count(Verdict::Waiting),
        counted(count(Verdict::Alarm), "alarm", "alarms"),
        count(Verdict::Unchecked)
    ));
    if report.locks > 0 {
        out.push_str(&format!(
            "Not looked at: {} of Python packages; `scripts/lock.sh` of a project makes them anew.\n",
            counted(report.locks, "lock", "locks")
        ));
    }
    for file in &report.written {
        out.push_str(&format!("Written: {file}\n"));
    }
    if !write && count(Verdict::Newer) > 0 {
        out.push_str("Next: look at the commits between, then run it again with `--write`.\n");
    }
    out
}
