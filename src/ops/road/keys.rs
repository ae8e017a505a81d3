//! `highroad road keys`: making, showing and reading the keys of a registry, and signing what waits for signatures.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::metadata::{Metadata, Shown, Standing};
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found, durable};
use crate::base::{env, mask, path::RelPath};
use crate::repo::git::{self, Place};
use crate::road::registry::keys::{PublicKey, SecretKey};

/// The largest key file that is read, in bytes.
const LIMIT: u64 = 64 << 10;
/// How many `.pub` files of a folder are looked at for names.
const MOST_NAMES: usize = 200;
/// The longest name of a key, in bytes.
const LONGEST_NAME: usize = 60;
/// How the name of a variable is told from that of a file.
const VARIABLE: &str = "env:";

/// A key that was made.
#[derive(Clone, Debug, Serialize)]
pub struct Made {
    /// The id that metadata knows it by.
    pub id: String,
    /// The public half.
    pub public: String,
    /// The file with the secret half.
    pub secret_file: PathBuf,
    /// The file with the public half.
    pub public_file: PathBuf,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// Makes a key: `NAME.key`, which nobody else may read, and `NAME.pub`.
///
/// # Errors
/// When a file of that name is there, or the disk refuses; nothing is left then.
pub fn new(name: &str, folder: &Path) -> Result<Made, Diagnostic> {
    if name.contains('/') || RelPath::parse(name).is_err() {
        return Err(Diagnostic::usage("key-name", format!("`{name}` is no name for a key"))
            .at("NAME")
            .because("it becomes the name of two files")
            .fix("use letters, digits and `-`; the folder goes to `--out`"));
    }
    let (secret_file, public_file) = (folder.join(format!("{name}.key")), folder.join(format!("{name}.pub")));
    for file in [&secret_file, &public_file] {
        if fs::look(file)? != Found::Nothing {
            return Err(Diagnostic::usage("key-exists", "a file of that name is there already")
                .at(file.display().to_string())
                .because("a key that is overwritten is lost")
                .fix("choose another name, or move the file away"));
        }
    }
    let key = SecretKey::generate()?;
    let (secret, public) = (key.to_pem()?, format!("{} {name}\n", key.public));
    let made = fs::create_missing(folder)?;
    let files = [(&secret_file, secret.as_bytes(), Some(0o600)), (&public_file, public.as_bytes(), None)];
    for (at, (file, bytes, mode)) in files.iter().enumerate() {
        if let Err(error) = durable::write_synced(file, bytes, *mode, false) {
            for (file, _, _) in &files[..at] {
                let _ = durable::take_away(file);
            }
            // Half a file is what a full disk leaves of it; a whole one is another's.
            if matches!(durable::standing(file), Ok(durable::Standing::File { size, .. }) if size < bytes.len() as u64) {
                let _ = durable::take_away(file);
            }
            super::intact::unmake(&made);
            return Err(error);
        }
    }
    let warnings = exposed(folder, name).into_iter().collect();
    Ok(Made { id: key.public.id(), public: key.public.to_string(), secret_file, public_file, warnings })
}

/// Says that git would take the secret file along, where it would.
fn exposed(folder: &Path, name: &str) -> Option<String> {
    match git::place_below(folder, &format!("{name}.key")).ok()? {
        Place::Outside | Place::Ignored => None,
        Place::Inside(_) | Place::FreshRoot | Place::Root | Place::Linked => {
            Some(format!("{name}.key lies in a git repository: move it away before it is committed"))
        }
    }
}

/// Reads secret keys: files, or `env:NAME` for one that a pipeline keeps in a variable. Returns what a person should know, too.
///
/// # Errors
/// When one cannot be read or is no key.
pub fn secret(places: &[String]) -> Result<(Vec<SecretKey>, Vec<String>), Diagnostic> {
    let (mut keys, mut warnings) = (Vec::<SecretKey>::new(), Vec::new());
    for place in places {
        let text = match place.strip_prefix(VARIABLE) {
            Some(name) => env::variable(name).ok_or_else(|| {
                Diagnostic::usage("key", "the variable with the key is not set")
                    .at(mask::argument(place))
                    .because("the environment has no such variable, or it is empty")
                    .fix("set it to the text of the `.key` file")
            })?,
            None => {
                let path = Path::new(place);
                readable(place)?;
                if let durable::Standing::File { mode, .. } = durable::standing(path)?
                    && mode & 0o077 != 0
                    && cfg!(unix)
                {
                    warnings.push(format!("{place} can be read by others on this machine: chmod 600 {place}"));
                }
                fs::read_text(path, LIMIT)?
            }
        };
        let key = SecretKey::from_pem(&text, place)?;
        if keys.iter().all(|known| known.public.id != key.public.id) {
            keys.push(key);
        }
    }
    Ok((keys, warnings))
}

/// Refuses the text of a key where a file is expected, without showing it.
fn readable(place: &str) -> Result<(), Diagnostic> {
    if mask::argument(place) != mask::KEY || matches!(fs::look(Path::new(place)), Ok(Found::Other(_))) {
        return Ok(());
    }
    Err(Diagnostic::usage("key", "the text of a key stands where a file is expected")
        .at(mask::KEY)
        .because("what stands on a command line is read by every process of this machine, and kept by shells and pipelines")
        .fix("name its file, or a variable that holds its text: `env:NAME`; a secret key that was typed so is to be replaced"))
}

/// Reads public keys: files that `keys new` made, or their text.
///
/// # Errors
/// When one cannot be read, is no key, or is the secret half.
pub fn public(places: &[String]) -> Result<Vec<PublicKey>, Diagnostic> {
    let mut keys = Vec::<PublicKey>::new();
    for place in places {
        let key = match PublicKey::parse(place) {
            Some(key) => key,
            None => {
                readable(place)?;
                let text = fs::read_text(Path::new(place), LIMIT)?;
                PublicKey::parse(&text).ok_or_else(|| {
                    let secret = text.contains("PRIVATE KEY");
                    Diagnostic::usage("key", "the file holds no public key")
                        .at(place.as_str())
                        .because(if secret { "it is the secret half" } else { "it has no `ed25519:` and 64 hexadecimal digits" })
                        .fix("name the file that ends in `.pub`")
                })?
            }
        };
        if keys.contains(&key) {
            return Err(Diagnostic::usage("key-twice", "the same key is named twice")
                .at(place.as_str())
                .because("one key is one signature, so it counts once")
                .fix("name each key once"));
        }
        keys.push(key);
    }
    Ok(keys)
}

/// Returns what the `.pub` files beside key files call the keys, by id. Metadata holds no names, so nothing is lost where a
/// file cannot be read.
pub fn names(places: &[String]) -> BTreeMap<String, String> {
    let files = places.iter().filter(|place| !place.starts_with(VARIABLE) && PublicKey::parse(place).is_none());
    let folders: BTreeSet<&Path> = files.filter_map(|place| Path::new(place).parent()).collect();
    let mut names = BTreeMap::new();
    for folder in folders {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let Ok(listed) = fs::list(folder) else { continue };
        for file in listed.iter().filter(|name| name.ends_with(".pub")).take(MOST_NAMES) {
            let Ok(text) = fs::read_text(&folder.join(file), LIMIT) else { continue };
            if let (Some(key), Some(name)) = (PublicKey::parse(&text), name_in(&text)) {
                names.insert(key.id(), name);
            }
        }
    }
    names
}

/// Returns the name that stands behind a public key.
fn name_in(text: &str) -> Option<String> {
    let name = text.split_whitespace().nth(1)?;
    (name.len() <= LONGEST_NAME && !name.chars().any(char::is_control)).then(|| name.to_owned())
}

/// Tells what a key file, a file of metadata or a registry's folder holds.
///
/// # Errors
/// When it is none of them.
pub fn show(path: &Path, now: jiff::Timestamp) -> Result<Shown, Diagnostic> {
    if let Ok(Found::Folder(_)) = fs::look(path) {
        return super::metadata::registry(path, now);
    }
    let place = path.display().to_string();
    readable(&place)?;
    let text = fs::read_text(path, crate::road::registry::signing::LIMIT)?;
    if let Some(key) = PublicKey::parse(&text) {
        return Ok(Shown::Key { id: key.id(), public: key.to_string(), name: name_in(&text), secret: false });
    }
    if text.contains("-----BEGIN") {
        let key = SecretKey::from_pem(&text, &place)?;
        return Ok(Shown::Key { id: key.public.id(), public: key.public.to_string(), name: None, secret: true });
    }
    Metadata::read(path)?.show(path, &[], now)
}

/// What a signature came to.
#[derive(Clone, Debug, Serialize)]
pub struct Signed {
    /// The file.
    pub file: PathBuf,
    /// The ids of the keys that signed now.
    pub keys: Vec<String>,
    /// What the `.pub` files beside those keys call them, by id.
    pub names: BTreeMap<String, String>,
    /// What was signed.
    pub content: Shown,
    /// Whose signatures are needed, and how many are there.
    pub standing: Vec<Standing>,
    /// Whether it can be published.
    pub complete: bool,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// Adds the signatures of keys to `root.json` or `targets.json`. A root is also signed by the keys of the root before it:
/// `roots` names that one where it does not lie in the registry around the file.
///
/// # Errors
/// When the file is none of both, or a key is not among those that sign it. The file is as it was then.
pub fn sign(file: &Path, places: &[String], roots: &[PathBuf], now: jiff::Timestamp) -> Result<Signed, Diagnostic> {
    Metadata::refuse_published(file)?;
    let (keys, warnings) = secret(places)?;
    let mut metadata = Metadata::read(file)?;
    let judges = metadata.judges(file, roots)?;
    for (key, place) in keys.iter().zip(places) {
        if !judges.iter().any(|judge| judge.signers.has(key)) {
            let known: Vec<&str> = judges.iter().map(|judge| judge.by.as_str()).collect();
            return Err(Diagnostic::usage("key-not-asked", "the key is none of those that sign the file")
                .at(place.as_str())
                .because(format!("{} does not name {}", known.join(" and "), key.public.id()))
                .fix("see who signs with `highroad road keys show`; a key of the root before it needs that root: `--root FILE`"));
        }
        metadata.add_signature(key)?;
    }
    super::metadata::replace(file, &metadata.to_bytes()?)?;
    let standing: Vec<Standing> = judges.iter().map(|judge| metadata.standing(judge)).collect();
    let complete = !standing.is_empty() && standing.iter().all(Standing::complete);
    let keys = keys.iter().map(|key| key.public.id()).collect();
    let content = metadata.show(file, roots, now)?;
    Ok(Signed { file: file.to_owned(), keys, names: names(places), content, standing, complete, warnings })
}
