//! `road.toml` of an overlay: what it inherits, and what it does to it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::base::digest::Digest;
use crate::base::path::RelPath;
use crate::road::version;

/// How many files an overlay may declare, and how many texts it may edit.
const MOST: usize = 2_000;

/// `road.toml` of an overlay. [`Overlay::problem`] refuses keys that it does not know.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Overlay {
    /// What it stands on.
    pub(super) inherits: Inherits,
    /// What is left out of that.
    #[serde(default)]
    pub(super) remove: Remove,
    /// The layers that inherited kinds get, too.
    #[serde(default)]
    pub(super) add_layer: Vec<AddLayer>,
    /// The inherited files that are replaced or removed.
    #[serde(default)]
    pub(super) overlay: Vec<Declared>,
    /// The inherited files in which a text is replaced.
    #[serde(default)]
    pub(super) edit: Vec<Edit>,
    /// Everything else is as in any road; it is merged with what is inherited.
    #[serde(flatten)]
    pub(super) own: toml::Table,
}

/// What an overlay stands on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Inherits {
    /// The id of the road.
    pub(super) id: String,
    /// Its version.
    pub(super) version: String,
    /// The digest over the files of that version.
    pub(super) digest: String,
    /// `built-in`, a relative path to a store or to one version, or the name of a source.
    pub(super) source: String,
    /// For each earlier version of the overlay, the inherited version that it stood on.
    #[serde(default)]
    pub(super) before: BTreeMap<String, String>,
}

/// What is left out of the inherited road.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Remove {
    /// Layers, with all their files.
    #[serde(default)]
    pub(super) layers: Vec<String>,
    /// Kinds, with all their files.
    #[serde(default)]
    pub(super) kinds: Vec<String>,
    /// Questions that every kind asks.
    #[serde(default)]
    pub(super) questions: Vec<String>,
    /// Levels of guardrails: each speaks as its own definition says again.
    #[serde(default)]
    pub(super) guardrails: Vec<String>,
    /// Tables of constants, by name.
    #[serde(default)]
    pub(super) data: Vec<String>,
    /// Rankings, by name.
    #[serde(default)]
    pub(super) rankings: Vec<String>,
    /// Pins, as `action.<id>` or `image.<id>`.
    #[serde(default)]
    pub(super) pins: Vec<String>,
}

/// Gives a layer to kinds that are inherited.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AddLayer {
    /// The layer.
    pub(super) layer: String,
    /// The kinds; all that a new project can be, where none is named.
    #[serde(default)]
    pub(super) kinds: Vec<String>,
}

/// An inherited file, or the folder of an inherited layer or kind, that is replaced or removed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Declared {
    /// Its path in the road.
    pub(super) path: String,
    /// What is done to it.
    pub(super) action: Act,
    /// The digest of the inherited file, or of the inherited folder, that the decision was made about.
    pub(super) inherited: String,
    /// Why.
    pub(super) why: String,
}

/// What is done to an inherited file.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Act {
    /// The overlay's own file of that path stands in its place.
    Replace,
    /// It is left out.
    Remove,
}

/// Puts one text in the place of another in inherited files.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Edit {
    /// The paths of the files in the road. Each has to hold the text.
    pub(super) files: Vec<String>,
    /// The text, as it stands there.
    pub(super) find: String,
    /// What stands there then.
    pub(super) with: String,
    /// Why.
    pub(super) why: String,
}

/// The plain keys that an overlay's `road.toml` shares with every road's, in the order of the format.
pub(super) const PLAIN: [&str; 12] = [
    "schema",
    "id",
    "publisher",
    "title",
    "version",
    "released",
    "supported-until",
    "upgrades-from",
    "channel",
    "hooks",
    "kinds",
    "layers",
];

/// As [`PLAIN`], what follows them.
const TABLES: [&str; 6] = ["change", "migration", "guardrails", "package-indexes", "data", "ranking"];

impl Overlay {
    /// Says what is wrong with it by itself; nothing where it can be used.
    pub(super) fn problem(&self) -> Option<String> {
        let shared = || PLAIN.into_iter().chain(TABLES);
        if let Some(unknown) = self.own.keys().find(|key| !shared().any(|known| known == key.as_str())) {
            let own = ["inherits", "remove", "overlay", "edit", "add-layer"];
            let near = crate::base::diagnostic::nearest(unknown, shared().chain(own));
            return Some(match near {
                Some(near) => format!("`{unknown}` is no key of an overlay; did you mean `{near}`?"),
                None => format!("`{unknown}` is no key of an overlay"),
            });
        }
        let Inherits { version, digest, before, .. } = &self.inherits;
        if let Some(bad) = std::iter::once(version).chain(before.keys()).chain(before.values()).find(|text| !version::is_calendar(text)) {
            return Some(format!("[inherits]: `{bad}` is no calendar version such as `2026.11.0`"));
        }
        if Digest::parse(digest).is_none() {
            return Some(format!("[inherits]: `{digest}` is no digest such as `sha256:…`"));
        }
        if self.overlay.len() > MOST || self.edit.len() > MOST {
            return Some(format!("it declares more than {MOST} files"));
        }
        self.overlay.iter().find_map(Declared::problem).or_else(|| self.edit.iter().find_map(Edit::problem))
    }
}

impl Declared {
    fn problem(&self) -> Option<String> {
        let Self { path, inherited, why, .. } = self;
        if let Err(error) = RelPath::parse(path) {
            return Some(format!("[[overlay]] `{path}`: {error}"));
        }
        if path == "road.toml" {
            return Some("[[overlay]] `road.toml`: an overlay's own `road.toml` says what differs, key by key".to_owned());
        }
        if Digest::parse(inherited).is_none() {
            return Some(format!("[[overlay]] `{path}`: `{inherited}` is no digest such as `sha256:…`"));
        }
        why.trim().is_empty().then(|| format!("[[overlay]] `{path}`: it has no reason"))
    }
}

impl Edit {
    fn problem(&self) -> Option<String> {
        if self.files.is_empty() || self.find.is_empty() || self.why.trim().is_empty() {
            return Some("an [[edit]] needs `files`, a text to `find`, and a reason in `why`".to_owned());
        }
        if self.find == self.with {
            return Some(format!("an [[edit]] puts `{}` in its own place", self.find.escape_debug()));
        }
        self.files.iter().find(|path| *path == "road.toml").map(|_| "[[edit]] of `road.toml`: say what differs, key by key".to_owned())
    }
}
