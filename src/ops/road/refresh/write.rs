//! Puts proposals into `pins/`, with where they were seen; comments and order stay.

use std::path::Path;

use toml_edit::{DocumentMut, Item, Table, value};

use super::{Looked, Proposal};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found};
use crate::base::path::RelPath;
use crate::base::tree::Tree;
use crate::road::broken;

/// The largest file that is edited, in bytes.
const LARGEST: u64 = 4 << 20;

/// Writes every proposal; returns the files that changed. In an overlay, a pin that is inherited gets an entry of its own.
///
/// # Errors
/// When a file does not parse, or the disk refuses: nothing is written then.
pub(super) fn write(folder: &Path, tree: &Tree, is_overlay: bool, pins: &[Looked]) -> Result<Vec<String>, Diagnostic> {
    let mut files = Vec::new();
    for kind in ["action", "hook", "image"] {
        let file = format!("pins/{kind}s.toml");
        let meant: Vec<(&Looked, &Proposal)> =
            pins.iter().filter(|pin| pin.kind == kind).filter_map(|pin| Some((pin, pin.proposal.as_ref()?))).collect();
        if meant.is_empty() {
            continue;
        }
        let path = folder.join(&file);
        let shown = folder.display().to_string();
        let text = if fs::look(&path)? == Found::Nothing { String::new() } else { fs::read_text(&path, LARGEST)? };
        let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| broken(&shown, &file, error.to_string()))?;
        let inherited = tree.get(&file).and_then(|file| std::str::from_utf8(&file.bytes).ok()).unwrap_or_default();
        let inherited: DocumentMut = inherited.parse().map_err(|error: toml_edit::TomlError| broken(&shown, &file, error.to_string()))?;
        for (pin, proposal) in meant {
            let all = document.entry(kind).or_insert_with(|| {
                let mut table = Table::new();
                table.set_implicit(true);
                Item::Table(table)
            });
            let all = all.as_table_mut().ok_or_else(|| broken(&shown, &file, format!("`{kind}` is no table")))?;
            if !all.contains_key(&pin.id) {
                let whole = inherited.get(kind).and_then(|all| all.get(&pin.id)).and_then(Item::as_table).filter(|_| is_overlay);
                let mut fresh = whole.cloned().ok_or_else(|| broken(&shown, &file, format!("there is no pin `{}`", pin.id)))?;
                fresh.set_position(None);
                fresh.decor_mut().set_prefix("\n");
                all.insert(&pin.id, Item::Table(fresh));
            }
            let entry = all.get_mut(&pin.id).and_then(Item::as_table_like_mut);
            let entry = entry.ok_or_else(|| broken(&shown, &file, format!("`{}` is no table", pin.id)))?;
            let content = if kind == "image" { "digest" } else { "sha" };
            entry.insert(content, value(&proposal.content));
            entry.insert("provenance", value(&proposal.provenance));
            if kind == "image" {
                entry.insert("built", value(&proposal.day));
            } else {
                entry.insert("tag", value(&proposal.tag));
            }
        }
        let text = document.to_string();
        let parsed = RelPath::parse(&file).map_err(|error| broken(&shown, &file, error.to_string()))?;
        files.push((parsed, text.into_bytes()));
    }
    fs::replace_all(folder, &files)?;
    Ok(files.into_iter().map(|(path, _)| path.to_string()).collect())
}
