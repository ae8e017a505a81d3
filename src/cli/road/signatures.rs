//! How keys, roles and signatures are printed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::base::diagnostic::{Diagnostic, Exit, printable};
use crate::base::ui;
use crate::ops::road::drafts::Drafted;
use crate::ops::road::metadata::{Ends, RoleShown, Shown, Standing};
use crate::report;

/// Says what a person should know.
pub(super) fn warn(warnings: &[String]) {
    for warning in warnings {
        ui::talk(&format!("warning: {warning}\n"));
    }
}

/// Prints drafts, and what they wait for.
pub(super) fn drafted(drafted: &Drafted, json: bool) -> Result<Exit, Diagnostic> {
    if json {
        ui::data(&report::json::document(drafted))?;
        return Ok(Exit::Clean);
    }
    for file in &drafted.files {
        ui::talk(&format!("Wrote {}\n", file.display()));
    }
    ui::talk(&standings(&drafted.standing, &drafted.names));
    warn(&drafted.warnings);
    for file in &drafted.files {
        ui::talk(&format!("Next, each signer: highroad road keys sign {} --key FILE\n", file.display()));
    }
    Ok(Exit::Clean)
}

/// What people call keys, by id.
pub(super) type Names = BTreeMap<String, String>;

/// How far the signatures are.
pub(super) fn standings(standings: &[Standing], names: &Names) -> String {
    let mut text = String::new();
    for standing in standings {
        let Standing { by, whose, needed, signed, open } = standing;
        let whose = if whose.is_empty() { String::new() } else { format!(" ({whose})") };
        let _ = writeln!(text, "{by}: {} of {needed} signatures{whose}", signed.len());
        if !standing.complete() {
            let _ = writeln!(text, "  can sign: {}", open.iter().map(|id| called(id, names)).collect::<Vec<_>>().join(", "));
        }
    }
    text
}

/// What a file, or a registry, holds.
pub(super) fn shown(shown: &Shown, names: &Names) -> String {
    match shown {
        Shown::Key { id, public, name, secret } => {
            let kind = if *secret { "secret key, never shown" } else { "public key" };
            let name = name.as_ref().map(|name| format!("name    {}\n", printable(name))).unwrap_or_default();
            format!("{kind}\n{name}key id  {id}\npublic  {public}\n")
        }
        Shown::Root { version, ends, content, fingerprint, roles } => {
            let fingerprint = match fingerprint {
                Some(fingerprint) => format!("fingerprint {fingerprint}\n"),
                None => format!("content {content}, the same for every signer\n"),
            };
            format!("root {version}, {}\n{fingerprint}{}", end(ends), role_lines(roles, names))
        }
        Shown::Targets { version, ends, roles } => {
            format!("targets {version}, {}\n{}", end(ends), role_lines(roles, names))
        }
        Shown::Registry { root, targets, ends, drafts, warnings } => {
            let mut text = String::new();
            for part in root.iter().chain(targets) {
                text.push_str(&self::shown(part, names));
            }
            for ends in ends.iter().filter(|ends| !["root", "targets"].contains(&ends.role.as_str())) {
                let _ = writeln!(text, "{}: {}", ends.role, end(ends));
            }
            for draft in drafts {
                let _ = writeln!(text, "waits for signatures: {}", draft.file.display());
                text.push_str(&standings(&draft.standing, names));
            }
            for warning in warnings {
                let _ = writeln!(text, "warning: {warning}");
            }
            text
        }
    }
}

fn role_lines(roles: &[RoleShown], names: &Names) -> String {
    let mut text = String::new();
    for role in roles {
        let _ = writeln!(text, "  {}: {} of {} keys sign", role.role, role.threshold, role.keys.len());
        for key in &role.keys {
            let _ = writeln!(text, "    {}  {}", called(&key.id, names), key.public);
        }
    }
    text
}

/// When something ends.
pub(super) fn end(ends: &Ends) -> String {
    match ends.days {
        ..0 => format!("ended on {}", ends.at),
        days => format!("ends on {} ({days} days)", ends.at),
    }
}

/// A key as people tell it apart: its short id, and its name where one is known.
pub(super) fn called(id: &str, names: &Names) -> String {
    names.get(id).map_or_else(|| short(id).to_owned(), |name| format!("{} {}", short(id), printable(name)))
}

/// The digits of an id that people tell keys apart by.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}
