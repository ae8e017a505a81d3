//! Settings that a project loosened.

use super::{Loss, line_with};

/// Numbers that guard when they are high; the others are named by their beginning.
const FLOORS: &[&str] = &["min_accuracy", "min_support", "hardening_step", "test_fraction"];
/// Beginnings of numbers that guard when they are low.
const CEILINGS: &[&str] =
    &["max_", "requests_per_minute", "tokens_per_hour", "approval_minutes", "passages", "timeout_seconds", "request_timeout_seconds"];
/// Numbers of quality: a looser one is a decision of the team.
const GATES: &[&str] = &["min_accuracy", "min_support", "hardening_step", "max_suspect_labels"];

/// How many times looser a limit is when it is none any more.
const FAR: f64 = 4.0;

/// Returns the settings that guard less than those of the road.
pub fn lost(before: &str, now: &str) -> Vec<Loss> {
    let Ok(before) = before.parse::<toml::Table>() else { return Vec::new() };
    let Ok(settings) = now.parse::<toml::Table>() else {
        return vec![Loss::new(0, "settings", "the settings cannot be read any more", "correct the TOML")];
    };
    let mut out = Vec::new();
    compare("", &before, &settings, now, &mut out, 0);
    out
}

fn compare(at: &str, before: &toml::Table, now: &toml::Table, text: &str, out: &mut Vec<Loss>, depth: usize) {
    if depth > 6 {
        return;
    }
    for (key, was) in before {
        let name = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
        let line = line_with(text, &format!("{key} ="));
        let is = now.get(key);
        let mut lose = |what: String, advice: bool| {
            let loss = Loss::new(line, name.clone(), what, format!("Set `{key} = {}` again", shown(was)));
            out.push(if advice { loss.advice() } else { loss });
        };
        match (was, is) {
            (toml::Value::Table(was), Some(toml::Value::Table(is))) => compare(&name, was, is, text, out, depth + 1),
            (toml::Value::Table(was), None) => compare(&name, was, &toml::Table::new(), text, out, depth + 1),
            (toml::Value::Array(was), Some(toml::Value::Array(is))) => lists(&name, was, is, text, out, depth),
            (_, Some(is)) if was == is => {}
            (toml::Value::Boolean(true), Some(toml::Value::Boolean(false))) => lose(format!("`{name}` was switched off"), false),
            (toml::Value::String(was), Some(toml::Value::String(is))) => {
                let looser = match was.as_str() {
                    "required" => is != "required",
                    "approval" => is == "auto",
                    "deny" => is != "deny",
                    "untrusted" => is != "untrusted",
                    "127.0.0.1" => is == "0.0.0.0" || is == "::",
                    _ => false,
                };
                if looser {
                    lose(format!("`{name}` is `{is}` instead of `{was}`"), false);
                }
            }
            (was, Some(is)) => {
                let (Some(was), Some(is)) = (number(was), number(is)) else { continue };
                let floor = FLOORS.contains(&key.as_str());
                let ceiling = !floor && CEILINGS.iter().any(|begin| key.starts_with(begin)) && key != "max_iterations";
                if (floor && is < was) || (ceiling && is > was) {
                    // Somewhat more is a matter of taste; several times as much, or none at all, is no limit.
                    let far = if floor { is * FAR < was } else { is > was * FAR };
                    lose(format!("`{name}` is {is} instead of {was}, so it guards less"), !far && !GATES.contains(&key.as_str()));
                }
            }
            (was, None)
                if number(was).is_some() && (FLOORS.contains(&key.as_str()) || CEILINGS.iter().any(|begin| key.starts_with(begin))) =>
            {
                lose(format!("`{name}` is gone"), false)
            }
            (toml::Value::Boolean(true), None) => lose(format!("`{name}` is gone"), false),
            (_, None) => {}
        }
    }
}

/// Compares lists of tables by their name, and looks for a star that lets everything in.
fn lists(name: &str, was: &[toml::Value], is: &[toml::Value], text: &str, out: &mut Vec<Loss>, depth: usize) {
    let id = |row: &toml::Value| row.get("dataset").or_else(|| row.get("name")).and_then(toml::Value::as_str).map(str::to_owned);
    for row in was.iter().filter_map(toml::Value::as_table) {
        let same = is.iter().find(|other| id(other).is_some() && id(other) == id(&toml::Value::Table(row.clone())));
        if let Some(other) = same.and_then(toml::Value::as_table) {
            compare(name, row, other, text, out, depth + 1);
        }
    }
    if is.iter().any(|item| item.as_str() == Some("*")) && !was.iter().any(|item| item.as_str() == Some("*")) {
        let key = name.rsplit('.').next().unwrap_or(name);
        out.push(Loss::new(line_with(text, &format!("{key} =")), name, format!("`{name}` lets everything in"), "name what may pass"));
    }
    if was.len() > is.len() && name.ends_with("known_risks") {
        let (what, how) = ("a known risk of the model is not told any more", "Put it back, or write why it is gone");
        let loss = Loss::new(line_with(text, "known_risks"), name, what, how);
        out.push(if is.is_empty() { loss } else { loss.advice() });
    }
}

fn number(value: &toml::Value) -> Option<f64> {
    match value {
        toml::Value::Integer(number) => Some(*number as f64),
        toml::Value::Float(number) => Some(*number),
        toml::Value::String(_) | toml::Value::Boolean(_) | toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => None,
    }
}

fn shown(value: &toml::Value) -> String {
    value.to_string().chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_which_way_a_setting_guards() {
        let before = "min_accuracy = 0.9\nmax_suspect_labels = 0.15\nlog = 3\n[tools.permissions]\nroom = \"approval\"\n[guard]\nredact = true\nhosts = []\n";
        let keys = |now: &str| lost(before, now).into_iter().map(|loss| loss.key).collect::<Vec<_>>();
        assert!(keys(before).is_empty());
        assert!(keys(&before.replace("0.9", "0.95").replace("0.15", "0.1").replace("log = 3", "log = 9")).is_empty());
        assert_eq!(keys(&before.replace("0.9", "0.5")), ["min_accuracy"]);
        assert_eq!(keys(&before.replace("0.15", "1.0")), ["max_suspect_labels"]);
        assert_eq!(keys(&before.replace("approval", "auto")), ["tools.permissions.room"]);
        assert_eq!(keys(&before.replace("true", "false").replace("[]", "[\"*\"]")), ["guard.redact", "guard.hosts"]);
    }
}
