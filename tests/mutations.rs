//! Projects that Highroad makes are clean, and every safeguard that is taken away from one is missed by name.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, may fail by a panic, and print what they measured"
)]

#[path = "support/artifact_bytes.rs"]
mod artifact_bytes;
#[path = "support/findings.rs"]
mod findings;
#[path = "support/mutation.rs"]
mod mutation;
#[path = "support/mutations_content.rs"]
mod mutations_content;
#[path = "support/mutations_pipeline.rs"]
mod mutations_pipeline;
#[path = "support/seeded.rs"]
mod seeded;
mod support;

use std::path::Path;

use findings::{Said, share};
use mutation::Mutation;
use support::{Folder, KINDS, Run};

const HOSTS: [&str; 2] = ["github", "gitlab"];
const OUTDATED: &str = "the mutation itself does not apply to this project any more";

/// A project of this kind on this host, called `demo`, outside of git.
fn project(kind: &str, host: &str) -> Folder {
    let folder = Folder::new();
    let arguments = ["new", "demo", "--kind", kind, "--host", host, "--set", "owner_contact=ml-team@acme.test", "--yes", "--no-git"];
    folder.highroad(&arguments).success();
    folder
}

fn check(folder: &Folder) -> Run {
    folder.highroad(&["check", "demo", "--format", "json"])
}

/// What every project gets: each mutation goes to one of the projects that it applies to, in turns, or to all of them.
fn plan(everywhere: bool) -> Vec<((&'static str, &'static str), Vec<Mutation>)> {
    let projects: Vec<(&str, &str)> = KINDS.iter().flat_map(|kind| HOSTS.map(|host| (*kind, host))).collect();
    let mut plan: Vec<_> = projects.iter().map(|project| (*project, Vec::new())).collect();
    for (n, mutation) in [mutations_pipeline::ALL, mutations_content::ALL].concat().into_iter().enumerate() {
        let fits: Vec<usize> = (0..projects.len()).filter(|at| mutation.applies(projects[*at].0, projects[*at].1)).collect();
        let chosen = if everywhere { fits } else { vec![fits[n % fits.len()]] };
        chosen.into_iter().for_each(|at| plan[at].1.push(mutation));
    }
    plan
}

/// What went wrong with one mutation; `None` where it was named rightly.
fn judge(folder: &Folder, mutation: &Mutation) -> Option<String> {
    let root: &Path = &folder.join("demo");
    let Some(undo) = mutation.make(root) else {
        return Some(OUTDATED.to_owned());
    };
    let run = check(folder);
    undo.undo();
    let Ok(_) = serde_json::from_str::<serde_json::Value>(&run.out) else {
        return Some(format!("exit {}, no JSON: {}", run.code, run.err));
    };
    let said = Said::of(&run);
    let named = said.findings.iter().any(|found| mutation.right.split('|').any(|id| id == found.guardrail));
    if said.code == 1 && named {
        return None;
    }
    let kind = if named { "named, but let through" } else { "not named" };
    let said_ids: Vec<String> =
        said.findings.iter().map(|found| format!("{} [{}] {}:{}", found.guardrail, found.level, found.path, found.line)).collect();
    Some(format!("{kind}: exit {}, said {said_ids:?}", said.code))
}

#[test]
fn a_fresh_project_is_clean() {
    for kind in KINDS {
        for host in HOSTS {
            let run = check(&project(kind, host));
            let said = Said::of(&run);
            println!("{kind} {host}: {} pieces of advice", said.findings.len());
            assert!(said.loud().is_empty(), "{kind} {host}: {:#?}", said.loud());
            assert!(said.unscannable.is_empty(), "{kind} {host}: {:?}", said.unscannable);
            assert_eq!(run.code, 0, "{kind} {host}: {}", run.err);
        }
    }
}

#[test]
fn every_safeguard_that_is_taken_away_is_missed_by_name() {
    judge_all(&plan(false));
}

#[test]
#[ignore = "about a thousand checks: several minutes with a debug binary"]
fn every_safeguard_is_missed_in_every_project() {
    judge_all(&plan(true));
}

fn judge_all(plan: &[((&'static str, &'static str), Vec<Mutation>)]) {
    let all = mutations_pipeline::ALL.len() + mutations_content::ALL.len();
    assert!(all >= 150, "{all} mutations");
    let results: Vec<(usize, Vec<String>)> = std::thread::scope(|scope| {
        let workers: Vec<_> = plan
            .iter()
            .map(|((kind, host), mutations)| {
                scope.spawn(move || {
                    let folder = project(kind, host);
                    let before = support::files(&folder.join("demo"));
                    let missed = mutations
                        .iter()
                        .filter_map(|one| {
                            let wrong = judge(&folder, one)?;
                            Some(format!(
                                "{kind} {host}: {} | {} | {} | right would be {} | {wrong}",
                                one.safeguard,
                                one.path,
                                one.edit.label(),
                                one.right
                            ))
                        })
                        .collect();
                    assert_eq!(support::files(&folder.join("demo")), before, "the project is as it was");
                    (mutations.len(), missed)
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let runs: usize = results.iter().map(|(count, _)| count).sum();
    let missed: Vec<&String> = results.iter().flat_map(|(_, missed)| missed).collect();
    println!("{all} mutations, named rightly: {}", share(runs - missed.len(), runs));
    println!("of the others, named but not stopped: {}", missed.iter().filter(|row| row.contains("named, but let through")).count());
    for row in &missed {
        println!("missed {row}");
    }
    assert!(!missed.iter().any(|row| row.contains(OUTDATED)), "a mutation has to be brought up to date");
    assert!((runs - missed.len()) * 100 >= runs * 95, "{} of {runs} missed", missed.len());
}

/// The day `days` from now, as `YYYY-MM-DD`.
fn day(days: i64) -> String {
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    // Days since 1970 to a date of the Gregorian calendar, counted from March so that leap days come last.
    let count = i64::try_from(seconds / 86_400).unwrap() + days + 719_468;
    let (era, of_era) = (count.div_euclid(146_097), count.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let (month, day) = (if shifted < 10 { shifted + 3 } else { shifted - 9 }, of_year - (153 * shifted + 2) / 5 + 1);
    format!("{:04}-{month:02}-{day:02}", year_of_era + era * 400 + i64::from(month <= 2))
}

/// A project with code that loads a pickle, and this at the end of its `highroad.toml`.
fn with_pickle(settings: &str) -> Folder {
    let folder = project("sklearn-tabular", "github");
    folder.write("demo/src/demo/extra.py", "\"\"\"Extra.\"\"\"\nimport pickle\n\nmodel = pickle.load(open(\"m.pkl\", \"rb\"))\n");
    let path = folder.join("demo/highroad.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, text + settings).unwrap();
    folder
}

fn waiver(guardrail: &str, path: &str, until: &str) -> String {
    format!(
        "\n[[waiver]]\nguardrail = \"{guardrail}\"\npath = \"{path}\"\nreason = \"the file is made by us and checked\"\nowner = \"ml-team\"\nuntil = \"{until}\"\n"
    )
}

#[test]
fn a_waiver_holds_for_its_guardrail_and_path_until_its_day() {
    let good = with_pickle(&waiver("unsafe-deserialization", "src/demo/extra.py", &day(90)));
    let said = Said::of(&check(&good));
    assert_eq!(said.code, 0, "{:?}", said.loud());
    assert_eq!(said.document["counts"]["waived"], 1);
    let waived = said.document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .any(|row| row["guardrail"] == "unsafe-deserialization" && !row["waived"].is_null());
    assert!(waived, "what is waived stays visible");
    for (why, guardrail, path, until) in [
        ("ended", "unsafe-deserialization", "src/demo/extra.py", day(-1)),
        ("too long", "unsafe-deserialization", "src/demo/extra.py", day(200)),
        ("another path", "unsafe-deserialization", "src/demo/other.py", day(90)),
        ("another guardrail", "trust-remote-code", "src/demo/extra.py", day(90)),
    ] {
        let folder = with_pickle(&waiver(guardrail, path, &until));
        let run = check(&folder);
        assert_ne!(run.code, 0, "a waiver that is {why} let it through: {}", run.out);
    }
}

#[test]
fn settings_that_are_broken_stop_the_check_and_are_explained() {
    let unfinished = waiver("unsafe-deserialization", "src/**", "").replace("until = \"\"\n", "");
    for (why, settings) in [
        ("a waiver without an end", unfinished.as_str()),
        ("a waiver with a day that is none", &waiver("unsafe-deserialization", "src/**", "2026-02-31")),
        (
            "a waiver without a reason",
            &waiver("unsafe-deserialization", "src/**", &day(30)).replace("the file is made by us and checked", ""),
        ),
        ("a key that does not exist", "\n[[waivers]]\npath = \"**\"\n"),
        ("no TOML", "\n[guardrails\n"),
        ("a key twice", "\n[guardrails]\n"),
    ] {
        let run = check(&with_pickle(settings));
        assert!(run.code == 2 || run.code == 1, "{why}: exit {} {}", run.code, run.err);
        assert!(run.err.contains("highroad.toml") || run.out.contains("highroad.toml"), "{why} is not explained: {} {}", run.out, run.err);
        if why == "no TOML" || why.starts_with("a key") {
            run.fails(2, &["highroad.toml"]);
        }
    }
    let folder = project("sklearn-tabular", "github");
    let path = folder.join("demo/highroad.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    for wrong in ["unsafe-deserialisation = \"off\"", "secret = \"never\"", "secret = 5"] {
        std::fs::write(&path, text.replace("[guardrails]\n", &format!("[guardrails]\n{wrong}\n"))).unwrap();
        let run = check(&folder);
        assert_ne!(run.code, 0, "`{wrong}` went unnoticed");
    }
}

#[test]
fn a_guardrail_that_is_off_is_seen_in_every_report() {
    let folder = with_pickle("");
    let path = folder.join("demo/highroad.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("[guardrails]\n", "[guardrails]\nunsafe-deserialization = \"off\"\n")).unwrap();
    let said = Said::of(&check(&folder));
    assert!(!said.document["guardrails"].as_array().unwrap().iter().any(|id| id == "unsafe-deserialization"), "it does not run");
    assert!(said.document.to_string().contains("unsafe-deserialization"), "and the report says so");
    for format in ["human", "markdown", "sarif"] {
        let run = folder.highroad(&["check", "demo", "--format", format]);
        assert!(format!("{}{}", run.out, run.err).contains("unsafe-deserialization"), "--format {format} keeps it quiet: {}", run.out);
    }
}

#[test]
fn a_repository_cannot_blind_the_check() {
    let secret = format!(
        "TOKEN = \"{}{}\"  # nosec # noqa # pragma: allowlist secret # gitleaks:allow\n",
        concat!("gh", "o_"),
        checked("Q3eGRtzP2kLwVy7NhJ4mXbC9dFs1aU")
    );
    let risky = "import pickle\nmodel = pickle.load(open('m', 'rb'))  # nosec B301 # noqa: S301 # nosemgrep # type: ignore\n";
    let plain = Folder::new();
    plain.write("repo/src/keys.py", &secret);
    plain.write("repo/src/load.py", risky);
    for (path, text) in [
        (".ignore", "*\n"),
        (".rgignore", "*\n"),
        (".gitignore", "*\n"),
        (".highroadignore", "*\n"),
        (".gitattributes", "* binary -diff linguist-generated linguist-vendored\n"),
        ("src/.ignore", "*\n"),
        (".gitleaksignore", "*\n"),
        (".secrets.baseline", "{\"results\": {\"src/keys.py\": [{\"line_number\": 1}]}}\n"),
    ] {
        plain.write(&format!("repo/{path}"), text);
    }
    // Git tracks what was added by force, whatever the ignore file says.
    let repo = plain.join("repo");
    support::git(&repo, &["init", "-q", "-b", "main"]);
    support::git(&repo, &["add", "-A", "-f"]);
    support::git(&repo, &["commit", "-q", "-m", "work"]);
    let said = Said::of(&plain.highroad(&["check", "repo", "--format", "json"]));
    assert_eq!(said.code, 1);
    for (guardrail, path) in [("secret", "src/keys.py"), ("unsafe-deserialization", "src/load.py")] {
        assert!(
            said.findings.iter().any(|found| found.guardrail == guardrail && found.path == path),
            "{guardrail} is blind: {:?}",
            said.findings
        );
    }
}

/// The body of a token with its checksum.
fn checked(body: &str) -> String {
    format!("{body}{}", seeded::base62(seeded::crc32(body.as_bytes()), 6))
}
