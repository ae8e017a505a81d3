//! A small road in two versions, made by the test that needs it.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "each test binary uses its part of the module"
)]

use super::Folder;

pub const README: &str = "# {@ name @}\n\nIntroduction.\n\nOne.\n\nTwo.\n\nThree.\n\nFour.\n\nFive.\n\nSix.\n";
pub const SETTINGS: &str =
    "title = \"demo\"\n\n[first]\nlimit = 3\n\n[second]\nsize = 1\nname = \"x\"\n\n[third]\non = true\n\n[fourth]\nfast = \"no\"\n";

/// Writes a road to `folder`: version `2026.1.<number>`, with what `manifest` adds to its `road.toml`.
pub fn write(folder: &Folder, at: &str, number: u32, manifest: &str, files: &[(&str, &str, &str)]) {
    let from: Vec<String> = (1..number).map(|number| format!("\"2026.1.{number}\"")).collect();
    folder.write(
        &format!("{at}/road.toml"),
        &format!(
            "schema = 1\nid = \"small\"\npublisher = \"p\"\ntitle = \"t\"\nversion = \"2026.1.{number}\"\nreleased = \"2026-01-0{number}\"\n\
             supported-until = \"2099-01-01\"\nupgrades-from = [{}]\nkinds = [\"plain\"]\nlayers = []\n{manifest}",
            from.join(", ")
        ),
    );
    folder.write(&format!("{at}/questions.toml"), QUESTIONS);
    let mut kind = "title = \"Plain\"\nsummary = \"A few files.\"\n".to_owned();
    for (path, ownership, text) in files {
        let plain = path.trim_end_matches(".jinja");
        kind.push_str(&format!("[[file]]\npath = \"{plain}\"\nwhy = \"A file.\"\nownership = \"{ownership}\"\n"));
        // Every answer is used, and none changes a file.
        if *path == "README.md.jinja" {
            kind.push_str("when = \"host != '' and level != ''\"\n");
        }
        folder.write(&format!("{at}/kinds/plain/files/{path}"), text);
    }
    folder.write(&format!("{at}/kinds/plain/kind.toml"), &kind);
}

const QUESTIONS: &str = r#"
[[question]]
key = "name"
ask = "Name?"
help = "A name."
type = "name"
default = "demo"

[[question]]
key = "host"
ask = "Where?"
help = "A host."
type = "choice"
default = "github"
choices = [{ value = "github", label = "GitHub" }, { value = "gitlab", label = "GitLab" }, { value = "none", label = "nowhere" }]

[[question]]
key = "level"
ask = "How much?"
help = "A level."
type = "choice"
default = "low"
choices = [{ value = "low", label = "low" }, { value = "high", label = "high" }]
"#;

/// What keeps the check from blocking that looks at the whole repository.
pub const QUIET: &str = "[guardrails]\nmissing-security-policy = \"off\"\nmissing-codeowners = \"off\"\nmissing-threat-model = \"off\"\nupdate-bot-missing = \"off\"\nmissing-security-stage = \"off\"\n";

/// The files of the first version.
pub fn files() -> Vec<(&'static str, &'static str, &'static str)> {
    vec![
        ("README.md.jinja", "merged", README),
        ("settings.toml", "merged", SETTINGS),
        ("docs/guide.md", "merged", "# Guide\n\nWords.\n"),
        ("docs/more.md", "merged", "# More\n\nOther words.\n"),
        ("docs/last.md", "merged", "# Last\n\nThe last words of all.\n"),
        ("tool.sh", "managed", "#!/bin/sh\necho tool\n"),
        ("start.txt", "seeded", "Yours.\n"),
    ]
}

/// The files of the second version: one line of each of two files differs, and a file is new.
pub fn newer() -> Vec<(&'static str, &'static str, &'static str)> {
    let mut files = files();
    for file in &mut files {
        match file.0 {
            "README.md.jinja" => file.2 = "# {@ name @}\n\nIntroduction, better.\n\nOne.\n\nTwo.\n\nThree.\n\nFour.\n\nFive.\n\nSix.\n",
            "tool.sh" => file.2 = "#!/bin/sh\necho better tool\n",
            _ => {}
        }
    }
    files.push(("docs/new.md", "merged", "# New\n\nA page.\n"));
    files
}

/// Writes both versions, releases the first, and returns the change that explains the second.
pub fn two_versions(folder: &Folder) {
    write(folder, "one", 1, QUIET, &files());
    folder.highroad(&["road", "release", "one", "store"]).success();
    write(folder, "two", 2, &format!("{CHANGES}\n{QUIET}"), &newer());
}

const CHANGES: &str = "[[change]]\nwhat = \"A better tool.\"\nwhy = \"It was slow.\"\npaths = [\"tool.sh\", \"README.md\"]\nsecurity = true\n\
    [[change]]\nwhat = \"A new page.\"\nwhy = \"People asked.\"\npaths = [\"docs/new.md\"]\n";
