//! What people read of `highroad road diff`: at the terminal, and as release notes in Markdown.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::road_diff::{Change, File, Pin, RoadDiff};
use super::tree::wrap;
use crate::base::diagnostic::printable;

const STRONG: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
/// How many lines of a section are shown at the terminal.
const MOST: usize = 30;

/// A heading with its points.
struct Section {
    title: String,
    points: Vec<String>,
}

fn sections(diff: &RoadDiff) -> Vec<Section> {
    let mut all = Vec::new();
    let mut add = |title: &str, points: Vec<String>| {
        if !points.is_empty() {
            all.push(Section { title: title.to_owned(), points });
        }
    };
    let effects = |class: &str| {
        diff.effects
            .iter()
            .filter(|effect| effect.class == class)
            .map(|effect| format!("{} {}", sentence(&effect.what), effect.why))
            .collect()
    };
    add("Breaking", effects("breaking"));
    add("To look at", effects("attention"));
    let (security, other): (Vec<&Change>, Vec<&Change>) = diff.changes.iter().partition(|change| change.security);
    add("Security", security.into_iter().map(change).collect());
    add("What changed, and why", other.into_iter().map(change).collect());
    let question = |question: &super::road_diff::Question| {
        format!("`{}` {}: {} ({})", question.key, question.change, question.what.join("; "), question.kinds.join(", "))
    };
    add("Questions", diff.questions.iter().map(question).collect());
    add("Guardrails", diff.guardrails.iter().map(|one| format!("`{}`: {} to {}", one.id, one.before, one.after)).collect());
    add("Done before the merge", diff.migrations.iter().map(|one| format!("{}: {}", one.what, one.why)).collect());
    add("Pins", diff.pins.iter().map(pin).collect());
    add("Files", diff.files.iter().map(file).collect());
    add("Changed without a reason", diff.unexplained.iter().map(|path| format!("`{path}`: no `[[change]]` speaks of it")).collect());
    add(
        "Reasons without a change",
        diff.without_effect.iter().map(|what| format!("{what} None of the files that it names differs.")).collect(),
    );
    add("Notes", diff.notes.iter().map(|note| sentence(note)).collect());
    all
}

/// Makes a sentence of a text: a capital, where it begins with a word and not with a name, and an end.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let mut out = chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect());
    if !out.trim_end_matches(['`', '"', ')']).ends_with(['.', '?', '!']) {
        out.push('.');
    }
    out
}

fn change(change: &Change) -> String {
    format!("{} {} ({})", change.what, change.why, change.version)
}

fn pin(pin: &Pin) -> String {
    let or = |text: &Option<String>, without: &str| text.as_ref().map_or_else(|| without.to_owned(), |text| format!("`{text}`"));
    format!("{} `{}`: {} to {}", pin.kind, pin.id, or(&pin.before, "nothing"), or(&pin.after, "nothing"))
}

fn file(file: &File) -> String {
    let mut text = match &file.from {
        Some(from) => format!("`{}` moved from `{from}`", file.path),
        None => format!("`{}` {}", file.path, file.change),
    };
    if file.change == "ownership" {
        let _ = write!(text, " {} to {}", file.ownership_before.as_deref().unwrap_or("none"), file.ownership.as_deref().unwrap_or("none"));
    }
    if file.cases < file.of {
        let _ = write!(text, ", in {} of {} sets of answers", file.cases, file.of);
    }
    text
}

/// What a class asks of people.
fn meaning(class: &str) -> &'static str {
    match class {
        "breaking" => "somebody has to act",
        "attention" => "somebody should look",
        _ => "nobody has to do anything",
    }
}

/// Release notes in Markdown.
pub fn markdown(diff: &RoadDiff) -> String {
    let mut out = format!("# Road {} {}\n\n", escape(&diff.road), escape(&diff.to.version));
    let _ = writeln!(out, "For a project on {}, class **{}**: {}.\n", escape(&diff.from.version), diff.class, meaning(&diff.class));
    for section in sections(diff) {
        let _ = writeln!(out, "## {}\n", section.title);
        for point in section.points {
            let _ = writeln!(out, "- {}", escape(&point));
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// Takes the meaning from what Markdown would read as HTML, a link or an image; code spans stay.
fn escape(text: &str) -> String {
    let mut out = String::new();
    let mut code = false;
    for c in printable(text).replace("\n     ", " ").chars() {
        match c {
            '`' => {
                code = !code;
                out.push(c);
            }
            '<' | '>' | '[' | ']' | '*' | '_' | '|' | '\\' if !code => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    if code {
        out.push('`');
    }
    out
}

/// The same at the terminal.
pub fn text(diff: &RoadDiff, width: usize) -> String {
    let style = if diff.class == "breaking" { BAD } else { GOOD };
    let mut out = format!(
        "{STRONG}Road {}: {} to {}{STRONG:#}\nclass {style}{}{style:#}: {}\n",
        printable(&diff.road),
        printable(&diff.from.version),
        printable(&diff.to.version),
        diff.class,
        meaning(&diff.class)
    );
    for section in sections(diff) {
        let style = if section.title == "Breaking" { BAD } else { STRONG };
        let _ = writeln!(out, "\n{style}{}{style:#}", section.title);
        for point in section.points.iter().take(MOST) {
            for (row, line) in wrap(&printable(point), width.saturating_sub(4).max(24)).iter().enumerate() {
                let _ = writeln!(out, "{}{line}", if row == 0 { "  - " } else { "    " });
            }
        }
        if section.points.len() > MOST {
            let _ = writeln!(out, "    and {} more; `--markdown` and `--json` have them all", section.points.len() - MOST);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_become_html_or_a_link() {
        assert_eq!(escape("a <b> [c](d) `e_*` f_g"), "a \\<b\\> \\[c\\](d) `e_*` f\\_g");
        assert_eq!(escape("`open"), "`open`");
    }
}
