//! `Pipfile`: what Pipenv installs, after the Pipenv documentation ("Pipfile & Pipfile.lock", "Specifying package indexes").

use toml::de::DeTable;

use super::pyproject::{Group, Index, Use, at, inside, list_at, named, text_at};

/// What is in a `Pipfile`.
#[derive(Clone, Debug)]
pub struct Pipfile {
    /// What it asks for.
    pub groups: Vec<Group>,
    /// Where packages are found.
    pub indexes: Vec<Index>,
}

/// Reads a `Pipfile`.
///
/// # Errors
/// When it is no TOML.
pub fn read(source: &str) -> Result<Pipfile, String> {
    let root = DeTable::parse(source).map_err(|error| error.message().to_owned())?;
    let root = root.get_ref();
    let mut groups = Vec::new();
    for (key, value) in root {
        let purpose = match key.get_ref().as_ref() {
            "packages" => Use::Run,
            "source" | "pipenv" | "requires" | "scripts" => continue,
            // Any other table is a category of its own.
            _ => Use::Development,
        };
        if let Some(table) = value.get_ref().as_table() {
            groups.push(Group { purpose, requirements: named(source, table, false) });
        }
    }
    let flag = |table: &DeTable<'_>, path: &[&str]| at(table, path).and_then(|value| value.get_ref().as_bool());
    let everywhere = flag(root, &["pipenv", "install_search_all_sources"]) == Some(true);
    let mut indexes = Vec::new();
    for (position, value) in list_at(root, &["source"]).iter().enumerate() {
        let Some(table) = value.get_ref().as_table() else { continue };
        let Some(url) = at(table, &["url"]) else { continue };
        indexes.push(Index {
            tool: "pipenv",
            name: text_at(table, &["name"]).unwrap_or_default().to_owned(),
            url: url.get_ref().as_str().unwrap_or_default().to_owned(),
            searched: everywhere && position > 0,
            replaces: position == 0,
            verified: flag(table, &["verify_ssl"]) != Some(false),
            range: inside(source, url.span()),
        });
    }
    Ok(Pipfile { groups, indexes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_packages_and_sources() {
        let text = "[[source]]\nname = 'a'\nurl = 'http://a.example'\nverify_ssl = false\n[[source]]\nurl = 'https://b.example'\n[pipenv]\ninstall_search_all_sources = true\n[packages]\nx = \"1.2\"\ny = \"==1.2\"\nz = '*'\n[dev-packages]\nblack = '*'\n";
        let found = read(text).unwrap();
        let run: Vec<_> = found.groups[0].requirements.iter().map(|found| (found.name.as_str(), found.is_pinned())).collect();
        assert_eq!(run, [("x", false), ("y", true), ("z", false)]);
        assert_eq!((found.indexes[0].verified, found.indexes[1].searched), (false, true));
        assert!(read("[packages").is_err());
    }
}
