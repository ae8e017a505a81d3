//! The files that people sign offline, `root.json` and `targets.json`: read, shown, and how far their signatures are.

use std::path::{Path, PathBuf};

use jiff::Timestamp as Moment;
use serde::Serialize;
use tough::schema::decoded::{Decoded, Hex};
use tough::schema::{Role, RoleType, Root, Signed, Targets};

use crate::base::day::Day;
use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::fs::{self, Found, durable};
use crate::road::registry::METADATA;
use crate::road::registry::keys::{PublicKey, SecretKey, hex};
use crate::road::registry::repository::{DRAFT, Repository};
use crate::road::registry::signing::{self, LIMIT, Signers, unusable};

/// How many days before its end a file is spoken of.
pub const NOTICE: i32 = 30;
/// The roles that a root names keys for, in the order that people read.
pub const ROLES: [RoleType; 4] = [RoleType::Root, RoleType::Targets, RoleType::Snapshot, RoleType::Timestamp];

/// A file that is signed offline.
#[derive(Clone, Debug)]
pub enum Metadata {
    /// Which keys sign what.
    Root(Signed<Root>),
    /// Who answers for which road.
    Targets(Signed<Targets>),
}

/// What a file, or a registry, holds.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Shown {
    /// A key.
    Key {
        /// Its id.
        id: String,
        /// Its public half.
        public: String,
        /// The name that stands behind the public half.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Whether the file holds the secret half.
        secret: bool,
    },
    /// `root.json`.
    Root {
        /// Its version.
        version: u64,
        /// When it ends.
        ends: Ends,
        /// SHA-256 of what is signed: the same for every signer.
        content: String,
        /// SHA-256 of the file, which developers compare; nothing while a signature lacks, for each changes it.
        fingerprint: Option<String>,
        /// Whose keys sign what.
        roles: Vec<RoleShown>,
    },
    /// `targets.json`.
    Targets {
        /// Its version.
        version: u64,
        /// When it ends.
        ends: Ends,
        /// Whose keys sign which road.
        roles: Vec<RoleShown>,
    },
    /// A registry's folder.
    Registry {
        /// The newest root.
        root: Option<Box<Self>>,
        /// The newest targets.
        targets: Option<Box<Self>>,
        /// When the other files end, by role.
        ends: Vec<Ends>,
        /// The files that wait for signatures.
        drafts: Vec<Draft>,
        /// What a person should know.
        warnings: Vec<String>,
    },
}

/// When a file ends.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Ends {
    /// The role.
    pub role: String,
    /// The last moment.
    pub at: String,
    /// How many days are left; negative after the end.
    pub days: i32,
}

impl Ends {
    /// Tells when a file ends.
    pub fn of(role: &str, moment: Moment, now: Moment) -> Self {
        Self { role: role.to_owned(), at: moment.to_string(), days: Day::of(now).until(Day::of(moment)) }
    }

    /// Returns the warning that it is due, where it is.
    pub fn warning(&self, fix: &str) -> Option<String> {
        let Self { role, at, days } = self;
        match days {
            ..0 => Some(format!("{role} ended on {at}: clients refuse the registry; {fix}")),
            0..=NOTICE => Some(format!("{role} ends in {days} days, on {at}: {fix}")),
            _ => None,
        }
    }
}

/// The keys of a role.
#[derive(Clone, Debug, Serialize)]
pub struct RoleShown {
    /// The role, or the id of the road.
    pub role: String,
    /// How many of the keys must sign.
    pub threshold: u64,
    /// The keys.
    pub keys: Vec<KeyShown>,
}

/// A key of a role.
#[derive(Clone, Debug, Serialize)]
pub struct KeyShown {
    /// Its id.
    pub id: String,
    /// Its public half.
    pub public: String,
}

/// How far the signatures of a file are.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Standing {
    /// Who is asked, such as `root 2`.
    pub by: String,
    /// Which keys those are, where that can be mistaken.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub whose: String,
    /// How many of them are needed.
    pub needed: u64,
    /// The ids of those that signed.
    pub signed: Vec<String>,
    /// The ids of those that did not.
    pub open: Vec<String>,
}

impl Standing {
    /// Says which keys are asked.
    #[must_use]
    pub fn of_keys(self, whose: impl Into<String>) -> Self {
        Self { whose: whose.into(), ..self }
    }

    /// Whether enough signed.
    pub fn complete(&self) -> bool {
        self.signed.len() as u64 >= self.needed
    }
}

/// A file that waits for signatures.
#[derive(Clone, Debug, Serialize)]
pub struct Draft {
    /// Where it is.
    pub file: PathBuf,
    /// Whose signatures are needed, and how many are there.
    pub standing: Vec<Standing>,
}

impl Metadata {
    /// Reads a file that is signed offline.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(path: &Path) -> Result<Self, Diagnostic> {
        let place = path.display().to_string();
        let bytes = durable::read(path, LIMIT)?;
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|error| unusable(&place, error.to_string()))?;
        match value.pointer("/signed/_type").and_then(serde_json::Value::as_str) {
            Some("root") => signing::read(&bytes, &place).map(Self::Root),
            Some("targets") => signing::read(&bytes, &place).map(Self::Targets),
            other => {
                Err(Diagnostic::usage("metadata", "the file is none that people sign or look at")
                    .at(place)
                    .because(other.map_or("it is no metadata of a registry".to_owned(), |role| {
                        format!("it is of the role `{}`", role.escape_debug())
                    }))
                    .fix("name `root.json`, `targets.json`, a key file or a registry's folder"))
            }
        }
    }

    /// Returns how far the signatures of each of the judges are.
    fn standings(&self, judges: &[Judge]) -> Vec<Standing> {
        judges.iter().map(|judge| self.standing(judge)).collect()
    }

    /// Returns who signs the file, with a name for each: for a root its own keys and those of the root before it, for targets
    /// the keys that the newest root names. Roots are looked for in `named`, then in the registry around `file`.
    ///
    /// # Errors
    /// When no root says who signs.
    pub fn judges(&self, file: &Path, named: &[PathBuf]) -> Result<Vec<Judge>, Diagnostic> {
        let registry = file.parent().and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
        let mut roots = Vec::new();
        for path in named {
            match Self::read(path)? {
                Self::Root(root) => roots.push(root.signed),
                Self::Targets(_) => return Err(unusable(&path.display().to_string(), "it is no root")),
            }
        }
        let beside = |path: PathBuf| match fs::look(&path) {
            Ok(Found::Other("a file")) => Self::read(&path).map(|read| match read {
                Self::Root(root) => Some(root.signed),
                Self::Targets(_) => None,
            }),
            Ok(Found::Nothing | Found::Folder(_) | Found::Other(_)) => Ok(None),
            Err(error) => Err(error),
        };
        match self {
            Self::Root(root) => {
                let before = root.signed.version.get() - 1;
                if before > 0 && !roots.iter().any(|known| known.version.get() == before) {
                    roots.extend(beside(registry.join(METADATA).join(format!("{before}.root.json")))?);
                }
                let judge = |judge: &Root| Judge::of_root(judge, &root.signed);
                let own = judge(&root.signed);
                let old = roots.iter().find(|known| known.version.get() == before).and_then(judge);
                Ok(old.into_iter().chain(own).collect())
            }
            Self::Targets(_) => {
                roots.extend(beside(file.with_file_name("root.json"))?);
                if let Ok(Found::Folder(names)) = fs::look(&registry.join(METADATA)) {
                    let newest = names.iter().filter_map(|name| name.strip_suffix(".root.json")?.parse::<u64>().ok()).max();
                    if let Some(newest) = newest {
                        roots.extend(beside(registry.join(METADATA).join(format!("{newest}.root.json")))?);
                    }
                }
                let root = roots.iter().max_by_key(|root| root.version).ok_or_else(|| {
                    Diagnostic::usage("root-missing", "nobody knows who signs the file")
                        .at(file.display().to_string())
                        .because("the root that names its keys is not beside it")
                        .fix("name the newest root with `--root FILE`")
                })?;
                Ok(Judge::of_targets(root).into_iter().collect())
            }
        }
    }

    /// Refuses a file that is published: what people compare is the digest of its bytes, and a signature changes those.
    ///
    /// # Errors
    /// `published`, where the file bears the name of a published one.
    pub fn refuse_published(path: &Path) -> Result<(), Diagnostic> {
        let name = path.file_name().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
        let (number, rest) = name.split_once('.').unwrap_or_default();
        let numbered = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        if !(numbered && ["root.json", "targets.json"].contains(&rest)) {
            return Ok(());
        }
        Err(Diagnostic::usage("published", format!("`{name}` is published, and stays as it is"))
            .at(path.display().to_string())
            .because("developers compare the fingerprint of its bytes, and one more signature would change it")
            .fix("sign drafts, `root.json` and `targets.json` in the registry's folder `draft`; `highroad road keys rotate` makes the next one"))
    }

    /// Adds the signature of a key.
    ///
    /// # Errors
    /// When the content has no canonical form.
    pub fn add_signature(&mut self, key: &SecretKey) -> Result<(), Diagnostic> {
        match self {
            Self::Root(root) => signing::add_signature(root, key),
            Self::Targets(targets) => signing::add_signature(targets, key),
        }
    }

    /// Tells how far the signatures are.
    pub fn standing(&self, judge: &Judge) -> Standing {
        match self {
            Self::Root(root) => judge.standing(root),
            Self::Targets(targets) => judge.standing(targets),
        }
    }

    /// Returns the bytes of the file.
    ///
    /// # Errors
    /// When it is too large.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Diagnostic> {
        match self {
            Self::Root(root) => signing::to_bytes(root),
            Self::Targets(targets) => signing::to_bytes(targets),
        }
    }

    /// Tells what the file holds. Roots are looked for as in [`Metadata::judges`].
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn show(&self, path: &Path, named: &[PathBuf], now: Moment) -> Result<Shown, Diagnostic> {
        match self {
            Self::Root(root) => {
                let standings = self.standings(&self.judges(path, named)?);
                // A root after the first is signed by the keys of the one before, too.
                let all = if root.signed.version.get() == 1 { 1 } else { 2 };
                let complete = standings.len() == all && standings.iter().all(Standing::complete);
                let file = complete.then(|| durable::read(path, LIMIT)).transpose()?;
                show_root(root, file.as_deref(), now)
            }
            Self::Targets(targets) => Ok(show_targets(targets, now)),
        }
    }
}

/// Keys that sign a file, and who names them.
#[derive(Clone, Debug)]
pub struct Judge {
    /// Who is asked, such as `root 2`.
    pub by: String,
    /// The keys.
    pub signers: Signers,
    whose: String,
}

impl Judge {
    /// Returns the keys of a root, or of the one before it, as those that sign it.
    pub fn of_root(judge: &Root, root: &Root) -> Option<Self> {
        let whose = match root.version.get() {
            1 => "",
            _ if judge.version < root.version => "the keys until now",
            _ => "the keys from then on",
        };
        let signers = Signers::of_root(judge, RoleType::Root)?;
        Some(Self { by: format!("root {}", judge.version), whose: whose.to_owned(), signers })
    }

    /// Returns the keys that a root names for targets.
    pub fn of_targets(root: &Root) -> Option<Self> {
        let signers = Signers::of_root(root, RoleType::Targets)?;
        Some(Self { by: "targets".to_owned(), whose: format!("the keys that root {} names", root.version), signers })
    }

    /// Tells how far its signatures of a file are.
    pub fn standing<T: Role>(&self, file: &Signed<T>) -> Standing {
        standing(&self.by, &self.signers, file).of_keys(self.whose.clone())
    }
}

/// Tells how far the signatures of a file are.
pub fn standing<T: Role>(by: &str, signers: &Signers, file: &Signed<T>) -> Standing {
    let signed = signers.signed(file);
    let mut open: Vec<String> = signers.role.keyids.iter().map(|id| hex(id)).filter(|id| !signed.contains(id)).collect();
    open.sort();
    Standing { by: by.to_owned(), whose: String::new(), needed: signers.needed(), signed: signed.into_iter().collect(), open }
}

/// `file` holds the bytes, where no signature lacks.
fn show_root(root: &Signed<Root>, file: Option<&[u8]>, now: Moment) -> Result<Shown, Diagnostic> {
    let roles = ROLES.iter().filter_map(|role| {
        let signers = Signers::of_root(&root.signed, *role)?;
        Some(show_role(&role.to_string(), &signers))
    });
    let version = root.signed.version.get();
    let content = root.signed.canonical_form().map_err(|error| Diagnostic::failed("metadata", error.to_string()))?;
    let ends = Ends::of("root", root.signed.expires, now);
    let digest = |bytes: &[u8]| Digest::of(bytes).to_string();
    Ok(Shown::Root { version, ends, content: digest(&content), fingerprint: file.map(digest), roles: roles.collect() })
}

fn show_targets(targets: &Signed<Targets>, now: Moment) -> Shown {
    let delegations = targets.signed.delegations.iter();
    let roles = delegations.flat_map(|delegations| {
        delegations.roles.iter().filter_map(|role| Some(show_role(&role.name, &Signers::of_road(delegations, &role.name)?)))
    });
    let version = targets.signed.version.get();
    Shown::Targets { version, ends: Ends::of("targets", targets.signed.expires, now), roles: roles.collect() }
}

fn show_role(role: &str, signers: &Signers) -> RoleShown {
    let shown = |id: &Decoded<Hex>| KeyShown {
        id: hex(id),
        public: signers.keys.get(id).cloned().and_then(PublicKey::of).map_or_else(|| "unknown".to_owned(), |key| key.to_string()),
    };
    RoleShown { role: role.to_owned(), threshold: signers.needed(), keys: signers.role.keyids.iter().map(shown).collect() }
}

/// Tells what a registry's folder holds.
///
/// # Errors
/// When it is none, or a file in it cannot be used.
pub fn registry(folder: &Path, now: Moment) -> Result<Shown, Diagnostic> {
    let repository = Repository::read(folder)?;
    let root = match repository.root() {
        Some(root) => {
            let path = repository.metadata(&format!("{}.root.json", root.signed.version));
            Some(Box::new(show_root(root, Some(&durable::read(&path, LIMIT)?), now)?))
        }
        None => None,
    };
    let targets = repository.current.as_ref().map(|current| Box::new(show_targets(&current.targets, now)));
    let mut drafts = Vec::new();
    let files = [
        repository.root_draft.clone().map(|root| ("root.json", Metadata::Root(root))),
        repository.targets_draft.clone().map(|targets| ("targets.json", Metadata::Targets(targets))),
    ];
    for (name, draft) in files.into_iter().flatten() {
        let file = folder.join(DRAFT).join(name);
        let standing = draft.standings(&draft.judges(&file, &[])?);
        drafts.push(Draft { file, standing });
    }
    Ok(Shown::Registry { root, targets, ends: ends(&repository, now), drafts, warnings: warnings(&repository, now) })
}

fn ends(repository: &Repository, now: Moment) -> Vec<Ends> {
    let mut ends: Vec<Ends> = repository.root().map(|root| Ends::of("root", root.signed.expires, now)).into_iter().collect();
    if let Some(current) = &repository.current {
        ends.push(Ends::of("targets", current.targets.signed.expires, now));
        ends.extend(current.roads.iter().map(|(id, road)| Ends::of(id, road.signed.expires, now)));
        ends.push(Ends::of("snapshot", current.snapshot.signed.expires, now));
        ends.push(Ends::of("timestamp", current.timestamp.signed.expires, now));
    }
    ends
}

/// Returns what is due: a month before for what people renew, three days before for what `--refresh` renews.
pub fn warnings(repository: &Repository, now: Moment) -> Vec<String> {
    let due = |ends: &Ends| match ends.role.as_str() {
        "root" | "targets" => ends.warning(&format!("renew it with `highroad road keys rotate … {}`, sign and publish", ends.role)),
        "snapshot" | "timestamp" if ends.days > 3 => None,
        "snapshot" | "timestamp" => ends.warning("renew it with `highroad road publish --refresh`"),
        road => ends.warning(&format!("publish road `{road}` again with its key")),
    };
    ends(repository, now).iter().filter_map(due).collect()
}

/// Puts new content in the place of a file, whole.
///
/// # Errors
/// When the disk refuses; the file is as it was then.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), Diagnostic> {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let beside = path.with_file_name(format!(".{name}.new"));
    durable::take_away(&beside)?;
    let result = durable::write_synced(&beside, bytes, None, false).and_then(|()| durable::switch(&beside, path));
    if result.is_err() {
        let _ = durable::take_away(&beside);
    }
    result
}
