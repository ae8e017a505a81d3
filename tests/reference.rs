//! The generated reference is what the code says. `HIGHROAD_WRITE_REFERENCE=1 cargo test --test reference` renews it.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

use std::fmt::Write as _;
use std::path::Path;

use highroad::report::json;

fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference").join(name);
    if std::env::var_os("HIGHROAD_WRITE_REFERENCE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == text, "docs/reference/{name} is out of date: run `HIGHROAD_WRITE_REFERENCE=1 cargo test --test reference`");
}

/// Writes the help of a command and of those below it.
fn help(command: &mut clap::Command, name: &str, depth: usize, out: &mut String) {
    let text = command.clone().bin_name(name).term_width(100).render_long_help().to_string();
    let text: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    let _ = write!(out, "{} `{name}`\n\n```text\n{}```\n\n", "#".repeat(depth), text);
    for below in command.get_subcommands_mut().filter(|c| c.get_name() != "help") {
        let name = format!("{name} {}", below.get_name());
        help(below, &name, depth + 1, out);
    }
}

#[test]
fn the_command_line() {
    let mut command = highroad::cli::definition();
    command.build();
    let mut out = String::from("# Command line\n\nGenerated from the code; do not edit.\n\n");
    help(&mut command, "highroad", 2, &mut out);
    out.push_str(
        "## Exit codes\n\n| code | meaning |\n| --- | --- |\n| 0 | done, and nothing is left for a person |\n| 1 | findings or conflicts are left for a person |\n\
         | 2 | wrong use or bad input |\n| 3 | the tool could not complete |\n",
    );
    check("cli.md", &out);
}

#[test]
fn the_formats() {
    let write = |name: &str, schema: schemars::Schema| check(name, &format!("{}\n", serde_json::to_string_pretty(&schema).unwrap()));
    write("highroad.toml.schema.json", schemars::schema_for!(highroad::repo::config::Config));
    write("highroad.lock.schema.json", schemars::schema_for!(highroad::repo::lock::Lock));
    write("new.schema.json", schemars::schema_for!(json::New));
    write("new-list.schema.json", schemars::schema_for!(json::Kinds));
    write("error.schema.json", schemars::schema_for!(json::Failure));
    write("check.schema.json", schemars::schema_for!(highroad::report::check::Check));
    write("coverage.schema.json", schemars::schema_for!(highroad::report::coverage::Coverage));
    write("explain.schema.json", schemars::schema_for!(highroad::report::explain::Explanation));
    write("fix.schema.json", schemars::schema_for!(highroad::report::fixes::Fixes));
    write("diff.schema.json", schemars::schema_for!(highroad::report::diff::Diff));
    write("resolve.schema.json", schemars::schema_for!(highroad::report::resolve::Resolve));
    write("status.schema.json", schemars::schema_for!(highroad::report::status::Status));
    write("upgrade.schema.json", schemars::schema_for!(highroad::report::upgrade::Upgrade));
    write("road-diff.schema.json", schemars::schema_for!(highroad::report::road_diff::RoadDiff));
    write("road-preview.schema.json", schemars::schema_for!(highroad::report::road_preview::Preview));
    write("road-test.schema.json", schemars::schema_for!(highroad::report::road_test::RoadTest));
    write("scan.schema.json", schemars::schema_for!(highroad::report::scanned::Scanned));
    write("undo.schema.json", schemars::schema_for!(highroad::report::undo::Undone));
}

#[test]
fn every_guardrail_has_its_page() {
    let groups = highroad::guardrails::GROUPS;
    check("guardrails/README.md", &highroad::report::explain::index(groups));
    for guardrail in highroad::guardrails::ALL.iter() {
        check(&format!("guardrails/{}.md", guardrail.meta.id), &highroad::report::explain::page(guardrail));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/guardrails");
    for page in std::fs::read_dir(folder).unwrap() {
        let name = page.unwrap().file_name().into_string().unwrap();
        let id = name.trim_end_matches(".md");
        assert!(
            id == "README" || highroad::guardrails::find(id).is_some(),
            "docs/reference/guardrails/{name} is of no guardrail: remove it"
        );
    }
}

#[test]
fn every_link_in_the_documents_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documents = ["README.md", "CHANGELOG.md", "SECURITY.md"].map(|name| root.join(name)).into_iter();
    let guides = std::fs::read_dir(root.join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"));
    for document in documents.chain(guides) {
        let text = std::fs::read_to_string(&document).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap_or_default();
            assert!(target.contains("://") || document.parent().unwrap().join(target).exists(), "{}: {link}", document.display());
        }
    }
}
