//! What people wrote about the repository: README, licence, owners.

use super::packaging::sign_of;
use super::{Evidence, Sign, text_of};
use crate::repo::snapshot::{Entry, Snapshot};

/// The largest paper that is read, in bytes.
const LIMIT: u64 = 1 << 20;
/// How much of a README says what the repository is, in bytes.
const OPENING: usize = 3000;

/// What the papers say.
#[derive(Debug, Default)]
pub(super) struct Papers {
    /// The licence.
    pub licence: Option<Sign>,
    /// Owners and maintainers.
    pub owners: Vec<Sign>,
    /// Where it says that it is vulnerable on purpose.
    pub vulnerable: Option<Evidence>,
    /// Where it says that nobody works on it any more.
    pub archived: Option<Evidence>,
    /// Where it says that it is a course or a book.
    pub course: Option<Evidence>,
    /// The packages that the README tells people to install, with the line.
    pub installs: Vec<(String, Evidence)>,
}

/// Reads the papers.
pub(super) fn read(snapshot: &Snapshot, files: &[&Entry]) -> Papers {
    let mut papers = Papers::default();
    for entry in files {
        let name = entry.name().to_ascii_lowercase();
        let stem = name.split('.').next().unwrap_or_default();
        let outer = entry.folder().is_empty();
        let text = || text_of(snapshot, entry, LIMIT).unwrap_or_default();
        match stem {
            "readme" if outer => readme(entry, &text(), &mut papers),
            "license" | "licence" | "copying" | "unlicense" if outer => {
                let text = text();
                let known = licence(&text);
                let line = text.lines().position(|line| !line.trim().is_empty()).map_or(0, |at| at + 1);
                papers.licence.get_or_insert_with(|| {
                    sign_of(known, Evidence::new(&entry.path, line, text.lines().nth(line.saturating_sub(1)).unwrap_or_default()))
                });
            }
            "codeowners" if matches!(entry.folder(), "" | ".github" | ".gitlab" | "docs") => owners(entry, &text(), &mut papers),
            "maintainers" if outer => {
                papers.owners.push(sign_of("MAINTAINERS", Evidence::new(&entry.path, 0, "a list of maintainers")));
            }
            _ => {}
        }
    }
    papers
}

fn readme(entry: &Entry, text: &str, papers: &mut Papers) {
    const VULNERABLE: &[&str] = &[
        "deliberately vulnerable",
        "intentionally vulnerable",
        "purposely vulnerable",
        "purposefully vulnerable",
        "vulnerable by design",
        "deliberately insecure",
        "intentionally insecure",
        "insecure by design",
        "damn vulnerable",
        "vulnerable on purpose",
    ];
    const ARCHIVED: &[&str] = &[
        "status:** archive",
        "status: archive",
        "no longer maintained",
        "no longer actively maintained",
        "not maintained any more",
        "this repository is archived",
        "this project is archived",
        "this repository has been archived",
        "not actively maintained",
        "is deprecated",
        "and deprecated",
        "has been deprecated",
        "discontinuation of project",
    ];
    const COURSE: &[&str] =
        &["course", "zoomcamp", "bootcamp", "curriculum", "syllabus", "homework", "lectures", "textbook", "cookbook", "code for the book"];
    let mut seen = 0;
    for (at, line) in text.lines().enumerate() {
        let lower = line.to_lowercase();
        let place = || Evidence::new(&entry.path, at + 1, line);
        let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        if seen <= OPENING {
            if papers.vulnerable.is_none() && says(VULNERABLE) {
                papers.vulnerable = Some(place());
            }
            if papers.archived.is_none() && says(ARCHIVED) {
                papers.archived = Some(place());
            }
            if papers.course.is_none() && says(COURSE) {
                papers.course = Some(place());
            }
        }
        seen += line.len();
        let told = ["pip install ", "pip3 install ", "pipx install ", "uv add ", "uv tool install "];
        if let Some(rest) = told.iter().find_map(|words| lower.split(words).nth(1)) {
            let words = rest.split([' ', '`', '"', '\'']).filter(|word| !word.starts_with('-') && !word.is_empty());
            for word in words.take(8) {
                let package = word.split(['=', '<', '>', '[', '~']).next().unwrap_or_default();
                papers.installs.push((crate::formats::requirement::normal_name(package), place()));
            }
        }
    }
}

/// Returns the name of a licence by its own words, as SPDX calls it; `other` where it is none of the common ones.
fn licence(text: &str) -> &'static str {
    let head: String = text.chars().take(4000).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let has = |words: &str| head.contains(words);
    match () {
        () if has("apache license") && has("version 2.0") => "Apache-2.0",
        () if has("gnu affero general public license") => "AGPL-3.0",
        () if has("gnu lesser general public license") => "LGPL",
        () if has("gnu general public license") && has("version 3") => "GPL-3.0",
        () if has("gnu general public license") => "GPL-2.0",
        () if has("mozilla public license") => "MPL-2.0",
        () if has("attribution-noncommercial") => "CC-BY-NC",
        () if has("creative commons") => "CC",
        () if has("permission is hereby granted, free of charge") || has("mit license") => "MIT",
        () if has("redistribution and use in source and binary forms") && has("neither the name") => "BSD-3-Clause",
        () if has("redistribution and use in source and binary forms") => "BSD-2-Clause",
        () if has("unencumbered software released into the public domain") => "Unlicense",
        () => "other",
    }
}

fn owners(entry: &Entry, text: &str, papers: &mut Papers) {
    for (at, line) in text.lines().enumerate() {
        let rule = line.split(" #").next().unwrap_or_default().trim();
        if rule.is_empty() || rule.starts_with('#') {
            continue;
        }
        let everything = rule.split_whitespace().next() == Some("*");
        for owner in rule.split_whitespace().skip(1) {
            let sign = sign_of(owner, Evidence::new(&entry.path, at + 1, rule));
            if everything {
                papers.owners.insert(0, sign);
            } else if papers.owners.len() < 10 && !papers.owners.iter().any(|known| known.name == sign.name) {
                papers.owners.push(sign);
            }
        }
    }
}
