//! A version that is known to be compromised or withdrawn.

use std::ops::Range;
use std::str::FromStr;

use super::dependency_locks::{Locks, wants_lock};
use super::finding::{Finding, Place};
use super::guardrail::{Advisory, Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::manifests::{Manifests, wants};
use crate::formats::requirement::{Origin, normal_name};
use crate::repo::config::Level;
use crate::repo::snapshot::Entry;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "denied-version",
        title: "a dependency is at a version that is known to be bad",
        level: Level::Block,
        why: "The version is on the road's list of releases that carried malicious code or were withdrawn for what they do. Whoever installs it runs that code.",
        attack: "A release of a popular package carries code that collects keys and sends them away. It is found and withdrawn after some hours, but it stays in locks that were made in those hours, \
                 and in the caches and mirrors that they are installed from. Each new machine runs it once more.",
        fix: "Move to a version that the finding names, make the lock again, and change every key that was within reach of a machine on which the bad version ran.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010.001", "SCORECARD Vulnerabilities"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a pinned version",
                files: &[("requirements.txt", Content::Text("LiteLLM==1.82.8\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a locked version",
                files: &[(
                    "uv.lock",
                    Content::Text(
                        "version = 1\n\n[[package]]\nname = \"litellm\"\nversion = \"1.82.7\"\nsource = { registry = \"https://index.example/simple\" }\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "an exact version in a project file",
                files: &[("pyproject.toml", Content::Text("[project]\nname = \"x\"\ndependencies = [\"litellm[proxy]==1.82.8\"]\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "another version",
                files: &[("requirements.txt", Content::Text("litellm==1.82.6\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a name that only begins like it",
                files: &[("requirements.txt", Content::Text("litellm-tools==1.82.8\n# litellm==1.82.8\n"))],
            },
        ],
    },
    inspection: Inspection::each(wants_any, look),
};

fn wants_any(entry: &Entry) -> bool {
    wants(entry) || wants_lock(entry)
}

fn look(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink) {
    let mut judge = |name: &str, version: Option<&str>, range: &Range<usize>| {
        for advisory in context
            .knowledge()
            .advisories
            .iter()
            .filter(|advisory| advisory.ecosystem == concat!("py", "pi") && normal_name(&advisory.name) == name)
        {
            if is_denied(advisory, version) {
                sink.report(finding(subject, advisory, version, range));
            }
        }
    };
    if wants_lock(subject.entry) {
        for package in subject.view::<Locks>().0.iter().flat_map(|lock| &lock.packages).filter(|package| package.from_index) {
            judge(&package.name, package.version.as_deref(), &package.range);
        }
    } else if let Some(manifest) = &subject.view::<Manifests>().0 {
        // What conda brings has names and versions of its own.
        let from_index = manifest.requirements.iter().filter(|declared| declared.requirement.origin == Origin::Index && !declared.by_conda);
        for requirement in from_index.map(|declared| &declared.requirement) {
            judge(&requirement.normal_name(), requirement.exact(), &requirement.range);
        }
    }
}

fn finding(subject: &Subject<'_>, advisory: &Advisory, version: Option<&str>, range: &Range<usize>) -> Finding {
    let named = version.map_or_else(|| advisory.name.clone(), |version| format!("{} {version}", advisory.name));
    let what = match advisory.ids.first() {
        Some(id) => format!("`{named}` is known to be bad ({id}): {}", advisory.what.trim_end_matches('.')),
        None => format!("`{named}` is known to be bad: {}", advisory.what.trim_end_matches('.')),
    };
    let how = match advisory.instead.trim_end_matches('.') {
        "" => "Remove it, and change every key that was within its reach".to_owned(),
        instead => format!("Use instead: {instead}; change every key that was within its reach"),
    };
    Finding::new(GUARDRAIL.meta.id, Place::of(subject, range), what, how).key(normal_name(&advisory.name))
}

/// Whether an advisory is about a version; `None` stands for any version.
fn is_denied(advisory: &Advisory, version: Option<&str>) -> bool {
    let Some(version) = version else { return advisory.versions.is_empty() && advisory.safe.is_empty() };
    let same = |other: &String| is_same(other, version);
    !advisory.safe.iter().any(same) && (advisory.versions.is_empty() || advisory.versions.iter().any(same))
}

/// Whether two versions are the same to an index: `1.0` and `1.0.0` are.
fn is_same(a: &str, b: &str) -> bool {
    match (pep440_rs::Version::from_str(a), pep440_rs::Version::from_str(b)) {
        (Ok(a), Ok(b)) => a == b,
        (Ok(_) | Err(_), _) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advisory(versions: &[&str], safe: &[&str]) -> Advisory {
        let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Advisory {
            ecosystem: String::new(),
            name: String::new(),
            versions: list(versions),
            safe: list(safe),
            ids: Vec::new(),
            what: String::new(),
            instead: String::new(),
        }
    }

    #[test]
    fn compares_versions_as_an_index_does() {
        assert!(is_denied(&advisory(&["1.0"], &[]), Some("1.0.0")));
        assert!(!is_denied(&advisory(&["1.0"], &[]), Some("1.0.1")));
        assert!(!is_denied(&advisory(&["1.0"], &[]), None));
        assert!(is_denied(&advisory(&[], &[]), None));
        assert!(!is_denied(&advisory(&[], &["2.0"]), Some("2.0")));
        assert!(is_denied(&advisory(&["not a version"], &[]), Some("not a version")));
    }
}
