//! Switching from before to after, and back. Each content is on the disk beside its place before the first switch; each
//! switch is one rename; the journal says what was there. Going back touches only what is as it was before or after.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::home::Home;
use super::journal::{Ends, EntryChange, FileChange, GitChange, Journal, Shape, damaged, shape};
use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::fs::durable::{self, Standing};
use crate::base::fs::{self, Stamp};
use crate::base::interrupt;
use crate::repo::entries::Entry;
use crate::repo::landing::{Git, Head};

/// The index as it will be, while a run works.
const INDEX: &str = "index";
/// The index as it was.
const OLD_INDEX: &str = "index.old";
/// A record that is undone, until the run is through.
const UNDONE: &str = "undone";

/// Where the new content of a file comes from.
pub(super) enum Content {
    /// From here, with the mode that the page says.
    Bytes(Vec<u8>),
    /// From here, for a file that was not there: the system gives the mode.
    New {
        /// The content.
        bytes: Vec<u8>,
        /// Whether it may be run.
        executable: bool,
    },
    /// From a file of a record, which may become the file itself.
    Record(PathBuf),
}

/// A run that is ready to begin.
pub(super) struct Work {
    /// What it switches. The modes of new files are filled in on the way.
    pub journal: Journal,
    /// The new content, for each file of the journal that gets one.
    pub contents: Vec<Option<Content>>,
}

/// Does the work, all or nothing. The caller holds the lock, and nothing is left of an earlier run.
pub(super) fn run(home: &Home, mut work: Work) -> Result<(), Diagnostic> {
    if let Err(error) = prepare(home, &mut work) {
        // What stays is cleared by the next run.
        let _ = home.clear();
        return Err(error);
    }
    let Err(error) = go(home, &work.journal) else { return Ok(()) };
    match roll_back(home, &work.journal) {
        Ok(left) if left.is_empty() => Err(error),
        Ok(left) => Err(error.clone().because(format!(
            "{}; all else is as it was, but somebody changed these meanwhile: {}",
            error.why,
            left.join(", ")
        ))),
        Err(second) => Err(error
            .clone()
            .because(format!("{}; taking back what was done failed, too: {}", error.why, second.why))
            .fix("mend the cause, then run any Highroad command here: it takes back the rest")),
    }
}

/// Says for each file whether its content before is kept: for what changes, and for what a person is about to edit.
pub(super) fn kept_ones(journal: &Journal) -> Vec<bool> {
    let conflicts: BTreeSet<&String> = journal.conflicts.iter().collect();
    let keeps = |file: &FileChange| file.before.is_some() && (file.before != file.after || conflicts.contains(&file.path));
    journal.files.iter().map(keeps).collect()
}

fn prepare(home: &Home, work: &mut Work) -> Result<(), Diagnostic> {
    home.clear()?;
    let open = home.open();
    let (old, new) = (open.join("old"), home.staging()?);
    for folder in [&open, &old, &new] {
        durable::make_folder(folder, Some(0o700))?;
    }
    let keeps = kept_ones(&work.journal);
    for (n, file) in work.journal.files.iter_mut().enumerate() {
        interrupt::check()?;
        let place = home.root.join(&file.path);
        if let Some(before) = &file.before
            && keeps[n]
        {
            keep(&place, before, &old.join(n.to_string()), file.before != file.after)?;
        }
        if file.before == file.after {
            continue;
        }
        let (Some(after), Some(content)) = (&mut file.after, work.contents.get(n).and_then(Option::as_ref)) else { continue };
        let waiting = new.join(n.to_string());
        place_content(content, after, &waiting)?;
        if let Standing::File { mode, .. } = durable::standing(&waiting)? {
            after.mode = mode;
        }
    }
    if new != open.join("new") {
        durable::sync(&new)?;
    }
    for folder in [&old, &open.join("new"), &open, &home.folder] {
        durable::sync(folder)?;
    }
    work.journal.write(&open)
}

/// Keeps what stands at a path: where it is replaced, by a second name if the disk can do it, which costs no copy and brings
/// back the very same file. What stays in its place is copied, since an editor may write into it.
fn keep(place: &Path, before: &Shape, old: &Path, is_replaced: bool) -> Result<(), Diagnostic> {
    if before.link {
        return durable::write_synced(old, &durable::link_target(place)?, Some(0o600), false);
    }
    if is_replaced && durable::second_name(place, old).is_ok() {
        return Ok(());
    }
    durable::take_away(old)?;
    durable::write_synced(old, &durable::read(place, super::journal::FILE_LIMIT)?, Some(before.mode), false)
}

/// Writes new content where it waits for the switch.
fn place_content(content: &Content, after: &Shape, waiting: &Path) -> Result<(), Diagnostic> {
    match content {
        Content::Bytes(bytes) | Content::New { bytes, .. } if after.link => durable::make_link(waiting, bytes),
        Content::Bytes(bytes) => durable::write_synced(waiting, bytes, Some(after.mode), false),
        Content::New { bytes, executable } => durable::write_synced(waiting, bytes, None, *executable),
        Content::Record(record) => {
            let bytes = kept(record, after)?;
            if after.link {
                return durable::make_link(waiting, &bytes);
            }
            if durable::second_name(record, waiting).is_ok() {
                return Ok(());
            }
            durable::take_away(waiting)?;
            durable::write_synced(waiting, &bytes, Some(after.mode), false)
        }
    }
}

/// Reads kept content, if it is what the page says.
fn kept(path: &Path, shape: &Shape) -> Result<Vec<u8>, Diagnostic> {
    if !matches!(durable::standing(path)?, Standing::File { .. }) {
        return Err(damaged(path, "the content that it should keep is not there"));
    }
    let bytes = durable::read(path, super::journal::FILE_LIMIT)?;
    if Digest::of(&bytes).to_string() != shape.digest {
        return Err(damaged(path, "its content is not what it was"));
    }
    Ok(bytes)
}

/// Whether the folders on the way to a path are folders, or missing; a link among them could lead anywhere.
fn way_is_safe(root: &Path, path: &str) -> Result<bool, Diagnostic> {
    for (at, _) in path.match_indices('/') {
        match durable::standing(&root.join(&path[..at]))? {
            Standing::Folder(_) => {}
            Standing::Nothing => return Ok(true),
            Standing::File { .. } | Standing::Link | Standing::Special => return Ok(false),
        }
    }
    Ok(true)
}

fn moved(path: &str) -> Diagnostic {
    Diagnostic::failed("changed", "a file changed while the command ran")
        .at(path)
        .because("what somebody else wrote meanwhile is not overwritten")
        .fix("look at the file, then run the command again")
}

/// Switches everything. Until the last step the journal stands, so a stop anywhere is taken back.
fn go(home: &Home, journal: &Journal) -> Result<(), Diagnostic> {
    let changed = || journal.files.iter().enumerate().filter(|(_, file)| file.before != file.after);
    let as_before = |file: &FileChange| -> Result<(), Diagnostic> {
        let now = shape(&home.root.join(&file.path))?.map(|(shape, _)| shape);
        if way_is_safe(&home.root, &file.path)? && now == file.before { Ok(()) } else { Err(moved(&file.path)) }
    };
    let modes: BTreeMap<&str, Option<u32>> =
        journal.folders.iter().map(|folder| (folder.path.as_str(), folder.after.or(folder.before))).collect();
    let mut touched = BTreeSet::new();
    for (_, file) in changed().filter(|(_, file)| file.after.is_none()) {
        interrupt::check()?;
        as_before(file)?;
        durable::take_away(&home.root.join(&file.path))?;
        touched.insert(parent(&file.path));
    }
    remove_emptied(home, journal)?;
    let new = home.staging()?;
    for (n, file) in changed().filter(|(_, file)| file.after.is_some()) {
        interrupt::check()?;
        as_before(file)?;
        make_folders(home, &file.path, &modes)?;
        durable::switch(&new.join(n.to_string()), &home.root.join(&file.path))?;
        touched.insert(parent(&file.path));
    }
    for folder in touched {
        let folder = home.root.join(folder);
        if matches!(durable::standing(&folder)?, Standing::Folder(_)) {
            durable::sync(&folder)?;
        }
    }
    if let (Some(git), Some(change)) = (&home.git, &journal.git) {
        interrupt::check()?;
        go_in_git(home, git, journal, change)?;
    }
    interrupt::check()?;
    for name in [INDEX, OLD_INDEX] {
        durable::take_away(&home.open().join(name))?;
    }
    match journal.ends {
        Ends::Record => home.close(),
        Ends::Nothing => home.end(),
        Ends::Undone(number) => {
            durable::switch(&home.record_folder(number), &home.open().join(UNDONE))?;
            home.end()
        }
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Removes the folders that are empty once the files are gone, innermost first; an undo removes those that the change made,
/// whoever emptied them.
fn remove_emptied(home: &Home, journal: &Journal) -> Result<(), Diagnostic> {
    let mut above: BTreeSet<&str> = BTreeSet::new();
    for file in journal.files.iter().filter(|file| file.before.is_some() && file.after.is_none()) {
        above.extend(file.path.match_indices('/').map(|(at, _)| &file.path[..at]));
    }
    let undoes = matches!(journal.ends, Ends::Undone(_));
    for folder in journal.folders.iter().rev().filter(|folder| folder.after.is_none()) {
        let path = home.root.join(&folder.path);
        if (undoes || above.contains(folder.path.as_str()))
            && way_is_safe(&home.root, &folder.path)?
            && matches!(durable::standing(&path)?, Standing::Folder(_))
        {
            durable::remove_if_empty(&path)?;
        }
    }
    Ok(())
}

fn make_folders(home: &Home, path: &str, modes: &BTreeMap<&str, Option<u32>>) -> Result<(), Diagnostic> {
    for (at, _) in path.match_indices('/') {
        let folder = &path[..at];
        if durable::standing(&home.root.join(folder))? == Standing::Nothing {
            durable::make_folder(&home.root.join(folder), modes.get(folder).copied().flatten())?;
        }
    }
    Ok(())
}

fn go_in_git(home: &Home, git: &Git, journal: &Journal, change: &GitChange) -> Result<(), Diagnostic> {
    let entries = of(&change.entries, |entry| &entry.after);
    if change.entries.values().any(|entry| entry.before != entry.after) {
        let stamps = stamps(home, journal, |file| file.after.as_ref());
        let beside = home.open().join(INDEX);
        git.prepare_index(&beside, &entries, &stamps)?;
        git.remember_index(&home.open().join(OLD_INDEX));
        git.switch_index(&beside)?;
    }
    let log = format!("highroad {}", journal.command);
    let (before, after): (Head, Head) = (change.head_before.clone().into(), change.head_after.clone().into());
    // A branch that goes must not be the one that HEAD is at.
    let goes = change.branch.as_ref().is_some_and(|branch| branch.after.is_none());
    if goes && before != after {
        git.move_head(&after)?;
    }
    if let Some(branch) = change.branch.as_ref().filter(|branch| branch.before != branch.after) {
        git.move_reference(&branch.name, branch.before.as_deref(), branch.after.as_deref(), &log)?;
    }
    if !goes && before != after {
        git.move_head(&after)?;
    }
    if let Some((_, after)) = &change.waiting {
        set_message(git, after.as_deref())?;
    }
    Ok(())
}

fn of(entries: &BTreeMap<String, EntryChange>, side: impl Fn(&EntryChange) -> &Vec<Entry>) -> BTreeMap<String, Vec<Entry>> {
    entries.iter().filter(|(_, entry)| entry.before != entry.after).map(|(path, entry)| (path.clone(), side(entry).clone())).collect()
}

/// The stamps of the files that stand as one side says, by path from the root of the working tree.
fn stamps<'a>(home: &Home, journal: &'a Journal, side: impl Fn(&'a FileChange) -> Option<&'a Shape>) -> BTreeMap<String, Stamp> {
    let stamp = |file: &'a FileChange| {
        let path = home.root.join(&file.path);
        let (now, _) = shape(&path).ok()??;
        (side(file) == Some(&now)).then(|| fs::stamp(&path).ok().map(|stamp| (format!("{}{}", journal.prefix, file.path), stamp)))?
    };
    journal.files.iter().filter_map(stamp).collect()
}

/// Reads the message that waits for `git commit`.
pub(super) fn message(git: &Git) -> Result<Option<String>, Diagnostic> {
    match shape(&git.message_file())? {
        Some((_, bytes)) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        None => Ok(None),
    }
}

fn set_message(git: &Git, text: Option<&str>) -> Result<(), Diagnostic> {
    let file = git.message_file();
    let Some(text) = text else { return durable::take_away(&file) };
    let beside = file.with_extension("highroad");
    durable::take_away(&beside)?;
    durable::write_synced(&beside, text.as_bytes(), None, false)?;
    durable::switch(&beside, &file)
}

/// Takes everything back. Returns the paths that are neither as before nor as after: they stay as they are.
pub(super) fn roll_back(home: &Home, journal: &Journal) -> Result<Vec<String>, Diagnostic> {
    let left = files_back(home, journal)?;
    if let Some(change) = journal.git.as_ref().filter(|_| home.git.is_some()) {
        // What git holds is read again: this run may have changed it.
        let Some(git) = Git::around(&home.root)? else {
            return Err(damaged(&home.folder, "it speaks of a git repository, and there is none"));
        };
        back_in_git(home, &git, journal, change)?;
    }
    if let Ends::Undone(number) = journal.ends {
        let undone = home.open().join(UNDONE);
        if matches!(durable::standing(&undone)?, Standing::Folder(_)) {
            durable::switch(&undone, &home.record_folder(number))?;
        }
    }
    home.clear()?;
    Ok(left)
}

fn files_back(home: &Home, journal: &Journal) -> Result<Vec<String>, Diagnostic> {
    let mut left = Vec::new();
    let mut known = Vec::new();
    for (n, file) in journal.files.iter().enumerate().filter(|(_, file)| file.before != file.after) {
        let safe = way_is_safe(&home.root, &file.path)?;
        let now = if safe { shape(&home.root.join(&file.path))?.map(|(shape, _)| shape) } else { None };
        let like = |side: &Option<Shape>| side.as_ref().zip(now.as_ref()).is_some_and(|(side, now)| side.is_like(now));
        match &now {
            _ if now == file.before => {}
            None => known.push((n, file)),
            Some(_) if like(&file.before) || like(&file.after) => known.push((n, file)),
            Some(_) => left.push(file.path.clone()),
        }
    }
    // What is new goes first, so that a folder can make way for the file that it replaced.
    for (_, file) in known.iter().filter(|(_, file)| file.before.is_none()) {
        durable::take_away(&home.root.join(&file.path))?;
    }
    for folder in journal.folders.iter().rev().filter(|folder| folder.before.is_none()) {
        let path = home.root.join(&folder.path);
        if way_is_safe(&home.root, &folder.path)? && matches!(durable::standing(&path)?, Standing::Folder(_)) {
            durable::remove_if_empty(&path)?;
        }
    }
    let modes: BTreeMap<&str, Option<u32>> = journal.folders.iter().map(|folder| (folder.path.as_str(), folder.before)).collect();
    let mut touched = BTreeSet::new();
    for (n, file) in known {
        let Some(before) = &file.before else { continue };
        let place = home.root.join(&file.path);
        let stands = durable::standing(&place)?;
        if !way_is_safe(&home.root, &file.path)? || matches!(stands, Standing::Folder(_) | Standing::Special) {
            left.push(file.path.clone());
            continue;
        }
        make_folders(home, &file.path, &modes)?;
        let old = home.open().join("old").join(n.to_string());
        bring_back(home, before, &old, n, &place)?;
        touched.insert(parent(&file.path));
    }
    for folder in journal.folders.iter() {
        let path = home.root.join(&folder.path);
        if let Some(mode) = folder.before
            && way_is_safe(&home.root, &folder.path)?
            && durable::standing(&path)? == Standing::Nothing
        {
            durable::make_folder(&path, Some(mode))?;
        }
    }
    touched.into_iter().try_for_each(|folder| durable::sync(&home.root.join(folder)))?;
    Ok(left)
}

/// Puts kept content back into its place, as the very file that it was where that can be.
fn bring_back(home: &Home, before: &Shape, old: &Path, n: usize, place: &Path) -> Result<(), Diagnostic> {
    let bytes = kept(old, before)?;
    if !before.link && !home.is_apart()? {
        durable::switch(old, place)?;
    } else {
        let staging = home.staging()?;
        let waiting = staging.join(n.to_string());
        durable::make_folder(&staging, Some(0o700))?;
        durable::take_away(&waiting)?;
        if before.link {
            durable::make_link(&waiting, &bytes)?;
        } else {
            durable::write_synced(&waiting, &bytes, Some(before.mode), false)?;
        }
        durable::switch(&waiting, place)?;
    }
    if matches!(durable::standing(place)?, Standing::File { mode, .. } if mode != before.mode) {
        durable::set_bits(place, before.mode)?;
    }
    Ok(())
}

fn back_in_git(home: &Home, git: &Git, journal: &Journal, change: &GitChange) -> Result<(), Diagnostic> {
    let log = format!("highroad {}: taken back", journal.command);
    let (before, after): (Head, Head) = (change.head_before.clone().into(), change.head_after.clone().into());
    let head_moves = before != after && git.head_now()? == after;
    let branch = match &change.branch {
        Some(branch) if branch.before != branch.after && git.target(&branch.name)? == branch.after => Some(branch),
        Some(_) | None => None,
    };
    // A branch must be there before HEAD comes to it, and go only after HEAD has left it.
    let made = branch.filter(|branch| branch.after.is_none());
    if let Some(branch) = made {
        git.move_reference(&branch.name, None, branch.before.as_deref(), &log)?;
    }
    if head_moves {
        git.move_head(&before)?;
    }
    if let Some(branch) = branch.filter(|branch| branch.after.is_some()) {
        git.move_reference(&branch.name, branch.after.as_deref(), branch.before.as_deref(), &log)?;
    }
    if let Some((before, after)) = &change.waiting
        && message(git)? == *after
    {
        set_message(git, before.as_deref())?;
    }
    let (beside, old) = (home.open().join(INDEX), home.open().join(OLD_INDEX));
    git.unlock_index(&beside)?;
    git.unlock_index(&old)?;
    let differs = change.entries.iter().any(|(path, entry)| entry.before != entry.after && git.entries(path) != entry.before);
    if !differs || git.bring_back_index(&beside, &old)? {
        return Ok(());
    }
    let stamps = stamps(home, journal, |file| file.before.as_ref());
    git.prepare_index(&beside, &of(&change.entries, |entry| &entry.before), &stamps)?;
    git.switch_index(&beside)
}
