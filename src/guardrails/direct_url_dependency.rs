//! A dependency that is fetched from an address instead of the package index.

use super::addresses::{host_of, may_hold_password, shown};
use super::finding::{Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::manifests::{Manifests, wants};
use super::road_example::{CONFIG, LOCK};
use crate::formats::pyproject::Use;
use crate::formats::requirement::Origin;
use crate::repo::config::Level;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "direct-url-dependency",
        title: "a dependency comes from an address, not from the package index",
        level: Level::Warn,
        why: "What is fetched over a plain connection can be replaced on its way. And even a fixed commit is outside of everything that watches over the index: advisories, withdrawn releases, audits by name.",
        attack: "A list asks for a package by `http:`. Whoever sits between the build machine and that host, in a cafe or in a broken router, answers with an archive of his own, \
                 and its setup program runs with the rights of the build.",
        fix: "Take a released version from the index: `name==<version>`. Where there is none, use `https` and the full commit: `name @ git+https://host/owner/name@<commit>`, and keep a copy of what you depend on.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010.001", "CWE CWE-494"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "an archive over a plain connection",
                files: &[("requirements.txt", Content::Text("http://files.example/model_tools-1.0.tar.gz\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "the old protocol of git, without encryption",
                files: &[(
                    "environment.yml",
                    Content::Text(
                        "name: x\nchannels:\n  - defaults\ndependencies:\n  - pip:\n    - git+git://git.example/team/tools.git@main\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a fixed commit: sound, but out of sight of audits",
                files: &[(
                    "requirements.txt",
                    Content::Text("tools @ git+https://git.example/team/tools@0123456789abcdef0123456789abcdef01234567\n"),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a branch of a repository, on a road",
                files: &[
                    LOCK,
                    CONFIG,
                    (
                        "pyproject.toml",
                        Content::Text("[project]\nname = \"x\"\ndependencies = [\"tools @ git+https://git.example/team/tools\"]\n"),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "packages of the index, and the project itself",
                files: &[("requirements.txt", Content::Text("numpy==1.26.4\n-e .\n./libs/own\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "an address in a comment",
                files: &[("requirements.txt", Content::Text("numpy==1.26.4 # see http://files.example/why.html\n"))],
            },
        ],
    },
    inspection: Inspection::each(wants, look),
};

fn look(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink) {
    let view = subject.view::<Manifests>();
    let Some(manifest) = &view.0 else { return };
    // A road takes everything from the index: there an address is louder, and needs no other finding beside it.
    let on_road = context.lock.is_some();
    for declared in &manifest.requirements {
        let requirement = &declared.requirement;
        let url = match &requirement.origin {
            Origin::Repository { url, .. } | Origin::Archive { url, .. } => url,
            Origin::Index | Origin::Local { .. } => continue,
        };
        let plain = is_plain(url);
        // An address that is not pinned has its finding from `unpinned-dependency`.
        if !plain && !on_road && (!requirement.is_pinned() || declared.purpose != Use::Run) {
            continue;
        }
        let what = match plain {
            true => format!(
                "`{}` is fetched from `{}` over a connection that anybody on the way can change",
                shown(subject, requirement),
                host_of(url)
            ),
            false if !requirement.is_pinned() => {
                format!("`{}` is fetched from `{}`, where it can be replaced", shown(subject, requirement), host_of(url))
            }
            false => format!("`{}` is pinned, but advisories and audits of the index do not know it", shown(subject, requirement)),
        };
        let how = if plain {
            "Take it from the index, or use `https` with a full commit or a hash"
        } else {
            "Take a released version from the index where there is one"
        };
        let mut finding = Finding::new(GUARDRAIL.meta.id, Place::of(subject, &requirement.range), what, how).key(requirement.normal_name());
        if !on_road && (!plain || manifest.role.is_advice() || declared.purpose != Use::Run) {
            finding = finding.advice();
        }
        sink.report(if may_hold_password(subject, &requirement.range) { finding.excerpt("") } else { finding });
    }
}

/// Whether what is fetched from an address can be changed on its way.
pub fn is_plain(url: &str) -> bool {
    let scheme = url.split("://").next().unwrap_or("").to_ascii_lowercase();
    let transport = scheme.rsplit('+').next().unwrap_or("");
    url.contains("://") && matches!(transport, "http" | "git" | "svn" | "ftp") && !is_this_machine(url)
}

/// Whether an address is one of this machine.
fn is_this_machine(url: &str) -> bool {
    let host = host_of(url);
    matches!(host.split(':').next().unwrap_or(""), "localhost" | "127.0.0.1" | "host.docker.internal")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_plain_connections() {
        for (url, plain) in [
            ("http://a.example/x", true),
            ("git+http://a.example/x", true),
            ("git+git://a.example/x", true),
            ("git://a.example/x", true),
            ("git+https://a.example", false),
            ("git+ssh://git@a.example/x", false),
            ("http://localhost:8080/x", false),
            ("../http", false),
        ] {
            assert_eq!(is_plain(url), plain, "{url}");
        }
    }
}
