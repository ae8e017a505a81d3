//! `highroad road diff`: what a project gets by going from one version to another, and why.

mod files;
mod manifests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::shelf::Shelf;
use super::workers::Progress;
use super::{at_hand, sources};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found};
use crate::ops::migrations;
use crate::report::road_diff::{Change, Effect, RoadDiff, Side};
use crate::road::store::Store;
use crate::road::{Road, builtin, overlay, version};
use manifests::effect;

/// What the person asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The version before: a folder or a version of the store.
    pub from: String,
    /// The version after.
    pub to: String,
    /// The folder of published versions.
    pub store: Option<PathBuf>,
    /// The kinds; empty for all.
    pub kinds: Vec<String>,
}

/// Compares two versions.
///
/// # Errors
/// When one of them is not usable, they are of two roads, or a kind is unknown.
pub fn diff(options: &Options, progress: Progress<'_>) -> Result<RoadDiff, Diagnostic> {
    let mut notes = Vec::new();
    let (a, b, shelf) = sides(options, &mut notes)?;
    for kind in &options.kinds {
        b.kind(kind)?;
    }
    let wanted = |id: &str| options.kinds.is_empty() || options.kinds.iter().any(|kind| kind == id);
    let (old, new) = (a.manifest.version.as_str(), b.manifest.version.as_str());
    let both: Vec<&str> =
        a.kinds.iter().map(|(id, _)| id.as_str()).filter(|id| wanted(id) && b.kinds.iter().any(|(other, _)| other == id)).collect();
    let mut effects: Vec<Effect> = Vec::new();
    kinds(&a, &b, &wanted, &mut effects);
    // An overlay beside what it inherits: two roads with version numbers of their own, and no upgrade between them.
    let beside = a.manifest.id != b.manifest.id;
    let older = !beside && version::compare(new, old) == std::cmp::Ordering::Less;
    if beside {
        notes.push(format!(
            "`{}` inherits from `{}`: this is what it does differently; a project goes from one road to another with `highroad adopt`",
            b.manifest.id, a.manifest.id
        ));
    } else if older {
        notes.push(format!("{new} is older than {old}: this is the way back"));
    } else if old == new {
        notes.push(format!("both say that they are {old}: a published version never changes, so give the road a new version"));
    } else if !shelf.origins(&b.manifest).0.iter().any(|listed| listed.version == old)
        && !b.manifest.upgrades_from.iter().any(|from| from == old)
    {
        effects.push(effect("breaking", format!("no project comes from {old} to {new}"), "No chain of `upgrades-from` leads there."));
    }
    let since = if beside { new } else { old };
    let due = migrations::between(&b.manifest, since, new);
    let mut files = files::compare(&a, &b, &both, &due, &mut effects, progress)?;
    let changes: Vec<_> = if older { Vec::new() } else { shelf.changes(since, &b.manifest) };
    let mut told: Vec<Change> = Vec::new();
    let mut without_effect = Vec::new();
    for (version, change) in changes {
        let matcher = change.matcher().ok().flatten();
        let mut paths = Vec::new();
        for file in &mut files {
            let concerns = |path: &str| matcher.as_ref().is_some_and(|globs| globs.is_match(path));
            if concerns(&file.path) || file.from.as_deref().is_some_and(concerns) {
                file.why.push(change.what.clone());
                paths.push(file.path.clone());
            }
        }
        if paths.is_empty() && matcher.is_some() && options.kinds.is_empty() {
            without_effect.push(change.what.clone());
        }
        told.push(Change {
            version: version.to_owned(),
            what: change.what.clone(),
            why: change.why.clone(),
            security: change.security,
            paths,
        });
    }
    let questions = manifests::questions(&a, &b, &both, &due, &mut effects);
    let guardrails = manifests::levels(&a, &b, &mut effects);
    let migrations = manifests::migrations(&due, &mut effects);
    effects.sort_by(|one, other| (other.class == "breaking").cmp(&(one.class == "breaking")).then_with(|| one.cmp(other)));
    effects.dedup();
    let class = effects.first().map_or("none", |effect| effect.class.as_str()).to_owned();
    Ok(RoadDiff {
        schema: 1,
        road: b.manifest.id.clone(),
        from: side(&a),
        to: side(&b),
        class,
        effects,
        changes: told,
        unexplained: files.iter().filter(|file| file.why.is_empty()).map(|file| file.path.clone()).collect(),
        files,
        questions,
        pins: manifests::pins(&a, &b),
        guardrails,
        migrations,
        without_effect,
        notes,
    })
}

fn side(road: &Road) -> Side {
    Side { version: road.manifest.version.clone(), digest: road.digest.to_string(), source: road.source.clone() }
}

fn kinds(a: &Road, b: &Road, wanted: &dyn Fn(&str) -> bool, effects: &mut Vec<Effect>) {
    let has = |road: &Road, id: &str| road.kinds.iter().any(|(known, _)| known == id);
    for (id, _) in a.kinds.iter().filter(|(id, _)| wanted(id) && !has(b, id)) {
        effects.push(effect("breaking", format!("the kind `{id}` is gone"), "Its projects cannot take this version."));
    }
    for (id, kind) in b.kinds.iter().filter(|(id, _)| wanted(id) && !has(a, id)) {
        effects.push(effect("attention", format!("a new kind, `{id}`: {}", kind.manifest.title), "No project is of it yet."));
    }
}

/// Reads both sides and what lies between them.
fn sides(options: &Options, notes: &mut Vec<String>) -> Result<(Arc<Road>, Arc<Road>, Shelf), Diagnostic> {
    let folder = |text: &str| -> Result<Option<PathBuf>, Diagnostic> {
        let path = Path::new(text);
        Ok(matches!(fs::look(path)?, Found::Folder(_)).then(|| path.to_owned()))
    };
    let (from, to) = (folder(&options.from)?, folder(&options.to)?);
    let read = |path: &Option<PathBuf>| path.as_deref().map(|path| sources::working(path).map(|(road, _)| Arc::new(road))).transpose();
    let (a, b) = (read(&from)?, read(&to)?);
    let store = match &options.store {
        Some(store) => Some(store.clone()),
        None => {
            let mut around = None;
            // What lies around an inherited road is of that road alone.
            let same = |(a, b): (&Arc<Road>, &Arc<Road>)| a.manifest.id == b.manifest.id;
            let from = from.as_ref().filter(|_| a.as_ref().zip(b.as_ref()).is_none_or(same));
            for path in [to.as_ref(), from].into_iter().flatten() {
                around = around.or(at_hand::around(path)?);
            }
            around
        }
    };
    let id = match (b.as_ref().or(a.as_ref()), &store) {
        (Some(road), _) => road.manifest.id.clone(),
        (None, Some(store)) => Store::open(&crate::road::source::Source::Folder(store.clone()))?.id().unwrap_or_default().to_owned(),
        (None, None) => Road::from_tree(&builtin::newest()?.1, "built-in")?.manifest.id,
    };
    let shelf = Shelf::new(at_hand::stores(store.as_deref(), &id, notes)?, b.clone());
    let parent = match &to {
        Some(to) => inherited(to)?,
        None => None,
    };
    let meant = |parent: &Road| {
        let version = options.from == parent.manifest.version && shelf.listed(&id).iter().all(|listed| listed.version != options.from);
        a.is_none() && (options.from == parent.manifest.id || version)
    };
    let a = parent.clone().filter(|parent| meant(parent)).or(a);
    let named = |road: Option<Arc<Road>>, text: &str, flag: &str| match road {
        Some(road) => Ok(road),
        None if version::is_calendar(text) => shelf.read(&id, text),
        None => Err(Diagnostic::usage("no-road", format!("`{text}` is no road"))
            .at(flag)
            .because("there is no folder of that name, and it is no calendar version such as `2026.11.0`")
            .fix("name the folder of a road, or a version of the store")),
    };
    let (a, b) = (named(a, &options.from, "FROM")?, named(b, &options.to, "TO")?);
    if a.manifest.id != b.manifest.id && parent.is_none_or(|parent| parent.manifest.id != a.manifest.id) {
        return Err(Diagnostic::usage("other-road", format!("`{}` and `{}` are two roads", a.manifest.id, b.manifest.id))
            .at(options.to.clone())
            .because("a project changes roads with `highroad adopt`, not with an upgrade")
            .fix("name two versions of one road, or an overlay's folder and the road that it inherits"));
    }
    Ok((a, b, shelf))
}

/// Reads the road that the overlay in a folder inherits; nothing for a plain road.
fn inherited(folder: &Path) -> Result<Option<Arc<Road>>, Diagnostic> {
    let tree = overlay::inherited(folder)?;
    tree.map(|tree| Road::from_tree(&tree, &format!("what {} inherits", folder.display())).map(Arc::new)).transpose()
}
