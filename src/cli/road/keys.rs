//! `highroad road keys`: making keys, showing them, signing, and giving roles other keys.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::signatures::{self, Names};
use crate::base::clock;
use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::ui;
use crate::ops::road::drafts::{self, OFFLINE_DAYS, Rotation};
use crate::ops::road::keys;
use crate::report;

/// Make the keys of a registry, sign with them, and replace them
#[derive(Args, Debug)]
pub(super) struct Keys {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(New),
    Show(Show),
    Sign(Sign),
    Rotate(Rotate),
}

/// Make an Ed25519 key: NAME.key, which only you can read, and NAME.pub, which everybody may have
#[derive(Args, Debug)]
struct New {
    /// Whose key it is, or what for: `anna`, `online`, `ml-road`
    name: String,
    /// The folder that gets both files
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    out: PathBuf,
    /// Write one JSON document to standard output
    #[arg(long)]
    json: bool,
}

/// See what a key file, root.json, targets.json or a registry holds: ids, thresholds, signatures, ends
#[derive(Args, Debug)]
struct Show {
    /// The file, or the folder of a registry
    path: PathBuf,
    /// Write one JSON document to standard output
    #[arg(long)]
    json: bool,
}

/// Add signatures to root.json or targets.json; works offline, one signer after the other
#[derive(Args, Debug)]
struct Sign {
    /// The file that waits for signatures, mostly in the registry's folder `draft`
    file: PathBuf,
    /// The secret key: a file, or env:NAME for a variable that holds its text; several sign at once
    #[arg(long, required = true, value_name = "FILE")]
    key: Vec<String>,
    /// The root that says who signs, where it does not lie in the registry around the file
    #[arg(long, value_name = "FILE")]
    root: Vec<PathBuf>,
    /// Write one JSON document to standard output
    #[arg(long)]
    json: bool,
}

/// Replace keys, change a threshold, or renew: writes the next root.json or targets.json, which the old and the new keys sign
#[derive(Args, Debug)]
struct Rotate {
    /// The registry's folder
    registry: PathBuf,
    /// `root`, `targets`, `snapshot`, `timestamp`, or the id of a road
    role: String,
    /// A public key that joins: a .pub file, or its text
    #[arg(long, value_name = "KEY")]
    add: Vec<String>,
    /// A key that leaves: a .pub file, or the first digits of its id
    #[arg(long, value_name = "KEY")]
    remove: Vec<String>,
    /// How many of the role's keys must sign from now on
    #[arg(long, value_name = "COUNT")]
    threshold: Option<u64>,
    /// How many days the new file lives
    #[arg(long, value_name = "DAYS", default_value_t = OFFLINE_DAYS, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
    /// Write one JSON document to standard output
    #[arg(long)]
    json: bool,
}

impl Keys {
    pub(super) fn is_json(&self) -> bool {
        match &self.command {
            Command::New(new) => new.json,
            Command::Show(show) => show.json,
            Command::Sign(sign) => sign.json,
            Command::Rotate(rotate) => rotate.json,
        }
    }

    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        match self.command {
            Command::New(new) => new.exec(),
            Command::Show(show) => show.exec(),
            Command::Sign(sign) => sign.exec(),
            Command::Rotate(rotate) => rotate.exec(),
        }
    }
}

impl New {
    fn exec(self) -> Result<Exit, Diagnostic> {
        let made = keys::new(&self.name, &self.out)?;
        if self.json {
            ui::data(&report::json::document(&made))?;
            return Ok(Exit::Clean);
        }
        ui::talk(&format!(
            "Made {} (secret, mode 600) and {}\nkey id  {}\npublic  {}\n",
            made.secret_file.display(),
            made.public_file.display(),
            made.id,
            made.public
        ));
        signatures::warn(&made.warnings);
        Ok(Exit::Clean)
    }
}

impl Show {
    fn exec(self) -> Result<Exit, Diagnostic> {
        let shown = keys::show(&self.path, clock::now())?;
        ui::data(&if self.json { report::json::document(&shown) } else { signatures::shown(&shown, &Names::new()) })?;
        Ok(Exit::Clean)
    }
}

impl Sign {
    fn exec(self) -> Result<Exit, Diagnostic> {
        let signed = keys::sign(&self.file, &self.key, &self.root, clock::now())?;
        if self.json {
            ui::data(&report::json::document(&signed))?;
            return Ok(Exit::Clean);
        }
        ui::talk(&format!(
            "Signed {} with {}\n",
            self.file.display(),
            signed.keys.iter().map(|id| signatures::called(id, &signed.names)).collect::<Vec<_>>().join(", ")
        ));
        ui::talk(&signatures::shown(&signed.content, &signed.names));
        ui::talk(&signatures::standings(&signed.standing, &signed.names));
        signatures::warn(&signed.warnings);
        ui::talk(if signed.complete {
            "Complete. Bring the file back to the registry's folder `draft`; the next `highroad road publish` puts it into force\n"
        } else {
            "Give the file to the next signer\n"
        });
        Ok(Exit::Clean)
    }
}

impl Rotate {
    fn exec(self) -> Result<Exit, Diagnostic> {
        let Self { registry, role, add, remove, threshold, days, json } = self;
        let drafted = drafts::rotate(&registry, &Rotation { role, add, remove, threshold, days }, clock::now())?;
        signatures::drafted(&drafted, json)
    }
}
