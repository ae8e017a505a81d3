//! The road's own knowledge of pins and advisories, read from the files that ship with it.

use serde::Deserialize;

use super::guardrail::{ActionPin, Advisory, ImagePin};

/// `known-actions.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Actions {
    #[serde(default)]
    action: Vec<ActionRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionRow {
    repo: String,
    tag: String,
    sha: String,
    /// Whether its owner moves the tag on purpose, as `v4`.
    #[serde(default)]
    #[expect(dead_code, reason = "for people: whoever pins it sees the exact tag of the same commit")]
    floating: bool,
    /// The day that the tag was read.
    #[serde(default)]
    #[expect(dead_code, reason = "for people: it says how old the row is")]
    seen: String,
    provenance: String,
}

/// `known-images.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Images {
    #[serde(default)]
    image: Vec<ImageRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ImageRow {
    #[serde(rename = "ref")]
    reference: String,
    digest: String,
    #[serde(default)]
    #[expect(dead_code, reason = "for people: it says how old the row is")]
    built: String,
    provenance: String,
}

/// `advisories.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advisories {
    #[serde(default)]
    advisory: Vec<AdvisoryRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AdvisoryRow {
    ecosystem: String,
    name: String,
    versions: Vec<String>,
    safe: Vec<String>,
    ids: Vec<String>,
    #[serde(default)]
    #[expect(dead_code, reason = "for people: it says when it happened")]
    date: String,
    what: String,
    instead: String,
    provenance: String,
}

/// What the three files hold.
pub type Known = (Vec<ActionPin>, Vec<ImagePin>, Vec<Advisory>);

/// Reads the three files.
///
/// # Errors
/// Says which row does not fit: a commit or digest that is not whole, a name twice, no provenance.
pub fn read(actions: &str, images: &str, advisories: &str) -> Result<Known, String> {
    Ok((read_actions(actions)?, read_images(images)?, read_advisories(advisories)?))
}

fn read_actions(text: &str) -> Result<Vec<ActionPin>, String> {
    let rows: Actions = toml::from_str(text).map_err(|error| format!("actions: {error}"))?;
    let mut pins: Vec<ActionPin> = Vec::with_capacity(rows.action.len());
    let mut seen = std::collections::HashSet::new();
    for row in rows.action {
        let name = format!("{}@{}", row.repo, row.tag);
        if !super::workflows::is_commit(&row.sha) || row.provenance.is_empty() {
            return Err(format!("actions: `{name}` has no full commit, or no provenance"));
        }
        if !seen.insert(name.to_ascii_lowercase()) {
            return Err(format!("actions: `{name}` stands there twice"));
        }
        pins.push(ActionPin { repo: row.repo, tag: row.tag, sha: row.sha });
    }
    Ok(pins)
}

fn read_images(text: &str) -> Result<Vec<ImagePin>, String> {
    let rows: Images = toml::from_str(text).map_err(|error| format!("images: {error}"))?;
    let mut pins: Vec<ImagePin> = Vec::with_capacity(rows.image.len());
    for row in rows.image {
        if !super::images::is_digest(&row.digest) || row.provenance.is_empty() {
            return Err(format!("images: `{}` has no whole digest, or no provenance", row.reference));
        }
        if pins.iter().any(|pin| pin.reference == row.reference) {
            return Err(format!("images: `{}` stands there twice", row.reference));
        }
        pins.push(ImagePin { reference: row.reference, digest: row.digest });
    }
    Ok(pins)
}

fn read_advisories(text: &str) -> Result<Vec<Advisory>, String> {
    let rows: Advisories = toml::from_str(text).map_err(|error| format!("advisories: {error}"))?;
    let advisory = |row: AdvisoryRow| {
        if row.provenance.is_empty() || !matches!(row.ecosystem.as_str(), "action" | "pypi") {
            return Err(format!("advisories: `{}` has no provenance, or an ecosystem that is not known", row.name));
        }
        let AdvisoryRow { ecosystem, name, versions, safe, ids, what, instead, .. } = row;
        Ok(Advisory { ecosystem, name, versions, safe, ids, what, instead })
    };
    rows.advisory.into_iter().map(advisory).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_a_short_commit_a_tag_without_digest_and_a_name_twice() {
        let row = |sha: &str| format!("[[action]]\nrepo = \"a/b\"\ntag = \"v1\"\nsha = \"{sha}\"\nprovenance = \"x\"\n");
        let whole = row(&"a".repeat(40));
        assert_eq!(read(&whole, "", "").unwrap().0.len(), 1);
        assert!(read(&row("abc"), "", "").is_err());
        assert!(read(&format!("{whole}{whole}"), "", "").unwrap_err().contains("twice"));
        assert!(read("", "[[image]]\nref = \"a:1\"\ndigest = \"sha256:1\"\nprovenance = \"x\"\n", "").is_err());
        assert!(read("", "", "[[advisory]]\ntypo = 1\n").is_err());
    }

    #[test]
    fn the_shipped_files_can_be_read() {
        let shipped = |text: &'static str| text;
        let (actions, images, advisories) = read(
            shipped(include_str!("../../templates/pins/known-actions.toml")),
            shipped(include_str!("../../templates/pins/known-images.toml")),
            shipped(include_str!("../../templates/pins/advisories.toml")),
        )
        .unwrap();
        assert!(actions.len() > 100 && images.len() > 10 && advisories.len() > 5);
    }
}
