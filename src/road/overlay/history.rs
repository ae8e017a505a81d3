//! Migrations and changes of the inherited road, told in the versions of the overlay.
//!
//! Both roads count their versions by themselves. An overlay's version that stands on a newer inherited one brings what that
//! did since the inherited version before, so both have to be known: `[inherits.before]` names them.

use toml::{Table, Value};

use super::manifest::Overlay;
use crate::road::version;

/// What the inherited road brings to a version of the overlay.
pub(super) struct History {
    migrations: Vec<Value>,
    changes: Vec<Value>,
}

impl History {
    /// Tells what `inherited`, a `road.toml`, brings. `between` returns the changes of inherited versions after the first and
    /// up to the second.
    ///
    /// # Errors
    /// When an earlier version's inherited version is not known and matters.
    pub(super) fn of(overlay: &Overlay, inherited: &Table, between: impl Fn(&str, &str) -> Vec<Value>) -> Result<Self, String> {
        let text = |table: &Table, key: &str| table.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let now = text(&overlay.own, "version");
        let stands_on = &overlay.inherits.version;
        let mut steps: Vec<(&str, &str)> = overlay.inherits.before.iter().map(|(own, theirs)| (own.as_str(), theirs.as_str())).collect();
        steps.sort_by(|a, b| version::compare(a.0, b.0));
        if let Some((own, _)) = steps.iter().find(|(own, _)| version::compare(own, &now) != std::cmp::Ordering::Less) {
            return Err(format!("[inherits.before] names {own}, which is not before {now}"));
        }
        if let Some(pair) = steps.windows(2).find(|pair| version::compare(pair[0].1, pair[1].1) == std::cmp::Ordering::Greater) {
            return Err(format!("[inherits.before] says that {} stood on an older version than {} did", pair[1].0, pair[0].0));
        }
        let rows = |key: &str| inherited.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        let migrations = rows("migration");
        let froms = overlay.own.get("upgrades-from").and_then(Value::as_array).cloned().unwrap_or_default();
        for from in froms.iter().filter_map(Value::as_str) {
            if !migrations.is_empty() && !overlay.inherits.before.contains_key(from) {
                return Err(format!(
                    "projects can come from {from}, and nothing says which version of `{}` that stood on, so nobody knows which of its \
                     migrations they still need; add `\"{from}\" = \"<version>\"` below [inherits.before]",
                    overlay.inherits.id
                ));
            }
        }
        let changes = match steps.last() {
            Some((_, before)) if version::compare(before, stands_on) == std::cmp::Ordering::Less => between(before, stands_on),
            Some(_) | None => Vec::new(),
        };
        let first = steps.first().copied();
        steps.push((&now, stands_on));
        let step_of = |brought: &str| steps.iter().find(|(_, theirs)| version::compare(theirs, brought) != std::cmp::Ordering::Less);
        let migrations = migrations
            .into_iter()
            .filter_map(|mut migration| {
                let (own, _) = step_of(migration.get("version")?.as_str()?)?;
                // Whoever began with the first version began behind the migration.
                if first.is_none_or(|(first, _)| first == *own) {
                    return None;
                }
                migration.as_table_mut()?.insert("version".to_owned(), Value::String((*own).to_owned()));
                Some(migration)
            })
            .collect();
        Ok(Self { migrations, changes })
    }

    /// Puts what is inherited before the overlay's own.
    pub(super) fn write(&self, road: &mut Table) -> Result<(), String> {
        for (key, inherited) in [("change", &self.changes), ("migration", &self.migrations)] {
            let own = match road.remove(key) {
                None => Vec::new(),
                Some(Value::Array(own)) => own,
                Some(_) => return Err(format!("`{key}` is no list: write `[[{key}]]`")),
            };
            let all: Vec<Value> = inherited.iter().cloned().chain(own).collect();
            if !all.is_empty() {
                road.insert(key.to_owned(), Value::Array(all));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(overlay: &str) -> Result<Table, String> {
        let overlay: Overlay = toml::from_str(overlay).unwrap();
        let inherited: Table = toml::from_str(
            "[[migration]]\nversion = '2026.2.0'\nwhy = 'old'\n[[migration]]\nversion = '2026.3.0'\nwhy = 'a'\n[[migration]]\nversion = '2026.5.0'\nwhy = 'b'",
        )
        .unwrap();
        let between = |from: &str, to: &str| vec![Value::String(format!("{from}..{to}"))];
        let mut road = Table::new();
        History::of(&overlay, &inherited, between)?.write(&mut road)?;
        Ok(road)
    }

    const INHERITS: &str = "[inherits]\nid = 'x'\nversion = '2026.5.0'\ndigest = ''\nsource = 'built-in'\n";

    #[test]
    fn inherited_migrations_are_told_in_the_overlays_versions() {
        let road = history(&format!(
            "version = '2026.9.0'\nupgrades-from = ['2026.7.0', '2026.8.0']\n{INHERITS}[inherits.before]\n'2026.7.0' = '2026.2.0'\n'2026.8.0' = '2026.4.0'"
        ))
        .unwrap();
        let told: Vec<(&str, &str)> = road["migration"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["version"].as_str().unwrap(), one["why"].as_str().unwrap()))
            .collect();
        assert_eq!(told, [("2026.8.0", "a"), ("2026.9.0", "b")]);
        assert_eq!(road["change"].as_array().unwrap()[0].as_str(), Some("2026.4.0..2026.5.0"));
    }

    #[test]
    fn a_first_version_brings_none_and_a_later_one_has_to_say_what_it_stood_on() {
        assert!(history(&format!("version = '2026.9.0'\nupgrades-from = []\n{INHERITS}")).unwrap().is_empty());
        let refused = history(&format!("version = '2026.9.0'\nupgrades-from = ['2026.8.0']\n{INHERITS}")).unwrap_err();
        assert!(refused.contains("\"2026.8.0\" = "), "{refused}");
    }
}
