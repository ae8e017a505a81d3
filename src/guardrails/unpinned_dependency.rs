//! A dependency for which more than one version, branch or file fits.

use super::addresses::{host_of, may_hold_password, shown};
use super::dependency_locks::{Known, LocksBeside, known_in};
use super::finding::{Change, Finding, Place, Safety};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::install_commands::{self, Does, InstallCommands};
use super::manifests::{Declared, Kind, Manifest, Manifests, wants};
use super::road_example::{CONFIG, LOCK};
use crate::formats::pyproject::{Packaging, Use};
use crate::formats::requirement::{Origin, Requirement};
use crate::repo::config::Level;
use crate::repo::snapshot::Entry;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "unpinned-dependency",
        title: "a dependency is not pinned to one version",
        level: Level::Warn,
        why: "What is installed depends on the day of the installation: a new release, good or bad, comes in without anybody having looked at it, and an old result cannot be reproduced.",
        attack: "Somebody takes over the account of a maintainer and publishes a new version of a popular package that reads tokens and sends them away. \
                 Every project that asks for the package without a version, or for `>=` some version, installs it in its next build. \
                 The project that names one version keeps the one that was tested.",
        fix: "Write the version that you run and test: `numpy==<version>`; for a repository the full commit: `name @ git+https://host/owner/name@<commit>`. \
              Better still, keep ranges in `pyproject.toml` or `requirements.in` and let a lock hold versions and hashes: `uv lock`, or `uv pip compile --generate-hashes requirements.in -o requirements.txt`.",
        automatic: "Pins a line of a requirements file to the version in the lock beside it, where there is exactly one.",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010.001", "SCORECARD Pinned-Dependencies", "CWE CWE-494"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "names without versions, ranges and wildcards",
                files: &[("requirements.txt", Content::Text("# model\ntorch>=2.0.0\nscipy\nnumpy==1.26.*\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a branch of a repository",
                files: &[("requirements.txt", Content::Text("git+https://git.example/team/eval.git@main#egg=evaluation\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a conda environment, whatever its name",
                files: &[(
                    "ci_packages.yml",
                    Content::Text(
                        "name: train\nchannels:\n  - conda-forge\ndependencies:\n  - python=3.10\n  - pytorch=2.*\n  - pip\n  - pip:\n    - lightning\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a list beside a lock that knows the version",
                files: &[
                    ("requirements.txt", Content::Text("numpy>=1.20  # arrays\n")),
                    (
                        "uv.lock",
                        Content::Text(
                            "version = 1\n\n[[package]]\nname = \"numpy\"\nversion = \"1.26.4\"\nsource = { registry = \"https://index.example/simple\" }\n",
                        ),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a project on a road whose image installs beside its locks",
                files: &[LOCK, CONFIG, ("Dockerfile", Content::Text("FROM scratch\nRUN pip install flask\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a lock of a road with a range",
                files: &[
                    LOCK,
                    CONFIG,
                    (
                        "locks/requirements-run.txt",
                        Content::Text(
                            "numpy>=2.4.1 \\\n    --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000\n",
                        ),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a project on a road that installs from its lock",
                files: &[
                    LOCK,
                    CONFIG,
                    (
                        "Dockerfile",
                        Content::Text("FROM scratch\nRUN pip install --no-deps --require-hashes --requirement requirements-run.txt\n"),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "exact versions; comments are nothing",
                files: &[("requirements.txt", Content::Text("torch==2.4.1\nnumpy == 1.26.4 ; python_version < '3.13'\n# wandb\n-e .\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a version that the environment names, as pip puts it in",
                files: &[("requirements.txt", Content::Text("torch==${TORCH_VERSION}\nnumpy==1.26.4\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a template, which is no manifest yet",
                files: &[("{{ project }}/pyproject.toml", Content::Text("[project]\nname = {{ project|tojson }}\ndependencies = []\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "ranges that a lock settles",
                files: &[
                    ("Pipfile", Content::Text("[packages]\ntorch = \">=2\"\nnumpy = \"*\"\n")),
                    (
                        "Pipfile.lock",
                        Content::Text("{\"default\": {\"torch\": {\"version\": \"==2.4.1\"}, \"numpy\": {\"version\": \"==1.26.4\"}}}\n"),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a library leaves the choice to its users",
                files: &[(
                    "setup.py",
                    Content::Text("from setuptools import setup\nsetup(name='x', install_requires=['numpy>=1.20', 'tqdm'])\n"),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "what a requirements file is compiled from",
                files: &[
                    ("requirements.in", Content::Text("torch\n")),
                    (
                        "requirements.txt",
                        Content::Text(
                            "torch==2.4.1 \\\n    --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000\n",
                        ),
                    ),
                ],
            },
        ],
    },
    inspection: Inspection::each(wants_any, look),
};

/// What conda brings for the machine and no module imports; its own version says little about the project's results.
const TOOLS: &[&str] = &[
    "git",
    "git-lfs",
    "jq",
    "make",
    "cmake",
    "ninja",
    "curl",
    "wget",
    "gcc",
    "gxx",
    "compilers",
    "unzip",
    "zip",
    "bzip2",
    "rsync",
    "tmux",
    "vim",
    "htop",
    "less",
    "tree",
    "openssh",
];

fn wants_any(entry: &Entry) -> bool {
    wants(entry) || install_commands::wants(entry)
}

/// Commands that install beside the locks. Off a road there are no locks, and the manifests say what is loose.
fn look_at_commands(subject: &Subject<'_>, sink: &mut Sink) {
    for word in subject.view::<InstallCommands>().0.iter().filter(|word| word.does == Does::Installs) {
        let shown = word.text.split("://").next().unwrap_or_default();
        let what = format!("a command installs `{shown}` beside the locks, without its hashes");
        let how = "Add it to `pyproject.toml`, run `make lock`, and install with `--require-hashes` from the lock";
        sink.report(
            Finding::new(GUARDRAIL.meta.id, Place::of(subject, &word.range), what, how).key(format!("command {shown}")).excerpt(""),
        );
    }
}

fn look(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink) {
    if context.lock.is_some() && install_commands::wants(subject.entry) {
        look_at_commands(subject, sink);
    }
    let view = subject.view::<Manifests>();
    let Some(manifest) = &view.0 else { return };
    let id = GUARDRAIL.meta.id;
    if let Some(range) = manifest.invalid.first() {
        let line = subject.position(range.start).0;
        sink.unscannable(subject.path(), format!("line {line} is no requirement that pip would take"));
    }
    let loose: Vec<&Declared> = manifest
        .requirements
        .iter()
        .filter(|declared| is_loose(manifest, declared) || is_loose_on_a_road(subject, context, declared))
        .collect();
    if loose.is_empty() {
        return;
    }
    let locks = subject.view::<LocksBeside>();
    let on_road = is_lock_of_a_road(subject, context);
    if !locks.own.is_empty() && !on_road {
        return;
    }
    let limits = limits(manifest, context);
    let mut known: Option<Vec<(String, Vec<Known>)>> = None;
    for declared in loose {
        let requirement = &declared.requirement;
        let name = requirement.normal_name();
        if matches!(requirement.origin, Origin::Index) && limits.contains(&name) {
            continue;
        }
        let (what, how) = words(subject, requirement);
        let mut finding = Finding::new(id, Place::of(subject, &requirement.range), what, how).key(if name.is_empty() {
            "address".to_owned()
        } else {
            name.clone()
        });
        if may_hold_password(subject, &requirement.range) {
            finding = finding.excerpt("");
        }
        if !on_road && (manifest.role.is_advice() || declared.purpose != Use::Run) {
            finding = finding.advice();
        }
        if manifest.kind == Kind::Requirements && matches!(requirement.origin, Origin::Index) && !locks.others.is_empty() {
            let known = known.get_or_insert_with(|| {
                locks.others.iter().filter_map(|path| Some((path.clone(), known_in(context.snapshot, path)?))).collect()
            });
            if let Some((lock, version)) = only_version(known, &name)
                && fits(requirement, version)
            {
                let edit = Change::Edit {
                    path: subject.path().to_owned(),
                    range: requirement.specifier_range.clone(),
                    text: format!("=={version}"),
                };
                finding.how = format!("Pin it to the version in `{lock}`: `{}=={version}`", requirement.name);
                finding = finding.fix(Safety::Safe, format!("pin it to {version}, the version in {lock}"), vec![edit]);
            }
        }
        sink.report(finding);
    }
}

/// Whether a manifest leaves open what a requirement brings, and is the one that should not.
fn is_loose(manifest: &Manifest, declared: &Declared) -> bool {
    let requirement = &declared.requirement;
    if requirement.is_pinned() || requirement.hashes > 0 {
        return false;
    }
    match manifest.kind {
        // Limits ask for nothing; what a library asks for is for its users to pin.
        Kind::Constraints | Kind::Setup => false,
        Kind::Project => manifest.packaging == Packaging::Application && declared.purpose == Use::Run,
        Kind::Conda if declared.by_conda => {
            // `pip` alone is what conda wants beside a list for pip.
            !requirement.specifier.is_empty() || !(requirement.name == "pip" || TOOLS.contains(&requirement.name.as_str()))
        }
        Kind::Requirements | Kind::Compiled | Kind::Pipfile | Kind::Conda => true,
    }
}

/// Whether a file is one of the hash locks of a project on a road.
fn is_lock_of_a_road(subject: &Subject<'_>, context: &Context<'_>) -> bool {
    subject.path().starts_with("locks/") && context.lock.is_some()
}

/// The locks of a road name one version of everything: hashes alone still leave open which of several files comes.
fn is_loose_on_a_road(subject: &Subject<'_>, context: &Context<'_>, declared: &Declared) -> bool {
    is_lock_of_a_road(subject, context) && !declared.requirement.is_pinned()
}

/// Where nothing limits the version.
const ANY: &str = "any version fits";
/// What a requirement does that names a repository without its commit.
const FOLLOWS: &str = " follows ";

/// Returns how much a finding leaves open, the most first, for lists that cannot show all: whatever a repository holds
/// that day, any version, some versions.
pub fn reach(finding: &Finding) -> usize {
    match &finding.what {
        what if what.contains(FOLLOWS) => 0,
        what if what.ends_with(ANY) => 1,
        _ => 2,
    }
}

fn words(subject: &Subject<'_>, requirement: &Requirement) -> (String, String) {
    let shown = shown(subject, requirement);
    match &requirement.origin {
        Origin::Index => {
            let limited = shown.contains(['<', '>', '=', '~', '^', '!', '|']) && !shown.ends_with("\"*\"");
            let open =
                if limited || requirement.specifier.contains(|c: char| c.is_ascii_digit()) { "more than one version fits" } else { ANY };
            let how = format!("Write the one version of `{}` that you test with, or lock it with its hashes", requirement.name);
            (format!("`{shown}` is not pinned: {open}"), how)
        }
        Origin::Repository { revision, url, .. } => {
            let host = host_of(url);
            let named = if requirement.name.is_empty() { format!("`{host}`") } else { format!("`{}` from `{host}`", requirement.name) };
            let what = match revision {
                Some(revision) => format!("{named}{FOLLOWS}`{revision}`, which can be moved to other code"),
                None => format!("{named}{FOLLOWS}the newest commit of a repository"),
            };
            (what, at_commit(subject, requirement))
        }
        Origin::Archive { .. } => (
            format!("`{shown}` is a file that can be replaced: it has no hash"),
            "Add `#sha256=<its hash>` to the address, or take the package from the index".to_owned(),
        ),
        Origin::Local { .. } => {
            (format!("`{shown}` is a file of somebody's own machine"), "Name the package and its version instead".to_owned())
        }
    }
}

/// Says how a repository is named with its commit.
fn at_commit(subject: &Subject<'_>, requirement: &Requirement) -> String {
    let name = if requirement.name.is_empty() { "<name>" } else { &requirement.name };
    let raw = subject.text().and_then(|text| text.get(requirement.range.clone())).unwrap_or_default();
    let address = raw
        .find("git+")
        .map(|at| &raw[at..])
        .filter(|address| !address.contains("subdirectory") && !may_hold_password(subject, &requirement.range));
    let end = |text: &str| text.find(|c: char| c.is_whitespace() || matches!(c, '#' | '"' | '\'' | ',' | ';')).unwrap_or(text.len());
    let plain = address.map(|address| &address[..end(address)]);
    // A revision stands behind the last `@` of the path; one before it belongs to the host.
    let base = plain.map(|address| match address.rsplit_once('@') {
        Some((base, revision)) if !revision.contains('/') && base.contains("://") && base.matches('/').count() > 2 => base,
        Some(_) | None => address,
    });
    let line = subject.text().and_then(|text| text.get(..requirement.range.start)).and_then(|before| before.rsplit('\n').next());
    let editable = line.is_some_and(|line| line.trim_start().starts_with('-'));
    match base {
        Some(base) if editable => format!("Write `-e {base}@<40-character commit>#egg={name}`"),
        Some(base) => format!("Write `{name} @ {base}@<40-character commit>`"),
        None => "Name the full commit of the repository, 40 characters long".to_owned(),
    }
}

/// Returns the names that the files of limits beside it pin.
fn limits(manifest: &Manifest, context: &Context<'_>) -> Vec<String> {
    let files = manifest.constraints.iter().take(8).filter_map(|path| known_in(context.snapshot, path));
    files.flatten().filter(|known| known.version.is_some()).map(|known| known.name).collect()
}

/// Returns the version of a package, where the locks know exactly one.
fn only_version<'a>(locks: &'a [(String, Vec<Known>)], name: &str) -> Option<(&'a str, &'a str)> {
    let mut versions = locks.iter().flat_map(|(lock, known)| {
        known.iter().filter(|known| known.name == name).filter_map(move |known| Some((lock.as_str(), known.version.as_deref()?)))
    });
    let first = versions.next()?;
    versions.all(|(_, version)| version == first.1).then_some(first)
}

/// Whether a version lies in the range that a requirement gives.
pub fn fits(requirement: &Requirement, version: &str) -> bool {
    use std::str::FromStr;
    let Ok(version) = pep440_rs::Version::from_str(version) else { return false };
    requirement.specifier.is_empty()
        || pep440_rs::VersionSpecifiers::from_str(&requirement.specifier).is_ok_and(|range| range.contains(&version))
}
