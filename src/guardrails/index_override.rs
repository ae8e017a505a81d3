//! An index, beside the public one or in its place, that lets a stranger answer for a name of the project.

use std::ops::Range;

use super::addresses::host_of;
use super::direct_url_dependency::is_plain;
use super::finding::{Finding, Place};
use super::guardrail::{Content, Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use super::install_commands::{self, Does, InstallCommands};
use super::manifests::{Kind, Manifest, Manifests, Setting, wants};
use super::road_example::{CONFIG, LOCK};
use crate::formats::pyproject::Index;
use crate::formats::requirement::Origin;
use crate::repo::config::Level;
use crate::repo::snapshot::Entry;
use crate::repo::subject::Subject;

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: "index-override",
        title: "packages may come from an index that nobody meant",
        level: Level::Warn,
        why: "With a second index, pip takes the highest version of a name from either of them. Over a plain or unchecked connection, anybody on the way answers.",
        attack: "A company keeps a package on its own index and adds that index with `--extra-index-url`. Somebody publishes a package of the same name, with a higher version, on the public index. \
                 The next installation takes the stranger's package, with the code that runs on installation. It happened to a large framework's nightly builds in December 2022.",
        fix: "Let one index answer: `--index-url` with a mirror that holds both. With uv, give the index `explicit = true` and name the packages that come from it in `[tool.uv.sources]`; \
              with Poetry `priority = \"explicit\"`; with PDM `include_packages`. Use `https`, and remove `--trusted-host`. Hashes for every line (`--require-hashes`) settle it as well.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0010.001", "CWE CWE-494", "CWE CWE-295"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a private index beside the public one",
                files: &[(
                    "requirements.txt",
                    Content::Text("--extra-index-url https://packages.company.example/simple\ncompany-models==1.4\n"),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "an index over a plain connection",
                files: &[("requirements.txt", Content::Text("--index-url http://packages.company.example/simple\nnumpy==1.26.4\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a host whose certificate is not checked",
                files: &[(
                    "pip.conf",
                    Content::Text(
                        "[global]\nindex-url = https://packages.company.example/simple\ntrusted-host = packages.company.example\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a source of Poetry that is only asked when the public index does not know the name",
                files: &[(
                    "pyproject.toml",
                    Content::Text(
                        "[tool.poetry]\nname = \"x\"\n[[tool.poetry.source]]\nname = \"company\"\nurl = \"https://packages.company.example/simple\"\npriority = \"supplemental\"\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a variable of a pipeline on a road",
                files: &[
                    LOCK,
                    CONFIG,
                    (".gitlab-ci.yml", Content::Text("variables:\n  PIP_EXTRA_INDEX_URL: https://packages.company.example/simple\n")),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "the public index of a framework's vendor, for builds that only it has",
                files: &[("requirements.txt", Content::Made { is: "torch, with its vendor's index", bytes: vendor })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "an index of uv that only gives what is named",
                files: &[(
                    "pyproject.toml",
                    Content::Text(
                        "[project]\nname = \"x\"\ndependencies = [\"company-models\"]\n[[tool.uv.index]]\nname = \"company\"\nurl = \"https://packages.company.example/simple\"\nexplicit = true\n[tool.uv.sources]\ncompany-models = { index = \"company\" }\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "one mirror in place of the public index",
                files: &[("requirements.txt", Content::Text("--index-url https://packages.company.example/simple\nnumpy==1.26.4\n"))],
            },
        ],
    },
    inspection: Inspection::each(wants_any, look),
};

fn vendor() -> Vec<u8> {
    format!("--extra-index-url https://download.{}/whl/cu118\ntorch==2.4.1+cu118\n", VENDORS[0]).into_bytes()
}

/// Public indexes of vendors, which hold builds that the public index has no room for. After their installation pages.
const VENDORS: &[&str] = &[
    concat!("py", "torch.org"),
    concat!("py", "pi.nvidia.com"),
    concat!("py", "pi.ngc.nvidia.com"),
    "storage.googleapis.com",
    "data.pyg.org",
    concat!("py", "pi.org"),
    concat!("pytho", "nhosted.org"),
    "wheels.vllm.ai",
    "download.openmmlab.com",
    "dl.fbaipublicfiles.com",
    "huggingface.github.io",
];

fn wants_any(entry: &Entry) -> bool {
    wants(entry) || is_pip_config(entry) || entry.path == UV || install_commands::wants(entry)
}

/// The settings of uv beside `pyproject.toml`.
const UV: &str = "uv.toml";

fn is_pip_config(entry: &Entry) -> bool {
    entry.is_file() && entry.size < 64 << 10 && matches!(entry.name(), "pip.conf" | "pip.ini")
}

fn look(subject: &Subject<'_>, context: &Context<'_>, sink: &mut Sink) {
    // Where packages come from hash locks and the public index, every other index in a command is one too many.
    if context.lock.is_some() && install_commands::wants(subject.entry) {
        for word in subject.view::<InstallCommands>().0.iter().filter(|word| word.does == Does::Index && !word.text.contains('$')) {
            let host = host_of(&word.text);
            if is_of_the_road(subject, context, word) {
                continue;
            }
            let what = format!("a command or variable lets `{host}` answer for packages");
            let how = "Take it away: the locks have one index; `make lock` with a mirror puts it there";
            sink.report(made(subject, &word.range, what, how, &format!("command {host}")));
        }
    }
    if subject.path() == UV {
        let lines = subject.text().filter(|_| context.lock.is_some()).unwrap_or_default().lines().enumerate();
        let names = ["url", "index-url", "extra-index-url", "default-index", "find-links", "index-strategy", "allow-insecure-host"];
        for (at, key) in lines.filter_map(|(at, line)| Some((at, line.split_once('=')?.0.trim()))).filter(|(_, key)| names.contains(key)) {
            let what = format!("`{key}` of uv decides which index answers, beside the one of the locks");
            let finding = Finding::new(GUARDRAIL.meta.id, Place::line(UV, at + 1), what, "Take it away, or put the mirror into the locks");
            sink.report(finding.key(key).excerpt(""));
        }
        return;
    }
    if is_pip_config(subject.entry) {
        for setting in subject.text().map(settings_of_config).unwrap_or_default() {
            judge(subject, None, &setting, context.lock.is_some(), sink);
        }
        return;
    }
    let view = subject.view::<Manifests>();
    let Some(manifest) = &view.0 else { return };
    for setting in &manifest.settings {
        judge(subject, Some(manifest), setting, context.lock.is_some(), sink);
    }
    for index in &manifest.indexes {
        judge_index(subject, index, sink);
    }
    if let Some(range) = &manifest.best_match {
        let what = "every index answers for every name, and the highest version wins";
        sink.report(made(
            subject,
            range,
            what.to_owned(),
            "Remove `index-strategy`, or give each private package its index in `[tool.uv.sources]`",
            "index-strategy",
        ));
    }
    for (channel, range) in manifest.channels.iter().filter(|(channel, _)| is_plain(channel)) {
        let what = format!("the channel at `{}` is read over a connection that anybody on the way can change", host_of(channel));
        sink.report(made(subject, range, what, "Use `https`", "channel"));
    }
}

/// Whether the project's road names that very index, and it stands in the place of the public one, not beside it.
fn is_of_the_road(subject: &Subject<'_>, context: &Context<'_>, word: &install_commands::Word) -> bool {
    let plain = |url: &str| url.trim().trim_end_matches('/').to_owned();
    let names = context.lock.iter().flat_map(|lock| &lock.road.package_indexes).any(|index| plain(index) == plain(&word.text));
    let line = subject.text().and_then(|text| text.get(..word.range.start)).and_then(|before| before.lines().last()).unwrap_or_default();
    names && !is_plain(&word.text) && !line.to_ascii_lowercase().contains("extra")
}

fn made(subject: &Subject<'_>, range: &Range<usize>, what: String, how: &str, key: &str) -> Finding {
    // An address of a private index often holds a password.
    Finding::new(GUARDRAIL.meta.id, Place::of(subject, range), what, how).key(key).excerpt("")
}

/// The locks of a road have one index, so another one there is nobody's wish, whatever the hashes settle.
fn judge(subject: &Subject<'_>, manifest: Option<&Manifest>, setting: &Setting, on_road: bool, sink: &mut Sink) {
    let host = host_of(&setting.value);
    let index = matches!(setting.name, "index-url" | "extra-index-url" | "find-links");
    let (what, how) = if index && is_plain(&setting.value) {
        (format!("packages from `{host}` come over a connection that anybody on the way can change"), "Use `https`")
    } else if setting.name == "trusted-host" {
        (
            format!("the certificate of `{}` is not checked", host_of(&format!("://{}", setting.value))),
            "Remove it, and give pip the certificate of the host's authority with `--cert`",
        )
    } else if setting.name == "extra-index-url" && !is_settled(&setting.value, manifest.filter(|_| !on_road)) {
        (
            format!("`{host}` and the public index both answer for every name, and the highest version wins"),
            "Let one index answer with `--index-url`, or lock every line with its hashes",
        )
    } else {
        return;
    };
    let key = format!("{} {host}", setting.name);
    let finding = made(subject, &setting.range, what, how, &key);
    sink.report(if !on_road && manifest.is_some_and(|manifest| manifest.role.is_advice()) { finding.advice() } else { finding });
}

/// Whether a second index can do no harm: hashes fix what comes, or it is a vendor's and holds no names of its own.
fn is_settled(url: &str, manifest: Option<&Manifest>) -> bool {
    let host = host_of(url).to_ascii_lowercase();
    let vendor = VENDORS.iter().any(|vendor| host == *vendor || host.strip_suffix(vendor).is_some_and(|rest| rest.ends_with('.')));
    let hashed = manifest.is_some_and(|manifest| {
        let mut fetched = manifest.requirements.iter().filter(|declared| declared.requirement.origin == Origin::Index).peekable();
        manifest.kind != Kind::Conda && fetched.peek().is_some() && fetched.all(|declared| declared.requirement.hashes > 0)
    });
    // Nightly builds bring parts under names that are not on the public index: those can be taken.
    hashed || (vendor && !url.contains("/nightly")) || url.is_empty() || url.contains("${") || url.contains("{{")
}

fn judge_index(subject: &Subject<'_>, index: &Index, sink: &mut Sink) {
    let host = host_of(&index.url);
    let (what, how) = if is_plain(&index.url) {
        (format!("packages from `{host}` come over a connection that anybody on the way can change"), "Use `https`")
    } else if !index.verified {
        (format!("the certificate of `{host}` is not checked"), "Remove `verify_ssl = false`")
    } else if index.searched && !is_settled(&index.url, None) {
        let how = match index.tool {
            "poetry" => "Set `priority = \"explicit\"` and name the source at the packages that come from it",
            "pdm" => "Name what comes from it in `include_packages`",
            _ => "Remove `install_search_all_sources`, and give each private package its `index`",
        };
        (format!("`{host}` and the public index answer for the same names, and nothing says which is meant"), how)
    } else {
        return;
    };
    sink.report(made(subject, &index.range, what, how, &format!("{} {}", index.tool, index.name)));
}

/// Reads the settings of a `pip.conf` that say where packages come from (pip documentation, "Configuration").
fn settings_of_config(text: &str) -> Vec<Setting> {
    let mut settings = Vec::new();
    let (mut at, mut key) = (0, None);
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let content = line.trim();
        if content.is_empty() || content.starts_with(['#', ';', '[']) {
            key = if content.starts_with('[') { None } else { key };
            continue;
        }
        let mut value = line;
        if !line.starts_with([' ', '\t']) {
            let Some((name, rest)) = line.split_once('=') else { continue };
            key = ["index-url", "extra-index-url", "find-links", "trusted-host"]
                .into_iter()
                .find(|known| name.trim().replace('_', "-") == *known);
            value = rest;
        }
        let Some(name) = key else { continue };
        let mut offset = start + line.len() - value.len();
        for part in value.split(char::is_whitespace) {
            if !part.is_empty() {
                settings.push(Setting { name, value: part.to_owned(), range: offset..offset + part.len() });
            }
            // The blank that ends a part may be longer than a byte.
            offset += part.len();
            offset += text[offset.min(text.len())..].chars().next().map_or(0, char::len_utf8);
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_pip_configuration_with_places() {
        let text = "[global]\n# c\nextra_index_url =\n    https://a.example/simple\n    https://b.example/simple\ntimeout = 5\ntrusted-host = a.example b.example\n";
        let found = settings_of_config(text);
        assert_eq!(found.len(), 4);
        for setting in found {
            assert_eq!(text[setting.range], setting.value);
        }
    }

    #[test]
    fn knows_the_indexes_of_vendors() {
        assert!(is_settled(&format!("https://download.{}/whl/cu121", VENDORS[0]), None));
        assert!(!is_settled(&format!("https://download.{}/whl/nightly/cu121", VENDORS[0]), None));
        assert!(!is_settled(&format!("https://evil{}/whl", VENDORS[0]), None));
        assert!(!is_settled("https://packages.company.example/simple", None));
    }
}
