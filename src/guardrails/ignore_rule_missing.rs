//! `ignore-rule-missing`: git or a build may take in what must stay out.

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::finding::{Change, Finding, Place, Safety};
use super::governance_files::text_of;
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::pristine::{changed, pristine};
use super::road_example::{CONFIG, LOCK, file, file_with};
use super::safeguards::{bare, line_with};
use crate::repo::config::Level;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "secrets, data or models are no longer ignored",
        level: Level::Warn,
        why: "What git ignores cannot be committed by mistake. `git add .` takes in everything else.",
        attack: "Somebody tidies `.gitignore` up and the line `.env` goes. A week later a colleague types `git add .` in a hurry, and the key of the data store is on the server.",
        fix: "Put the line back at the end of `.gitignore`, as `.env` or `*.pem`.",
        automatic: "Adds a line that is missing at the end of `.gitignore`. A line whose place matters, such as `.env.*` before `!.env.example`, is yours to put back.",
        standards: &["ATLAS AML.T0055"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a list without `.env`",
                files: &[LOCK, CONFIG, (".gitignore", Content::Made { is: "without `.env`", bytes: no_env })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a later line that takes it back",
                files: &[LOCK, CONFIG, (".gitignore", Content::Made { is: "with `!*.pem` at its end", bytes: negated })],
            },
            Example { verdict: Verdict::Bad, shows: "no list at all", files: &[LOCK, CONFIG] },
            Example {
                verdict: Verdict::Good,
                shows: "the list as it came",
                files: &[LOCK, CONFIG, (".gitignore", Content::Made { is: "a new list", bytes: full })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "another wording that ignores as much",
                files: &[LOCK, CONFIG, (".gitignore", Content::Made { is: "`.env*` for `.env` and `.env.*`", bytes: wider })],
            },
        ],
    },
    inspection: Inspection::whole(concerns, look),
};

const ID: &str = "ignore-rule-missing";
const GIT: &str = ".gitignore";
const BUILD: &str = ".dockerignore";

fn concerns(path: &str) -> bool {
    path == GIT || path == BUILD
}

fn look(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    judge(context, GIT, sink);
    judge(context, BUILD, sink);
}

fn judge(context: &Context<'_>, path: &str, sink: &mut Sink) {
    let Some(lock) = context.lock else { return };
    if !lock.file.iter().any(|file| file.path == path) {
        return;
    }
    let (before, now) = if context.snapshot.has(path) {
        let Some(pair) = changed(context, path).zip(text_of(context.snapshot, path)) else { return };
        pair
    } else if path == BUILD {
        // A missing managed file is drift, and a build without the list takes in everything.
        return;
    } else {
        let Some(made) = pristine(context) else { return };
        let Some(file) = made.tree.get(path) else { return };
        (String::from_utf8_lossy(&file.bytes).into_owned(), String::new())
    };
    let (was, is) = (matcher(&before), matcher(&now));
    let rules: Vec<&str> = before.lines().map(bare).filter(|rule| guards(rule, path)).collect();
    let missing: Vec<(&str, String)> = rules
        .into_iter()
        .filter_map(|rule| {
            samples(rule, path).into_iter().find(|sample| ignores(&was, sample) && !ignores(&is, sample)).map(|sample| (rule, sample))
        })
        .collect();
    if missing.is_empty() {
        return;
    }
    let exception = now.lines().map(bare).find(|line| line.starts_with("!.env"));
    let how = |rule: &str| match exception {
        Some(exception) if rule.starts_with(".env.") => {
            format!("Put the line `{rule}` back in `{path}` above `{exception}`, which has to follow it")
        }
        Some(_) | None => format!("Put the line `{rule}` back at the end of `{path}`"),
    };
    // One finding for a list that lost everything; one for each line otherwise.
    if now.trim().is_empty() || missing.len() > 8 {
        let lines: Vec<String> = missing.iter().map(|(rule, _)| (*rule).to_owned()).collect();
        let what = format!("`{path}` no longer keeps out {} kinds of files, `{}` among them", lines.len(), lines[0]);
        let finding = Finding::new(ID, Place::file(path), what, "Put the lines of the road back").key("all");
        sink.report(if path == GIT {
            finding.fix(Safety::Safe, "add the lines that are missing", vec![Change::Append { path: path.to_owned(), lines }])
        } else {
            finding
        });
        return;
    }
    for (rule, sample) in missing {
        let back = now.lines().map(bare).find(|line| line.starts_with('!') && matcher(line).matched(sample.as_str(), false).is_whitelist());
        let line = back.map_or(0, |line| line_with(&now, line));
        let place = if line == 0 { Place::file(path) } else { Place::line(path, line) };
        let what = match back {
            Some(line) => format!("`{line}` takes back that `{rule}` is kept out"),
            None => format!("`{path}` no longer keeps out `{rule}`"),
        };
        let finding = Finding::new(ID, place, what, how(rule)).key(rule);
        // A line at the end would also take in what a `!` line before it lets through.
        let plain = path == GIT && back.is_none() && !rule.starts_with(".env.");
        sink.report(if plain {
            finding.fix(Safety::Safe, format!("add `{rule}`"), vec![Change::Append { path: path.to_owned(), lines: vec![rule.to_owned()] }])
        } else {
            finding
        });
    }
}

/// Whether a rule keeps secrets, models or data out; the others are for tidiness.
fn guards(rule: &str, path: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "pem",
        "key",
        "p12",
        "pfx",
        "bin",
        "ckpt",
        "gguf",
        "joblib",
        "keras",
        "onnx",
        "pb",
        "pickle",
        "pkl",
        "pt",
        "pth",
        "safetensors",
        "skops",
        "tflite",
        "arrow",
        "avro",
        "db",
        "feather",
        "h5",
        "hdf5",
        "npy",
        "npz",
        "parquet",
        "sqlite",
        "sqlite3",
        "tfrecord",
        "7z",
        "tar",
        "tgz",
        "zip",
    ];
    if rule.is_empty() || rule.starts_with('!') {
        return false;
    }
    let core = rule.trim_start_matches("**/").trim_matches('/');
    let ending = core.strip_prefix("*.").map(|ending| ending.trim_end_matches(".*"));
    core.starts_with(".env")
        || matches!(core, "artifacts" | "audit" | "data/local" | "secrets" | "keys")
        || ending.is_some_and(|ending| ENDINGS.contains(&ending))
        || (path == BUILD && core == "*")
}

/// Returns paths that a rule is there for.
fn samples(rule: &str, path: &str) -> Vec<String> {
    let core = rule.trim_start_matches("**/");
    let anchored = core.trim_end_matches('/').contains('/');
    let name = core.trim_matches('/').replace('*', "x");
    if core == "*" {
        return vec![".env".into(), "data/x.csv".into(), "tests/x.py".into(), "artifacts/x.bin".into(), ".git/config".into()];
    }
    let mut out = vec![if core.ends_with('/') { format!("{name}/x.txt") } else { name.clone() }];
    if !anchored && !core.ends_with('/') {
        out.push(format!("{}/{name}", if path == BUILD { "src/deep" } else { "data" }));
    }
    out
}

fn matcher(text: &str) -> Gitignore {
    let mut builder = GitignoreBuilder::new("");
    for line in text.lines().take(10_000) {
        // A line that is no pattern ignores nothing.
        let _ = builder.add_line(None, line);
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

fn ignores(matcher: &Gitignore, path: &str) -> bool {
    matcher.matched_path_or_any_parents(path, false).is_ignore()
}

fn no_env() -> Vec<u8> {
    file_with(GIT, "\n.env\n", "\n")
}

fn negated() -> Vec<u8> {
    let mut text = file(GIT);
    text.push_str("!*.pem\n");
    text.into_bytes()
}

fn full() -> Vec<u8> {
    file(GIT).into_bytes()
}

fn wider() -> Vec<u8> {
    file(GIT).replace("\n.env\n.env.*\n", "\n.env*\n").into_bytes()
}
