//! Migrations: their versions, their order, and both ends of what they move.

use super::Desk;
use crate::road::manifest::FileRule;
use crate::road::migration::{Action, Migration};
use crate::road::version;

const FILE: &str = "road.toml";

pub(super) fn look(desk: &mut Desk<'_>) {
    let road = desk.road;
    let manifest = &road.manifest;
    let migrations = &manifest.migration;
    for pair in migrations.windows(2) {
        if version::compare(&pair[0].version, &pair[1].version) == std::cmp::Ordering::Greater {
            let what = format!("a migration of {} stands after one of {}", pair[1].version, pair[0].version);
            report(desk, &pair[1], &what, "they are done in the order in which they stand", "put them in the order of their versions");
        }
    }
    let patterns = targets(desk);
    for migration in migrations {
        if version::compare(&migration.version, &manifest.version) == std::cmp::Ordering::Greater {
            let what = format!("a migration is of {}, and this version is {}", migration.version, manifest.version);
            report(desk, migration, &what, "it would never be done", "give it the version that brings it");
        }
        let oldest = manifest.upgrades_from.iter().min_by(|a, b| version::compare(a, b));
        if oldest.is_some_and(|oldest| version::compare(&migration.version, oldest) != std::cmp::Ordering::Greater) {
            let what = format!("a migration is of {}, and no project comes from before that", migration.version);
            report(desk, migration, &what, "it would never be done", "remove it, or name the older version in `upgrades-from`");
        }
        if migration.version == manifest.version {
            ends(desk, migration, &patterns);
        }
    }
}

fn report(desk: &mut Desk<'_>, migration: &Migration, what: &str, why: &str, fix: &str) {
    let word = migration.why.lines().next().unwrap_or_default().to_owned();
    desk.report("migration", FILE, Some(&word), [what, why, fix]);
}

/// Returns what tells whether a path is one that this version can write.
fn targets(desk: &Desk<'_>) -> Vec<globset::GlobMatcher> {
    let paths = desk.parts().into_iter().flat_map(|(_, part)| part.files.iter().map(|file| file.path.clone())).collect::<Vec<_>>();
    let glob = |path: &String| {
        // A name that is a template stands for any name.
        let mut plain = String::new();
        let mut rest = FileRule::matchable(path);
        while let Some((before, after)) = rest.split_once('\u{ab}') {
            plain.push_str(&globset::escape(before));
            plain.push('*');
            rest = after.split_once('\u{bb}').map_or_else(String::new, |(_, after)| after.to_owned());
        }
        plain.push_str(&globset::escape(&rest));
        Some(globset::GlobBuilder::new(&plain).literal_separator(true).build().ok()?.compile_matcher())
    };
    paths.iter().filter_map(glob).collect()
}

/// Looks at what a migration of this very version leads to: older ones led to what may be gone by now.
fn ends(desk: &mut Desk<'_>, migration: &Migration, targets: &[globset::GlobMatcher]) {
    let road = desk.road;
    let writes = |path: &str| targets.iter().any(|target| target.is_match(path));
    // A folder is moved with all that is in it.
    let holds = |folder: &str| {
        let inside = format!("{folder}/");
        desk.parts().iter().any(|(_, part)| part.files.iter().any(|file| file.path.starts_with(&inside)))
    };
    let asks = |key: &str| {
        road.questions.iter().chain(road.kinds.iter().flat_map(|(_, kind)| &kind.manifest.question)).any(|question| question.key == key)
    };
    let Some(action) = migration.action() else { return };
    let problem = match action {
        Action::Move(moved) if !writes(&moved.to) && !holds(&moved.to) => {
            Some(format!("it moves `{}` to `{}`, which no layer or kind writes", moved.from, moved.to))
        }
        Action::Move(moved) if writes(&moved.from) => Some(format!("it moves `{}` away, which this version still writes", moved.from)),
        Action::Delete(delete) if writes(&delete.path) => Some(format!("it deletes `{}`, which this version still writes", delete.path)),
        Action::Set(set) if !writes(&set.file) => Some(format!("it sets a key in `{}`, which no layer or kind writes", set.file)),
        Action::Remove(remove) if !writes(&remove.file) => {
            Some(format!("it removes a key from `{}`, which no layer or kind writes", remove.file))
        }
        Action::RenameAnswer(rename) if !asks(&rename.to) => Some(format!("it renames an answer to `{}`, which no kind asks", rename.to)),
        Action::RenameAnswer(rename) if rename.from != rename.to && asks(&rename.from) => {
            Some(format!("it renames the answer `{}`, which is still asked", rename.from))
        }
        Action::Move(_)
        | Action::Delete(_)
        | Action::Set(_)
        | Action::Remove(_)
        | Action::ReplacePin(_)
        | Action::ReplaceText(_)
        | Action::RenameAnswer(_) => None,
    };
    if let Some(what) = problem {
        report(desk, migration, &what, "one of its two ends is mistyped", "correct the path or the key");
    }
}
