//! `update-bot-missing`: nobody proposes updates, or a bad release is taken on its first day.

use super::finding::{Finding, Place};
use super::governance_files::text_of;
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::pristine::changed;
use super::road_example::{CONFIG, LOCK, file, file_with};
use super::safeguards::line_with;
use crate::formats::yaml::{self, Node};
use crate::repo::config::Level;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "no update bot, or one that takes releases on their first day",
        level: Level::Warn,
        why: "Pins protect only while somebody moves them. A waiting time lets others find a malicious release first: most are withdrawn within a week.",
        attack: "The account of a maintainer is stolen and a release with a stealer goes out at night. A bot without a waiting time proposes it an hour later, the tests are green, \
                 and it is merged before the release is withdrawn.",
        fix: "Keep `.github/dependabot.yml` with `cooldown: {default-days: 10}` for each ecosystem, or `renovate.json` with `\"minimumReleaseAge\": \"10 days\"`.",
        automatic: "",
        standards: &["SCORECARD Dependency-Update-Tool", "OWASP-ML ML06:2023"],
        examples: &[
            Example { verdict: Verdict::Bad, shows: "no bot on a road that has one", files: &[LOCK, CONFIG] },
            Example {
                verdict: Verdict::Bad,
                shows: "a waiting time that is gone",
                files: &[LOCK, CONFIG, (DEPENDABOT, Content::Made { is: "without `cooldown`", bytes: hasty })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "an ecosystem that nobody updates any more",
                files: &[LOCK, CONFIG, (DEPENDABOT, Content::Made { is: "without the actions", bytes: fewer })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "the bot as it came",
                files: &[LOCK, CONFIG, (DEPENDABOT, Content::Made { is: "as it came", bytes: full })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a longer waiting time",
                files: &[LOCK, CONFIG, (DEPENDABOT, Content::Made { is: "with 14 days", bytes: slower })],
            },
            Example { verdict: Verdict::Good, shows: "a project on no road", files: &[("a.py", Content::Text("a = 1\n"))] },
        ],
    },
    inspection: Inspection::whole(concerns, look),
};

const ID: &str = "update-bot-missing";
const DEPENDABOT: &str = ".github/dependabot.yml";
const RENOVATE: &str = "renovate.json";
/// Other places of the same two bots, which do as well.
const OTHERS: &[&str] = &[
    ".github/dependabot.yaml",
    ".github/renovate.json",
    ".github/renovate.json5",
    "renovate.json5",
    ".renovaterc",
    ".renovaterc.json",
    ".gitlab/renovate.json",
];

fn concerns(path: &str) -> bool {
    path == DEPENDABOT || path == RENOVATE || OTHERS.contains(&path)
}

fn look(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    let Some(lock) = context.lock else { return };
    for path in [DEPENDABOT, RENOVATE] {
        if !lock.file.iter().any(|file| file.path == path) {
            continue;
        }
        if !context.snapshot.has(path) {
            if ![DEPENDABOT, RENOVATE].iter().chain(OTHERS).any(|path| context.snapshot.has(path)) {
                sink.report(
                    Finding::new(
                        ID,
                        Place::file(path),
                        format!("`{path}` is missing, so nobody proposes updates"),
                        "Get it back from the history",
                    )
                    .key("missing"),
                );
            }
            continue;
        }
        let Some((before, now)) = changed(context, path).zip(text_of(context.snapshot, path)) else { continue };
        let losses = if path == DEPENDABOT { dependabot(&before, &now) } else { renovate(&before, &now) };
        match losses {
            None => sink.unscannable(path, "it cannot be read as the settings of a bot"),
            Some(losses) => {
                for (line, key, what, how) in losses {
                    let place = if line == 0 { Place::file(path) } else { Place::line(path, line) };
                    sink.report(Finding::new(ID, place, what, how).key(key));
                }
            }
        }
    }
}

type Losses = Vec<(usize, String, String, String)>;

fn dependabot(before: &str, now: &str) -> Option<Losses> {
    let (was, is) = (yaml::parse(before).ok()?, yaml::parse(now).ok()?);
    let entries = |documents: &[Node]| -> Vec<(String, Node)> {
        let updates = documents.first().and_then(|root| root.get("updates")).map_or(&[][..], Node::items);
        let name = |entry: &Node| entry.get("package-ecosystem").and_then(Node::text).unwrap_or_default().to_owned();
        updates.iter().map(|entry| (name(entry), entry.clone())).collect()
    };
    let is = entries(&is);
    let mut out = Losses::new();
    for (ecosystem, was) in entries(&was) {
        let line = line_with(now, &format!("package-ecosystem: {ecosystem}"));
        let Some((_, other)) = is.iter().find(|(other, _)| *other == ecosystem) else {
            out.push((
                0,
                ecosystem.clone(),
                format!("nobody proposes updates of `{ecosystem}` any more"),
                format!("Put the entry of `{ecosystem}` back"),
            ));
            continue;
        };
        let days = |node: &Node, key: &str| node.at(&["cooldown", key]).and_then(Node::text).and_then(|days| days.parse::<u32>().ok());
        let wanted = days(&was, "default-days").unwrap_or(0);
        let least =
            ["default-days", "semver-major-days", "semver-minor-days", "semver-patch-days"].iter().filter_map(|key| days(other, key)).min();
        if days(other, "default-days").is_none() || least.is_none_or(|least| least < wanted) {
            out.push((
                line,
                format!("{ecosystem} cooldown"),
                format!("updates of `{ecosystem}` no longer wait {wanted} days"),
                format!("Write `cooldown:` with `default-days: {wanted}`"),
            ));
        }
        if other.at(&["cooldown", "exclude"]).is_some() && was.at(&["cooldown", "exclude"]).is_none() {
            out.push((
                line,
                format!("{ecosystem} exclude"),
                format!("some packages of `{ecosystem}` do not wait"),
                "Take `exclude` away".to_owned(),
            ));
        }
        if other.at(&["schedule", "interval"]).and_then(Node::text) != was.at(&["schedule", "interval"]).and_then(Node::text)
            && !matches!(other.at(&["schedule", "interval"]).and_then(Node::text), Some("daily" | "weekly"))
        {
            out.push((
                line,
                format!("{ecosystem} schedule"),
                format!("updates of `{ecosystem}` are looked for less often than each week"),
                "Write `interval: weekly`".to_owned(),
            ));
        }
        if other.get("open-pull-requests-limit").and_then(Node::text) == Some("0") {
            out.push((
                line,
                format!("{ecosystem} limit"),
                format!("updates of `{ecosystem}` are switched off by a limit of 0"),
                "Write a limit of 5".to_owned(),
            ));
        }
        if other.get("directory").and_then(Node::text) != was.get("directory").and_then(Node::text) && other.get("directories").is_none() {
            out.push((
                line,
                format!("{ecosystem} directory"),
                format!("updates of `{ecosystem}` look into another folder"),
                "Set `directory` as the road has it".to_owned(),
            ));
        }
        if other.get("ignore").is_some() && was.get("ignore").is_none() {
            out.push((
                line,
                format!("{ecosystem} ignore"),
                format!("some packages of `{ecosystem}` are never updated"),
                "Take `ignore` away, or name the versions and the reason".to_owned(),
            ));
        }
    }
    Some(out)
}

fn renovate(before: &str, now: &str) -> Option<Losses> {
    let (was, is): (serde_json::Value, serde_json::Value) = (serde_json::from_str(before).ok()?, serde_json::from_str(now).ok()?);
    let mut out = Losses::new();
    let days = |value: Option<&serde_json::Value>| value.and_then(serde_json::Value::as_str).map_or(0, age);
    for path in ["/minimumReleaseAge", "/vulnerabilityAlerts/minimumReleaseAge"] {
        let (wanted, found) = (days(was.pointer(path)), days(is.pointer(path)));
        if found < wanted {
            out.push((
                line_with(now, "minimumReleaseAge"),
                path.to_owned(),
                format!("updates wait {found} days instead of {wanted}"),
                format!("Write `\"minimumReleaseAge\": \"{wanted} days\"`"),
            ));
        }
    }
    for (path, wanted) in [("/pinDigests", true), ("/automerge", false), ("/vulnerabilityAlerts/enabled", true)] {
        let value = is.pointer(path).and_then(serde_json::Value::as_bool);
        let key = path.rsplit('/').next().unwrap_or(path);
        if was.pointer(path).and_then(serde_json::Value::as_bool) == Some(wanted) && value != Some(wanted) {
            out.push((
                line_with(now, &format!("\"{key}\"")),
                path.to_owned(),
                format!("`{key}` is not {wanted} any more"),
                format!("Write `\"{key}\": {wanted}`"),
            ));
        }
    }
    if is.get("enabled") == Some(&serde_json::Value::Bool(false)) {
        out.push((
            line_with(now, "\"enabled\""),
            "enabled".to_owned(),
            "the update bot is switched off".to_owned(),
            "Take `enabled` away".to_owned(),
        ));
    }
    if was.get("internalChecksFilter") != is.get("internalChecksFilter") {
        out.push((
            line_with(now, "internalChecksFilter"),
            "internalChecksFilter".to_owned(),
            "updates that have not waited are proposed all the same".to_owned(),
            "Write `\"internalChecksFilter\": \"strict\"`".to_owned(),
        ));
    }
    for key in ["enabledManagers", "extends", "schedule"] {
        let items = |value: &serde_json::Value| value.get(key).and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
        let left = items(&is);
        for item in items(&was).iter().filter(|item| !left.contains(item) && (!left.is_empty() || key != "enabledManagers")) {
            out.push((
                line_with(now, &format!("\"{key}\"")),
                format!("{key} {item}"),
                format!("`{key}` has lost {item}"),
                format!("Put {item} back"),
            ));
        }
    }
    let rules = |value: &serde_json::Value| value.get("packageRules").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    let known = rules(&was);
    for rule in rules(&is).iter().filter(|rule| !known.contains(rule)) {
        let hasty = rule
            .get("minimumReleaseAge")
            .and_then(serde_json::Value::as_str)
            .is_some_and(|text| age(text) < days(was.get("minimumReleaseAge")));
        let merges = rule.get("automerge") == Some(&serde_json::Value::Bool(true));
        let off = rule.get("enabled") == Some(&serde_json::Value::Bool(false)) && rule.get("matchUpdateTypes").is_none();
        if hasty || merges || off {
            out.push((
                line_with(now, "packageRules"),
                format!("rule {rule}").chars().take(60).collect(),
                "a rule lets some updates through at once, or never".to_owned(),
                "Take the rule away".to_owned(),
            ));
        }
    }
    Some(out)
}

/// Reads an age such as `10 days` or `2 weeks` in days.
fn age(text: &str) -> u32 {
    let mut words = text.split_whitespace();
    let number: u32 = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    match words.next().unwrap_or_default() {
        unit if unit.starts_with("day") => number,
        unit if unit.starts_with("week") => number.saturating_mul(7),
        unit if unit.starts_with("month") => number.saturating_mul(30),
        _ => 0,
    }
}

fn hasty() -> Vec<u8> {
    file_with(DEPENDABOT, "    cooldown:\n      default-days: 10\n", "")
}

fn fewer() -> Vec<u8> {
    file_with(DEPENDABOT, "package-ecosystem: github-actions", "package-ecosystem: npm")
}

fn full() -> Vec<u8> {
    file(DEPENDABOT).into_bytes()
}

fn slower() -> Vec<u8> {
    file_with(DEPENDABOT, "default-days: 10", "default-days: 14")
}
