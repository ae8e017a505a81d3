//! The fixes of an adoption: those of guardrails that edit pins, rights and images, and none that touches code.

use std::collections::{BTreeMap, BTreeSet};

use super::proof;
use crate::base::diagnostic::Diagnostic;
use crate::guardrails::edits::{self, Files};
use crate::guardrails::finding::{Fix, Safety};
use crate::guardrails::outcome::Judged;
use crate::ops::check::{self, Progress};
use crate::ops::fix::{self, Choice};
use crate::report::adopt::{Announced, Item, NotDone};

/// A sort of fixes: the guardrail, the group, the risk where its fix is safe, what it does, why.
struct Sort {
    guardrail: &'static str,
    group: &'static str,
    risk: &'static str,
    title: &'static str,
    why: &'static str,
}

/// The fixes that an adoption may make, in the order of the groups.
const SORTS: &[Sort] = &[
    Sort {
        guardrail: "unpinned-action",
        group: "pins",
        risk: "low",
        title: "Pin actions to the commit of the tag that they name",
        why: "A tag can be moved to other code after you reviewed it. The same version runs as today.",
    },
    Sort {
        guardrail: "unpinned-base-image",
        group: "pins",
        risk: "medium",
        title: "Pin base images to the digest that the road knows for their tag",
        why: "A tag can be moved to another image. A build takes the same tag as it was vetted.",
    },
    Sort {
        guardrail: "latest-image-tag",
        group: "pins",
        risk: "medium",
        title: "Pin images without a tag to a digest",
        why: "Without a tag, every build may take another image.",
    },
    Sort {
        guardrail: "unpinned-dependency",
        group: "pins",
        risk: "low",
        title: "Pin packages to the version that the lock has",
        why: "The lock says what is installed today; the manifest says it, too.",
    },
    Sort {
        guardrail: "unpinned-ci-include",
        group: "pins",
        risk: "low",
        title: "Pin included pipelines to a commit",
        why: "A branch can be moved to other code.",
    },
    Sort {
        guardrail: "excessive-permissions",
        group: "permissions",
        risk: "low",
        title: "Let the pipeline's token read the code, and nothing else",
        why: "A step that is taken over can do what the token can. Only jobs that are known to read alone are limited.",
    },
    Sort {
        guardrail: "persisted-credentials",
        group: "permissions",
        risk: "low",
        title: "Do not leave the token in the checkout",
        why: "Every later step could read it from `.git/config`.",
    },
    Sort {
        guardrail: "copy-all-without-dockerignore",
        group: "containers",
        risk: "medium",
        title: "Add a `.dockerignore`",
        why: "`COPY .` takes keys, data and history into the image. What an image needs may be among what is kept out.",
    },
    Sort {
        guardrail: "ignore-rule-missing",
        group: "hooks",
        risk: "low",
        title: "Keep files with keys out of git",
        why: "A file that git ignores is not committed by accident.",
    },
];

fn sort_of(guardrail: &str) -> Option<&'static Sort> {
    SORTS.iter().find(|sort| sort.guardrail == guardrail)
}

/// The guardrails whose fixes are taken, and which of their fixes.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// The ids of the chosen items: `pins/unpinned-action`.
    pub items: BTreeSet<String>,
}

/// Files whose content is code, data, history or a licence, or that another tool runs.
fn is_out_of_bounds(path: &str, host: &str) -> bool {
    let lower = path.to_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let code = matches!(
        ending,
        "py" | "ipynb" | "pyx" | "pyi" | "lua" | "r" | "jl" | "js" | "ts" | "tsx" | "sh" | "csv" | "tsv" | "parquet" | "lock"
    );
    let licence = ["license", "licence", "copying", "notice"].iter().any(|stem| name.starts_with(stem));
    // A workflow of one host says nothing on another; pipelines of all other systems are somebody else's.
    let workflow = lower.starts_with(".github/workflows/") || lower.starts_with(".github/actions/");
    let foreign = (lower.starts_with(".gitlab") && host != "gitlab")
        || [".circleci/", ".buildkite/", ".pipelines/", ".azure"].iter().any(|folder| lower.starts_with(folder))
        || [
            "jenkinsfile",
            ".travis.yml",
            "azure-pipelines.yml",
            "bitbucket-pipelines.yml",
            "cloudbuild.yaml",
            "appveyor.yml",
            ".drone.yml",
        ]
        .contains(&name);
    code || licence || foreign && !workflow
}

/// Returns the name of a fix's item: a fix that a reviewer could object to is one of its own.
fn item_of(sort: &Sort, fix: &Fix) -> String {
    match fix.safety {
        Safety::Safe => format!("{}/{}", sort.group, sort.guardrail),
        Safety::Unsafe => format!("{}/{}-uncertain", sort.group, sort.guardrail),
    }
}

/// Whether a fix may be offered at all.
fn is_offered(judged: &Judged, fix: &Fix, host: &str, made: &Files) -> Option<String> {
    let sort = sort_of(judged.finding.guardrail)?;
    let touched = edits::touched(&fix.changes);
    // What the road gives itself is not edited.
    let fits = |path: &&str| !is_out_of_bounds(path, host) && !made.contains_key(*path);
    touched.iter().all(fits).then(|| item_of(sort, fix))
}

/// Returns the items that the open findings offer. Those of the low and middle risks that are safe are chosen at first,
/// unless the repository is one that is left alone.
pub(super) fn items(findings: &[&Judged], host: &str, made: &Files, left_alone: bool) -> Vec<Item> {
    let mut found: BTreeMap<String, (Item, usize)> = BTreeMap::new();
    for judged in findings {
        let Some(fix) = &judged.finding.fix else { continue };
        let Some(id) = is_offered(judged, fix, host, made) else { continue };
        let Some(sort) = sort_of(judged.finding.guardrail) else { continue };
        let uncertain = fix.safety == Safety::Unsafe;
        let (item, count) = found.entry(id.clone()).or_insert_with(|| {
            let title = if uncertain { format!("{}: look at each", sort.title) } else { sort.title.to_owned() };
            let item = Item {
                id,
                group: sort.group.to_owned(),
                risk: if uncertain { "high" } else { sort.risk }.to_owned(),
                title,
                why: sort.why.to_owned(),
                chosen: !uncertain && !left_alone,
                files: Vec::new(),
            };
            (item, 0)
        });
        *count += 1;
        item.files.extend(edits::touched(&fix.changes).into_iter().map(str::to_owned));
        item.files.sort();
        item.files.dedup();
    }
    let order = |item: &Item| SORTS.iter().position(|sort| item.id.split('/').nth(1).is_some_and(|name| name.starts_with(sort.guardrail)));
    let mut items: Vec<Item> = found
        .into_values()
        .map(|(mut item, count)| {
            if count > 1 {
                item.title = format!("{} ({count})", item.title);
            }
            item
        })
        .collect();
    items.sort_by_key(order);
    items
}

/// A file that fixes edit: before, after, and what the proof found.
#[derive(Clone, Debug)]
pub(super) struct Edited {
    pub path: String,
    pub before: Option<Vec<u8>>,
    pub after: Vec<u8>,
    pub why: String,
    pub announced: Vec<Announced>,
}

/// What the fixes come to.
#[derive(Clone, Debug, Default)]
pub(super) struct Fixed {
    pub files: Vec<Edited>,
    pub not_done: Vec<NotDone>,
}

/// Works out the chosen fixes over what the road gives, and proves each edit. One without a proof is dropped, and said.
///
/// # Errors
/// As a check.
pub(super) fn plan(
    options: &check::Options,
    wanted: &Wanted,
    host: &str,
    made: &Files,
    over: &Files,
    progress: Progress<'_>,
) -> Result<Fixed, Diagnostic> {
    let mut fixed = Fixed::default();
    let chosen = |sort: &&Sort| {
        wanted.items.iter().any(|id| id.split('/').nth(1).is_some_and(|name| name.trim_end_matches("-uncertain") == sort.guardrail))
    };
    let only: Vec<String> = SORTS.iter().filter(chosen).map(|sort| sort.guardrail.to_owned()).collect();
    if only.is_empty() {
        return Ok(fixed);
    }
    let options = check::Options { only, ..options.clone() };
    let takes = |judged: &Judged, fix: &Fix| is_offered(judged, fix, host, made).is_some_and(|id| wanted.items.contains(&id));
    let plan = fix::plan_chosen(&options, &Choice { takes: &takes, over: over.clone() }, progress)?;
    for (path, before, after) in plan.files {
        let mut titles: Vec<&str> = plan
            .applied
            .iter()
            .filter(|applied| applied.place.path == path)
            .filter_map(|applied| sort_of(applied.guardrail))
            .map(|sort| sort.title)
            .collect();
        titles.dedup();
        let why = if titles.is_empty() { "a fix of a guardrail".to_owned() } else { titles.join("; ") };
        match before.as_deref().map(|before| proof::prove(&path, before, &after)) {
            None => fixed.files.push(Edited { path, before, after, why, announced: Vec::new() }),
            Some(Ok(announced)) => fixed.files.push(Edited { path, before, after, why, announced }),
            Some(Err(unproven)) => fixed.not_done.push(NotDone {
                what: format!("`{path}` was not edited ({})", why.to_lowercase()),
                why: format!("the edit could not be proved to change nothing else: {unproven}"),
            }),
        }
    }
    Ok(fixed)
}
