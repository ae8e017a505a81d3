//! `highroad road publish`.

use std::path::PathBuf;

use clap::Args;

use super::signatures;
use crate::base::clock;
use crate::base::diagnostic::{Diagnostic, Exit, printable};
use crate::base::ui;
use crate::base::words::counted;
use crate::ops::road::keys;
use crate::ops::road::publish::{self, Days, Options, Report};
use crate::report;

/// Put the released versions of STORE into REGISTRY, signed; any server can hand out the folder
#[derive(Args, Debug)]
pub(super) struct Publish {
    /// The store of released versions; with --refresh, the registry's folder
    store: PathBuf,
    /// The registry's folder
    registry: Option<PathBuf>,
    /// A secret key: the road's, and those of snapshots and timestamps. A file, or env:NAME for a variable with its text
    #[arg(long, required = true, value_name = "FILE")]
    key: Vec<String>,
    /// Renew what ends soon and put signed drafts into force; nothing of a road changes. For a daily job
    #[arg(long)]
    refresh: bool,
    /// Take a published version out: only where somebody published it with a stolen key
    #[arg(long, value_name = "VERSION", conflicts_with = "refresh")]
    drop: Vec<String>,
    /// How many days the road's files live
    #[arg(long, value_name = "DAYS", default_value_t = Days::default().road, value_parser = clap::value_parser!(u32).range(1..=3650))]
    road_days: u32,
    /// How many days a snapshot lives
    #[arg(long, value_name = "DAYS", default_value_t = Days::default().snapshot, value_parser = clap::value_parser!(u32).range(1..=3650))]
    snapshot_days: u32,
    /// How many days a timestamp lives: so long a server can withhold news
    #[arg(long, value_name = "DAYS", default_value_t = Days::default().timestamp, value_parser = clap::value_parser!(u32).range(1..=3650))]
    timestamp_days: u32,
    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Publish {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let wrong = |why: &str| {
            Diagnostic::usage("usage", "the folders do not fit")
                .at("STORE REGISTRY")
                .because(why)
                .fix("`highroad road publish STORE REGISTRY --key …`, or `highroad road publish --refresh REGISTRY --key …`")
        };
        let (store, registry) = match (self.refresh, self.registry) {
            (true, None) => (None, self.store),
            (true, Some(_)) => return Err(wrong("--refresh takes the registry alone")),
            (false, Some(registry)) => (Some(self.store), registry),
            (false, None) => return Err(wrong("the store or the registry is missing")),
        };
        let (keys, warnings) = keys::secret(&self.key)?;
        let days = Days { road: self.road_days, snapshot: self.snapshot_days, timestamp: self.timestamp_days };
        let mut report = publish::publish(&Options { store, registry, keys, days, drop: self.drop, now: clock::now() })?;
        report.warnings.extend(warnings);
        if self.json {
            ui::data(&report::json::document(&report))?;
            return Ok(Exit::Clean);
        }
        say(&report);
        Ok(Exit::Clean)
    }
}

fn say(report: &Report) {
    let place = report.registry.display();
    let versions = counted(report.versions, "version", "versions");
    match &report.road {
        Some(road) if report.added.is_empty() => ui::talk(&format!("Published {road} to {place}: {versions}, none new\n")),
        Some(road) => ui::talk(&format!("Published {road} to {place}: {} new, {versions}\n", report.added.join(", "))),
        None => ui::talk(&format!("Renewed {place}\n")),
    }
    for said in &report.said {
        ui::talk(&format!("Said otherwise of {}\n", printable(said)));
    }
    for (name, version) in [("root", report.new_root), ("targets", report.new_targets)] {
        if let Some(version) = version {
            ui::talk(&format!("In force from now on: {name} {version}\n"));
        }
    }
    if let Some(fingerprint) = &report.fingerprint {
        let root = report.registry.join("metadata/1.root.json");
        ui::talk(&format!("Developers trust it with {}\nfingerprint {fingerprint}\n", root.display()));
        ui::talk("Give them the file or the fingerprint over another way than the registry's server\n");
    }
    for ends in &report.ends {
        ui::talk(&format!("{} {}\n", ends.role, signatures::end(ends)));
    }
    if !report.waiting.is_empty() {
        ui::talk(&format!("Drafts still wait for signatures:\n{}", signatures::standings(&report.waiting, &signatures::Names::new())));
    }
    signatures::warn(&report.warnings);
}
