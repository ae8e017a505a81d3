//! `highroad source add`: trust on explicit first use.

use std::path::{Path, PathBuf};

use url::Url;

use super::told;
use crate::base::clock;
use crate::base::day::Day;
use crate::base::diagnostic::Diagnostic;
use crate::base::digest::Digest;
use crate::base::fs;
use crate::report::source::{FirstUse, Source};
use crate::road::commit::{self, Commit};
use crate::road::registry::METADATA;
use crate::road::registry::client::Address;
use crate::road::registry::metadata::Root;
use crate::road::registry::opened;
use crate::road::registry::transport::Transport;
use crate::road::source;
use crate::road::sources::{Kind, Known, Sources, suggested_name};
use crate::road::store::Store;

/// The largest root that is read, in bytes.
const LARGEST_ROOT: u64 = 512 << 10;

/// What the person asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The address of a registry, a commit, or a folder.
    pub place: String,
    /// The file with the root to trust.
    pub root: Option<PathBuf>,
    /// The name to give it.
    pub name: Option<String>,
    /// The digest that the root must have.
    pub fingerprint: Option<String>,
    /// Whether a source that nobody signs is taken.
    pub unsigned: bool,
}

/// A source that can be added once the person agreed.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// What is to be trusted, where it is a registry.
    pub first_use: Option<FirstUse>,
    /// Whether the person said already which root they trust, by its digest.
    pub agreed: bool,
    known: Known,
    root: Vec<u8>,
}

/// Looks at what is to be added. Nothing is kept.
///
/// # Errors
/// When it is no source, nobody signs it and that was not allowed, its name is taken, or its root is not usable.
pub fn look(options: &Options) -> Result<Candidate, Diagnostic> {
    let (known, root) = if Commit::is_meant(&options.place) {
        (git(options)?, Vec::new())
    } else if options.place.contains("://") {
        registry(options)?
    } else {
        (folder(options)?, Vec::new())
    };
    let sources = Sources::load()?;
    if let Some(other) = sources.get(&known.name) {
        // A commit of the same repository is a step that a person takes on purpose.
        if known.kind != Kind::Git || other.kind != Kind::Git || other.url != known.url {
            return Err(Diagnostic::usage("source-name", format!("there is a source `{}` already", known.name))
                .at(other.url.clone())
                .because("two sources of one name could not be told apart")
                .fix(format!("name this one with `--name`, or remove the other with `highroad source remove {}`", known.name)));
        }
    }
    let first_use = (known.kind == Kind::Registry).then(|| first_use(&known, &root, options.fingerprint.is_some())).transpose()?;
    Ok(Candidate { first_use, agreed: options.fingerprint.is_some() || known.kind != Kind::Registry, known, root })
}

/// Adds what was looked at: the source is asked once, and is added when it answers.
///
/// # Errors
/// When it gives no usable answer or is not to be trusted; then nothing is kept.
pub fn add(candidate: &Candidate) -> Result<Source, Diagnostic> {
    let (mut sources, _guard) = Sources::load_to_change()?;
    let known = &candidate.known;
    let mut told = told::of(known);
    match known.kind {
        Kind::Registry => {
            let done = opened::trust(&sources, &known.name, &candidate.root).and_then(|()| opened::refresh(&sources, known));
            let state = done.and_then(|state| sources.put(known.clone()).map(|()| state)).inspect_err(|_| {
                let _ = fs::remove(&sources.folder(&known.name));
            })?;
            told::with_state(&mut told, &state);
        }
        Kind::Git | Kind::Folder => {
            let store = Store::open(&source::Source::of(known, None)?)?;
            told.roads = store.id().into_iter().map(str::to_owned).collect();
            sources.put(known.clone())?;
        }
    }
    Ok(told)
}

fn plain(options: &Options, kind: Kind, url: String) -> Known {
    let name = options.name.clone().unwrap_or_else(|| suggested_name(url.trim_end_matches(".git")));
    let added = Day::today().to_string();
    Known { name, kind, url, commit: None, path: None, before: Vec::new(), unsigned: kind != Kind::Registry, root: None, added }
}

fn refuse_unsigned(options: &Options) -> Result<(), Diagnostic> {
    let fix = format!("if you trust it, say so: `highroad source add {} --unsigned`", options.place);
    if options.unsigned { Ok(()) } else { Err(commit::unsigned(&options.place).fix(fix)) }
}

fn git(options: &Options) -> Result<Known, Diagnostic> {
    let commit = Commit::parse(&options.place)?;
    refuse_unsigned(options)?;
    Ok(Known { commit: Some(commit.commit), path: commit.path, ..plain(options, Kind::Git, commit.url) })
}

fn folder(options: &Options) -> Result<Known, Diagnostic> {
    let folder = fs::canonical(Path::new(&options.place))?;
    let signed = fs::look(&folder.join(METADATA).join("1.root.json"))? != fs::Found::Nothing;
    if signed || options.root.is_some() || options.fingerprint.is_some() {
        let refuse = Diagnostic::usage("source-url", "a path is a folder that nobody signs").at(options.place.clone());
        return Err(if signed {
            let url = Url::from_directory_path(&folder).map_or_else(|()| "file:///…".to_owned(), |url| url.to_string());
            refuse
                .because("a signed registry lies there, and a registry is named by its address")
                .fix(format!("write `highroad source add {} --root root.json`", url.trim_end_matches('/')))
        } else {
            refuse
                .because("`--root` and `--fingerprint` are for a registry, and the folder has no `metadata` of one")
                .fix("name the registry's address, or leave both out and add `--unsigned`")
        });
    }
    refuse_unsigned(options)?;
    Ok(plain(options, Kind::Folder, folder.display().to_string()))
}

fn registry(options: &Options) -> Result<(Known, Vec<u8>), Diagnostic> {
    let refuse = |why: String, fix: &str| {
        Diagnostic::usage("source-url", "it is no address of a registry").at(options.place.clone()).because(why).fix(fix)
    };
    let url = Url::parse(&options.place).map_err(|error| refuse(error.to_string(), "write `https://host/path`"))?;
    if !["https", "http", "file"].contains(&url.scheme()) {
        return Err(refuse(
            format!("`{}` is no scheme of a registry", url.scheme()),
            "use https, http or file; git is `git+https://…@COMMIT`",
        ));
    }
    if url.password().is_some() || !url.username().is_empty() || url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("it holds a user, a password, `?` or `#`".to_owned(), "name the folder of the registry alone"));
    }
    if options.unsigned {
        return Err(refuse("a registry is signed".to_owned(), "leave `--unsigned` out and name its root with `--root`"));
    }
    let root = match (&options.root, &options.fingerprint) {
        (Some(path), _) => fs::durable::read(path, LARGEST_ROOT)?,
        (None, Some(_)) => {
            let place = Address::of(&url)?.metadata.join("1.root.json").map_err(|error| refuse(error.to_string(), "check the address"))?;
            Transport::new().fetch(&place, LARGEST_ROOT)?
        }
        (None, None) => {
            return Err(Diagnostic::usage("source-root", "nobody said whom to trust")
                .at("--root")
                .because("what the server itself gives is no ground to trust it")
                .fix("get root.json or its fingerprint from the publisher over another way, and name it: `--root root.json` or `--fingerprint sha256:…`"));
        }
    };
    let digest = Digest::of(&root).to_string();
    if let Some(told) = &options.fingerprint {
        let told = if told.starts_with("sha256:") { told.to_ascii_lowercase() } else { format!("sha256:{}", told.to_ascii_lowercase()) };
        if told != digest {
            return Err(Diagnostic::usage("fingerprint", "the root is another one than you were told")
                .at("--fingerprint")
                .because(format!("its fingerprint is {digest}, and {told} is expected"))
                .fix("do not use it; ask the publisher for the fingerprint of the first root over another way"));
        }
    }
    let shown = url.as_str().trim_end_matches('/').to_owned();
    Ok((Known { root: Some(digest), ..plain(options, Kind::Registry, shown) }, root))
}

fn first_use(known: &Known, root: &[u8], compared: bool) -> Result<FirstUse, Diagnostic> {
    let refuse = |why: String| {
        Diagnostic::usage("source-root", "the root cannot be trusted").at("--root").because(why).fix("ask the publisher for the root again")
    };
    let parsed = Root::read(root).map_err(refuse)?;
    let role = parsed.role("root").map_err(refuse)?;
    let mut keys: Vec<String> = role.keyids.iter().map(|id| id.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
    keys.sort();
    Ok(FirstUse {
        name: known.name.clone(),
        url: known.url.clone(),
        fingerprint: Digest::of(root).to_string(),
        version: parsed.version,
        threshold: role.threshold.get(),
        keys,
        expires: format!("{:.0}", parsed.expires),
        expired: parsed.expires <= clock::now(),
        compared,
    })
}
