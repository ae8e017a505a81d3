//! `highroad road registry`: starting one, and letting it hold one more road.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::signatures;
use crate::base::clock;
use crate::base::diagnostic::{Diagnostic, Exit};
use crate::ops::road::drafts::{self, Init, OFFLINE_DAYS};

/// Start a registry, or let it hold one more road
#[derive(Args, Debug)]
pub(super) struct Registry {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(New),
    Add(Add),
}

/// Start a registry: draft/root.json and draft/targets.json, which say who signs what and wait for signatures
#[derive(Args, Debug)]
struct New {
    /// The folder of the registry
    folder: PathBuf,
    /// A public key of the people who answer for everything: a .pub file, or its text. Their secret keys stay offline
    #[arg(long, required = true, value_name = "KEY")]
    root_key: Vec<String>,
    /// How many root keys must sign; more than half, where nothing is said
    #[arg(long, value_name = "COUNT")]
    threshold: Option<u64>,
    /// A public key of those who say which road is whose; the root keys, where none is named
    #[arg(long, value_name = "KEY")]
    targets_key: Vec<String>,
    /// The public key of the machine that signs snapshots and timestamps
    #[arg(long, value_name = "KEY", required_unless_present_all = ["snapshot_key", "timestamp_key"])]
    online_key: Vec<String>,
    /// Another public key for snapshots
    #[arg(long, value_name = "KEY")]
    snapshot_key: Vec<String>,
    /// Another public key for timestamps
    #[arg(long, value_name = "KEY")]
    timestamp_key: Vec<String>,
    /// A road, and a public key of those who publish it
    #[arg(long, value_name = "ID=KEY")]
    road: Vec<String>,
    /// How many days root and targets live
    #[arg(long, value_name = "DAYS", default_value_t = OFFLINE_DAYS, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
    /// Write one JSON document to standard output
    #[arg(long)]
    json: bool,
}

/// Let a registry hold one more road: the next targets.json, which waits for signatures
#[derive(Args, Debug)]
struct Add {
    /// The folder of the registry
    registry: PathBuf,
    /// The id of the road, as in its road.toml
    road: String,
    /// A public key of those who publish the road: a .pub file, or its text
    #[arg(long, required = true, value_name = "KEY")]
    key: Vec<String>,
    /// How many of the keys must sign
    #[arg(long, value_name = "COUNT", default_value_t = 1)]
    threshold: u64,
    /// How many days the targets live
    #[arg(long, value_name = "DAYS", default_value_t = OFFLINE_DAYS, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
    /// Write one JSON document to standard output
    #[arg(long)]
    json: bool,
}

impl Registry {
    pub(super) fn is_json(&self) -> bool {
        match &self.command {
            Command::Init(new) => new.json,
            Command::Add(add) => add.json,
        }
    }

    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        match self.command {
            Command::Init(new) => new.exec(),
            Command::Add(add) => add.exec(),
        }
    }
}

impl New {
    fn exec(self) -> Result<Exit, Diagnostic> {
        let or_online = |keys: Vec<String>| if keys.is_empty() { self.online_key.clone() } else { keys };
        let options = Init {
            folder: self.folder,
            root: self.root_key,
            threshold: self.threshold,
            targets: self.targets_key,
            snapshot: or_online(self.snapshot_key),
            timestamp: or_online(self.timestamp_key),
            roads: self.road,
            days: self.days,
        };
        signatures::drafted(&drafts::init(&options, clock::now())?, self.json)
    }
}

impl Add {
    fn exec(self) -> Result<Exit, Diagnostic> {
        let drafted = drafts::add(&self.registry, &self.road, &self.key, self.threshold, self.days, clock::now())?;
        signatures::drafted(&drafted, self.json)
    }
}
