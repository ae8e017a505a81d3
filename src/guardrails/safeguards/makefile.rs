//! What the Makefile of a project no longer does.

use std::collections::BTreeMap;

use super::{Loss, bare};

/// Targets that guard; the others are conveniences.
const GUARDS: &[&str] = &[
    "setup",
    "lint",
    "type",
    "test",
    "redteam",
    "security",
    "lock",
    "sbom",
    "image",
    "train",
    "evaluate",
    "require-venv",
    "require-security",
    ".PHONY",
];

#[derive(Default)]
struct Target<'a> {
    line: usize,
    needs: Vec<&'a str>,
    recipe: Vec<&'a str>,
}

/// Returns what the guarding targets have lost.
pub fn lost(before: &str, now: &str) -> Vec<Loss> {
    let (before, now) = (targets(before), targets(now));
    let mut out = Vec::new();
    for (name, was) in before.iter().filter(|(name, _)| GUARDS.contains(name)) {
        let Some(is) = now.get(name) else {
            out.push(Loss::new(0, *name, format!("`make {name}` is gone"), format!("Put the target `{name}` back as the road wrote it")));
            continue;
        };
        for need in was.needs.iter().filter(|need| !is.needs.contains(need)) {
            let what = if *name == ".PHONY" {
                format!("`{need}` is not in `.PHONY`, so a file or folder of that name makes `make {need}` do nothing")
            } else {
                format!("`make {name}` no longer needs `{need}`")
            };
            if *name != ".PHONY" || GUARDS.contains(need) {
                out.push(Loss::new(is.line, format!("{name} {need}"), what, format!("Put `{need}` back on the line of `{name}`")));
            }
        }
        for command in was.recipe.iter().filter(|command| !is.recipe.contains(command)) {
            let softened = is.recipe.iter().any(|line| line.contains(command.trim_start_matches('@')));
            let what = if softened {
                format!("`make {name}` no longer fails when `{}` does", shown(command))
            } else {
                format!("`make {name}` no longer runs `{}`", shown(command))
            };
            out.push(Loss::new(is.line, format!("{name} {}", shown(command)), what, format!("Put back `{}`", shown(command))));
        }
        for command in is.recipe.iter().filter(|command| !was.recipe.contains(command)) {
            if ["|| true", "|| :", "; true", "exit 0"].iter().any(|soft| command.contains(soft))
                && !out.iter().any(|loss| loss.line == is.line)
            {
                out.push(Loss::new(
                    is.line,
                    format!("{name} soft"),
                    format!("`make {name}` ends well whatever happens: `{}`", shown(command)),
                    "Let the command fail",
                ));
            }
        }
    }
    out
}

fn shown(command: &str) -> String {
    command.trim_start_matches(['@', '-']).chars().take(80).collect()
}

/// Returns the targets with what they need and run. A later recipe of the same name is the one that runs.
fn targets(text: &str) -> BTreeMap<&str, Target<'_>> {
    let mut out: BTreeMap<&str, Target<'_>> = BTreeMap::new();
    let mut open: Vec<&str> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if let Some(command) = line.strip_prefix('\t') {
            for name in &open {
                if let Some(target) = out.get_mut(name)
                    && !command.trim().is_empty()
                {
                    target.recipe.push(command.trim());
                }
            }
            continue;
        }
        let line = bare(line);
        let Some((names, needs)) = line.split_once(':').filter(|(names, needs)| !needs.starts_with('=') && !names.contains('=')) else {
            if !line.is_empty() {
                open.clear();
            }
            continue;
        };
        open = names.split_whitespace().collect();
        for name in &open {
            let target = out.entry(name).or_default();
            target.line = at + 1;
            target.needs.extend(needs.trim_start_matches(':').split_whitespace());
            target.recipe.clear();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_what_a_target_no_longer_does() {
        let before = "security: require-venv ## Run\n\t@security/run.sh\n\nhelp:\n\techo\n\n.PHONY: help security\n";
        assert!(lost(before, before).is_empty());
        assert_eq!(lost(before, "help:\n\techo\n.PHONY: help security\n").len(), 1);
        let soft = lost(before, &before.replace("@security/run.sh", "-@security/run.sh"));
        assert!(soft[0].what.contains("no longer fails"), "{soft:?}");
        assert_eq!(lost(before, &before.replace(": require-venv", ":"))[0].key, "security require-venv");
        assert_eq!(lost(before, &before.replace(" security\n", "\n"))[0].key, ".PHONY security");
        assert!(lost(before, &before.replace("echo", "printf")).is_empty());
    }
}
