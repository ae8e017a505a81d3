//! `weakened-lint`: the linter, the types or the tests judge less than the road set up.

use super::finding::{Finding, Place};
use super::governance_files::text_of;
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::pristine::changed;
use super::road_example::{CONFIG, LOCK, file, file_with};
use super::safeguards::line_with;
use super::silenced_scanners::{Silenced, is_silencer, silenced};
use crate::repo::config::Level;
use crate::repo::lock::Lock;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a linter, scanner or test suite judges less than the road set up",
        level: Level::Warn,
        why: "The security rules of the linter find `eval`, weak hashes and shell calls while the code is written. Switched off they find nothing, and the run stays green.",
        attack: "A rule complains about a call of the shell with a name from a request. Instead of the call the rule is changed: `S` goes from `select`. From then on nobody is told about any such call.",
        fix: "Put the rule back into `pyproject.toml`, and remove files such as `.gitleaks.toml` or `.trivyignore` that leave something out; where one line really has to break it, write `# noqa: RULE` there with the reason.",
        automatic: "",
        standards: &["SCORECARD SAST", "SCORECARD CI-Tests"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "security rules that are not selected any more",
                files: &[LOCK, CONFIG, ("pyproject.toml", Content::Made { is: "without `S`", bytes: no_s })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "types that are not strict any more",
                files: &[LOCK, CONFIG, ("pyproject.toml", Content::Made { is: "with `strict = false`", bytes: lax })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a file that takes the place of the settings",
                files: &[
                    LOCK,
                    CONFIG,
                    ("pyproject.toml", Content::Made { is: "as it came", bytes: full }),
                    ("ruff.toml", Content::Text("select = []\n")),
                ],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a file that lets a scanner pass over everything",
                files: &[
                    LOCK,
                    CONFIG,
                    ("pyproject.toml", Content::Made { is: "as it came", bytes: full }),
                    (".gitleaks.toml", Content::Text("[allowlist]\npaths = ['''.*''']\n")),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a scanner that looks for more, and an empty list",
                files: &[
                    LOCK,
                    CONFIG,
                    ("pyproject.toml", Content::Made { is: "as it came", bytes: full }),
                    (".gitleaks.toml", Content::Text("[[rules]]\nid = \"ours\"\nregex = \"OURS-[0-9]{12}\"\n")),
                    (".trivyignore", Content::Text("# nothing\n")),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "settings as they came",
                files: &[LOCK, CONFIG, ("pyproject.toml", Content::Made { is: "as it came", bytes: full })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "more rules, and one of style fewer",
                files: &[LOCK, CONFIG, ("pyproject.toml", Content::Made { is: "with `ANN`, and `E501` ignored", bytes: more })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a project on no road",
                files: &[("pyproject.toml", Content::Text("[tool.ruff.lint]\nselect = [\"E\"]\n"))],
            },
        ],
    },
    inspection: Inspection::whole(concerns, look),
};

const ID: &str = "weakened-lint";
const FILE: &str = "pyproject.toml";
/// Files that a tool reads instead of `pyproject.toml`.
const INSTEAD: &[(&str, &str)] = &[
    ("ruff.toml", "ruff"),
    (".ruff.toml", "ruff"),
    ("mypy.ini", "mypy"),
    (".mypy.ini", "mypy"),
    ("pytest.ini", "pytest"),
    (".pytest.ini", "pytest"),
    ("pytest.toml", "pytest"),
];
/// Rules of the linter that find mistakes; the others are style.
const SERIOUS: &[&str] = &["S", "B", "BLE", "PLE", "T10", "F", "ALL", "DTZ", "LOG"];

fn concerns(path: &str) -> bool {
    path == FILE || instead_of(path).is_some() || is_silencer(path)
}

/// Returns the tool that reads this file instead of `pyproject.toml`. Ruff takes the nearest one, in whatever folder.
fn instead_of(path: &str) -> Option<&'static str> {
    let name = path.rsplit('/').next().unwrap_or(path);
    INSTEAD.iter().find(|(other, _)| *other == name).map(|(_, tool)| *tool)
}

/// How many files beside the road's own are judged.
const MOST: usize = 200;

/// Files that came later and make a tool see less.
fn look_at_others(context: &Context<'_>, lock: &Lock, sink: &mut Sink) {
    let others = context.snapshot.entries().iter().filter(|entry| entry.is_file() && concerns(&entry.path) && entry.path != FILE);
    for entry in others.take(MOST) {
        let path = entry.path.as_str();
        if let Some(tool) = instead_of(path).filter(|_| !lock.file.iter().any(|file| file.path == path)) {
            let what = format!("`{path}` takes the place of the settings of {tool} in `{FILE}`");
            sink.report(Finding::new(ID, Place::file(path), what, format!("Move its settings into `{FILE}` and remove it")).key(path));
            continue;
        }
        // What the road wrote itself is as it should be, and what people changed in it is judged line by line elsewhere.
        if lock.file.iter().any(|file| file.path == path) {
            continue;
        }
        if let Some(Silenced { tool, line }) = silenced(context.snapshot, entry) {
            let what = format!("`{path}` keeps {tool} from seeing something");
            let how = "Take the file away; where one place really has to pass, write a waiver with a reason and an end";
            sink.report(Finding::new(ID, Place::line(path, line), what, how).key(path));
        }
    }
}

fn look(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    let Some(lock) = context.lock.filter(|lock| lock.file.iter().any(|file| file.path == FILE)) else { return };
    look_at_others(context, lock, sink);
    let Some((before, now)) = changed(context, FILE).zip(text_of(context.snapshot, FILE)) else { return };
    let Ok(was) = before.parse::<toml::Table>() else { return };
    let is: toml::Table = match now.parse() {
        Ok(table) => table,
        Err(error) => {
            sink.unscannable(FILE, format!("it is no TOML: {}", error.message()));
            return;
        }
    };
    let mut judge = Judge { was, is, text: &now, sink };
    judge.ruff();
    judge.mypy();
    judge.pytest();
    judge.scanners();
}

struct Judge<'a> {
    was: toml::Table,
    is: toml::Table,
    text: &'a str,
    sink: &'a mut Sink,
}

impl Judge<'_> {
    fn report(&mut self, near: &str, key: String, what: String, how: String, serious: bool) {
        let line = line_with(self.text, near);
        let place = if line == 0 { Place::file(FILE) } else { Place::line(FILE, line) };
        let finding = Finding::new(ID, place, what, how).key(key);
        self.sink.report(if serious { finding } else { finding.advice() });
    }

    fn words(table: &toml::Table, path: &[&str]) -> Vec<String> {
        let value = at(table, path);
        let items = value.and_then(toml::Value::as_array).map_or(&[][..], Vec::as_slice);
        let mut words: Vec<String> = items.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect();
        words.extend(
            value
                .and_then(toml::Value::as_str)
                .map(|text| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
                .unwrap_or_default(),
        );
        words
    }

    /// Items of a list that the road has and the project has not.
    fn gone(&self, path: &[&str]) -> Vec<String> {
        let is = Self::words(&self.is, path);
        Self::words(&self.was, path).into_iter().filter(|word| !is.contains(word)).collect()
    }

    /// Items of a list that only the project has.
    fn only_here(&self, path: &[&str]) -> Vec<String> {
        let was = Self::words(&self.was, path);
        Self::words(&self.is, path).into_iter().filter(|word| !was.contains(word)).collect()
    }

    fn ruff(&mut self) {
        let lint = ["tool", "ruff", "lint"];
        let select = [lint[0], lint[1], lint[2], "select"];
        let now: Vec<String> =
            ["select", "extend-select"].iter().flat_map(|key| Self::words(&self.is, &["tool", "ruff", "lint", key])).collect();
        for rule in self.gone(&select) {
            if !now.iter().any(|other| other == "ALL" || *other == rule) {
                self.report(
                    "select =",
                    format!("select {rule}"),
                    format!("the linter does not judge by `{rule}` any more"),
                    format!("Put `\"{rule}\"` back into `select`"),
                    is_serious(&rule),
                );
            }
        }
        for key in ["ignore", "extend-ignore", "unfixable"] {
            for rule in self.only_here(&["tool", "ruff", "lint", key]) {
                if key != "unfixable" && is_serious(&rule) {
                    self.report(
                        &format!("\"{rule}\""),
                        format!("ignore {rule}"),
                        format!("the linter ignores `{rule}`"),
                        format!("Take `\"{rule}\"` out of `{key}`"),
                        true,
                    );
                }
            }
        }
        for key in ["per-file-ignores", "extend-per-file-ignores"] {
            let path = ["tool", "ruff", "lint", key];
            let rules = at(&self.is, &path).and_then(toml::Value::as_table).cloned().unwrap_or_default();
            for (glob, _) in &rules {
                let path = ["tool", "ruff", "lint", key, glob.as_str()];
                for rule in self.only_here(&path).into_iter().filter(|rule| is_serious(rule)) {
                    self.report(
                        &format!("\"{glob}\""),
                        format!("{glob} {rule}"),
                        format!("the linter ignores `{rule}` in `{glob}`"),
                        format!("Take `\"{rule}\"` out of the line of `{glob}`"),
                        true,
                    );
                }
            }
        }
        for path in [&["tool", "ruff", "exclude"][..], &["tool", "ruff", "extend-exclude"], &["tool", "ruff", "lint", "exclude"]] {
            for glob in self.only_here(path) {
                self.report(
                    "exclude",
                    format!("ruff exclude {glob}"),
                    format!("the linter does not look at `{glob}`"),
                    format!("Take `{glob}` out of `exclude`"),
                    true,
                );
            }
        }
    }

    fn mypy(&mut self) {
        let was = at(&self.was, &["tool", "mypy"]).and_then(toml::Value::as_table).cloned().unwrap_or_default();
        let is = at(&self.is, &["tool", "mypy"]).and_then(toml::Value::as_table).cloned().unwrap_or_default();
        for (key, value) in &was {
            if value.as_bool() == Some(true) && is.get(key).and_then(toml::Value::as_bool) != Some(true) {
                self.report(
                    &format!("{key} ="),
                    format!("mypy {key}"),
                    format!("types are checked without `{key}`"),
                    format!("Write `{key} = true` under `[tool.mypy]`"),
                    true,
                );
            }
        }
        for (key, value) in &is {
            let loosens = value.as_bool() == Some(true) && (key.starts_with("ignore_") || key.starts_with("allow_"))
                || value.as_bool() == Some(false)
                    && (key.starts_with("disallow_") || key.starts_with("check_") || key.starts_with("warn_") || key.starts_with("strict"));
            if was.get(key) != Some(value)
                && (loosens || matches!(key.as_str(), "disable_error_code" | "exclude"))
                && was.get(key).and_then(toml::Value::as_bool) != Some(true)
            {
                self.report(
                    &format!("{key} ="),
                    format!("mypy {key}"),
                    format!("`{key}` makes the type check see less"),
                    format!("Take `{key}` away"),
                    true,
                );
            }
        }
        for key in ["files", "enable_error_code"] {
            for word in self.gone(&["tool", "mypy", key]) {
                self.report(
                    &format!("{key} ="),
                    format!("mypy {key} {word}"),
                    format!("the type check has lost `{word}`"),
                    format!("Put `\"{word}\"` back into `{key}`"),
                    true,
                );
            }
        }
        let overrides = |table: &toml::Table| table.get("overrides").and_then(toml::Value::as_array).cloned().unwrap_or_default();
        let known = overrides(&was);
        for row in overrides(&is).iter().filter(|row| !known.contains(row)) {
            let ignores = row.get("ignore_errors").and_then(toml::Value::as_bool) == Some(true);
            if ignores {
                self.report(
                    "ignore_errors",
                    "mypy ignore_errors".to_owned(),
                    "the type check ignores the errors of some modules".to_owned(),
                    "Take `ignore_errors` away".to_owned(),
                    true,
                );
            }
        }
    }

    fn pytest(&mut self) {
        let table = ["tool", "pytest"];
        for key in ["testpaths", "filterwarnings", "addopts"] {
            for word in self.gone(&[table[0], table[1], key]) {
                self.report(
                    &format!("{key} ="),
                    format!("pytest {key} {word}"),
                    format!("the tests run without `{word}` in `{key}`"),
                    format!("Put `{word}` back into `{key}`"),
                    true,
                );
            }
        }
        let was_strict = at(&self.was, &["tool", "pytest", "strict"]).and_then(toml::Value::as_bool);
        let is_strict = at(&self.is, &["tool", "pytest", "strict"]).and_then(toml::Value::as_bool);
        if was_strict == Some(true) && is_strict != Some(true) {
            self.report(
                "strict",
                "pytest strict".to_owned(),
                "the tests are not strict any more".to_owned(),
                "Write `strict = true` under `[tool.pytest]`".to_owned(),
                true,
            );
        }
        for path in [
            &["tool", "pytest", "addopts"][..],
            &["tool", "pytest", "ini_options", "addopts"],
            &["tool", "pytest", "ini_options", "testpaths"],
        ] {
            for word in self.only_here(path) {
                let hides = ["--ignore", "--deselect", "-k", "-m", "-p", "no:", "--co", "not ", "-x", "-W", "--maxfail", "--continue-on"]
                    .iter()
                    .any(|begin| word.starts_with(begin));
                if hides || path.contains(&"testpaths") {
                    self.report(
                        &word,
                        format!("pytest {word}"),
                        format!("`{word}` keeps tests from running"),
                        format!("Take `{word}` out of `addopts`"),
                        true,
                    );
                }
            }
        }
        for word in self.only_here(&["tool", "pytest", "filterwarnings"]).into_iter().filter(|word| word == "ignore" || word == "default") {
            self.report(
                "filterwarnings",
                format!("pytest warnings {word}"),
                "warnings of the tests are let through".to_owned(),
                format!("Take `\"{word}\"` out of `filterwarnings`"),
                true,
            );
        }
        for key in ["norecursedirs", "collect_ignore", "collect_ignore_glob"] {
            for word in self.only_here(&["tool", "pytest", key]) {
                self.report(
                    key,
                    format!("pytest {key} {word}"),
                    format!("the tests in `{word}` do not run"),
                    format!("Take it out of `{key}`"),
                    true,
                );
            }
        }
    }

    /// The tools that judge have to be installed, and to look at everything.
    fn scanners(&mut self) {
        for key in ["skips", "exclude_dirs", "exclude", "tests"] {
            for word in self.only_here(&["tool", "bandit", key]) {
                let (what, how) = (format!("bandit has `{word}` in `{key}`"), format!("Take it out of `{key}`"));
                self.report("[tool.bandit", format!("bandit {word}"), what, how, true);
            }
        }
        for group in ["dev", "security"] {
            let path = ["dependency-groups", group];
            let name = |word: &str| word.split(['>', '<', '=', '!', '~', '[', ';', ' ']).next().unwrap_or(word).to_owned();
            let left: Vec<String> = Self::words(&self.is, &path).iter().map(|word| name(word)).collect();
            for tool in Self::words(&self.was, &path).iter().map(|word| name(word)).filter(|tool| !left.contains(tool)) {
                self.report(
                    &format!("{group} ="),
                    format!("{group} {tool}"),
                    format!("`{tool}` is not among the tools of `{group}` any more"),
                    format!("Put `{tool}` back and run `make lock`"),
                    true,
                );
            }
        }
    }
}

fn is_serious(rule: &str) -> bool {
    let letters = rule.trim_end_matches(|c: char| c.is_ascii_digit());
    SERIOUS.contains(&letters) || rule == "T10" || rule == "T100"
}

fn at<'a>(table: &'a toml::Table, path: &[&str]) -> Option<&'a toml::Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(*key))
}

fn no_s() -> Vec<u8> {
    file_with(FILE, "    \"S\", # security\n", "")
}

fn lax() -> Vec<u8> {
    file_with(FILE, "[tool.mypy]\nstrict = true", "[tool.mypy]\nstrict = false")
}

fn full() -> Vec<u8> {
    file(FILE).into_bytes()
}

fn more() -> Vec<u8> {
    file(FILE).replace("\"A\", #", "\"ANN\",\n    \"A\", #").replace("ignore = [\n", "ignore = [\n    \"E501\",\n").into_bytes()
}
