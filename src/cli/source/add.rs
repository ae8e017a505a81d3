//! `highroad source add`.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::base::diagnostic::{Diagnostic, Exit};
use crate::base::{env, ui};
use crate::cli::prompts::Terminal;
use crate::ops::source::add::{self, Options};
use crate::report::{json, source};

/// Add a source: a signed registry with the root that you trust, or, when you say so, one that nobody signs
///
/// A registry is trusted by its root, which its publisher gives you over another way than the registry's own server. You
/// see its fingerprint before anything is kept.
#[derive(Args, Debug)]
pub(super) struct Add {
    /// The address of a registry (https://…), a commit (git+https://…@COMMIT), or a folder
    #[arg(value_name = "URL")]
    place: String,

    /// The file with the root to trust
    #[arg(long, value_name = "FILE")]
    root: Option<PathBuf>,

    /// The name that `--road` takes; made from the address where nothing is said
    #[arg(long)]
    name: Option<String>,

    /// The SHA-256 digest that the root must have; without `--root` the first root is fetched and compared
    #[arg(long, value_name = "DIGEST")]
    fingerprint: Option<String>,

    /// Take a source that nobody signs; every project that comes from it records so
    #[arg(long)]
    unsigned: bool,

    /// Ask nothing: trust the root that you named
    #[arg(long, short)]
    yes: bool,

    /// Write one JSON document to standard output
    #[arg(long)]
    pub(super) json: bool,
}

impl Add {
    pub(super) fn exec(self) -> Result<Exit, Diagnostic> {
        let Self { place, root, name, fingerprint, unsigned, yes, json } = self;
        let candidate = add::look(&Options { place, root, name, fingerprint, unsigned })?;
        if let Some(first) = &candidate.first_use {
            if !json {
                ui::talk(&source::first_use(first));
            }
            if !(yes || candidate.agreed) {
                if json || !env::can_ask() {
                    return Err(Diagnostic::usage("no-terminal", "there is nobody to ask")
                        .at("standard input or standard error")
                        .because(format!("the root with the fingerprint {} is to be trusted from now on", first.fingerprint))
                        .fix("compare it with what the publisher gives, then add `--yes` or `--fingerprint`"));
                }
                if !Terminal::new().trust("Trust it?")? {
                    ui::talk("Nothing was added\n");
                    return Ok(Exit::Failed);
                }
            }
        }
        let added = add::add(&candidate)?;
        if json {
            ui::data(&json::to_text(&json!({ "schema": 1, "status": "added", "source": added, "first_use": candidate.first_use })))?;
        } else {
            ui::talk(&source::added(&added));
        }
        Ok(Exit::Clean)
    }
}
