//! A preview as one page for a browser: nothing is loaded, nothing is run, and every text is escaped.

use std::fmt::Write as _;

use super::road_preview::{Preview, Repository};
use super::road_preview_text::states;
use crate::base::words::counted;

/// Colours have a contrast of at least 4.5 to 1 on their ground (WCAG 2.2, 1.4.3); a state is told by its word as well.
const STYLE: &str = "
:root { color-scheme: light dark; --ink: #1c1f23; --ground: #fff; --line: #d5d9de; --soft: #f4f6f8; --calm: #545d68; --good: #116329; --bad: #a40e26; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --ground: #15181c; --line: #3a4048; --soft: #1e2227; --calm: #a0a9b4; --good: #57ca76; --bad: #ff8190; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; } .calm { color: var(--calm); }
ul.counts { list-style: none; display: flex; flex-wrap: wrap; gap: .75rem; padding: 0; margin: 1.25rem 0; }
ul.counts li { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .9rem; background: var(--soft); min-width: 8rem; }
ul.counts b { display: block; font-size: 1.6rem; line-height: 1.2; }
.bar { print-color-adjust: exact; -webkit-print-color-adjust: exact; display: flex; height: .75rem; border-radius: .4rem; overflow: hidden; border: 1px solid var(--line); }
.bar span { display: block; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; } th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
.wide { width: 30%; } .kind { width: 9.5rem; } .version { width: 6.5rem; } .number { width: 4.5rem; } .shared { width: 8rem; } .guard { width: 16rem; }
th { white-space: nowrap; font-weight: 600; background: var(--soft); } td.number { text-align: right; font-variant-numeric: tabular-nums; } td.version { white-space: nowrap; }
code { font: .9em ui-monospace, monospace; } .clean { color: var(--good); } .conflict, .regress, .could-not { color: var(--bad); } .up-to-date, .not-on-road { color: var(--calm); }
.bar .clean { background: var(--good); } .bar .conflict, .bar .regress, .bar .could-not { background: var(--bad); } .bar .up-to-date, .bar .not-on-road { background: var(--line); }
details ul { margin: .25rem 0; padding-left: 1.2rem; } summary { cursor: pointer; }
@media print { body { max-width: none; margin: 0; font-size: 10pt; } tr, ul.counts li { break-inside: avoid; } h2 { break-after: avoid; } thead { display: table-header-group; } a { color: inherit; } }
";

/// What tells a page of a preview from other files; it stands near the beginning.
pub const MARK: &str = "<meta name=\"generator\" content=\"highroad road preview\">";

/// Writes the page.
pub fn page(preview: &Preview) -> String {
    let to = preview.to.as_ref().map_or_else(|| "the newest of each channel".to_owned(), |to| escape(to));
    let road = escape(&preview.road);
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{MARK}\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>Preview of road {road}, to {to}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <h1>Preview of road {road}</h1>\n<p>What an upgrade to {to} would do to {}, as they lay there on {}. Nothing was written in them.</p>\n",
        counted(preview.counts.all, "repository", "repositories"),
        escape(&preview.day)
    );
    out.push_str("<ul class=\"counts\">\n");
    for (state, words, count) in states(preview) {
        let _ = writeln!(out, "<li class=\"{state}\"><b>{count}</b>{state}<br><small>{words}</small></li>");
    }
    out.push_str("</ul>\n<div class=\"bar\" aria-hidden=\"true\">");
    for (state, _, count) in states(preview).into_iter().filter(|(_, _, count)| *count > 0) {
        let _ = write!(out, "<span class=\"{state}\" style=\"flex:{count}\"></span>");
    }
    out.push_str("</div>\n");
    if !preview.common.is_empty() {
        out.push_str("<h2>In common</h2>\n<table>\n<thead><tr><th class=\"shared\">repositories</th><th class=\"guard\">what</th><th>file</th></tr></thead>\n<tbody>\n");
        for one in &preview.common {
            let (count, what, path) = (one.repositories, escape(&one.what), path(&one.path));
            let _ = writeln!(out, "<tr><td class=\"number\">{count}</td><td>{what}</td><td><code>{path}</code></td></tr>");
        }
        out.push_str("</tbody>\n</table>\n");
    }
    for (state, words, count) in states(preview).into_iter().filter(|(_, _, count)| *count > 0) {
        let _ = write!(
            out,
            "<h2 class=\"{state}\">{state} ({count}): {words}</h2>\n<table>\n<thead><tr><th class=\"wide\">repository</th><th class=\"kind\">kind</th><th class=\"version\">from</th><th class=\"version\">to</th><th class=\"number\">files</th><th>what</th></tr></thead>\n<tbody>\n"
        );
        for repository in preview.repositories.iter().filter(|repository| repository.status == state) {
            row(repository, &mut out);
        }
        out.push_str("</tbody>\n</table>\n");
    }
    for note in &preview.notes {
        let _ = writeln!(out, "<p class=\"calm\">{}</p>", prose(note));
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn row(repository: &Repository, out: &mut String) {
    let text = |value: &Option<String>| value.as_deref().map(escape).unwrap_or_default();
    let _ = write!(
        out,
        "<tr><td><code>{}</code></td><td>{}</td><td class=\"version\">{}</td><td class=\"version\">{}</td><td class=\"number\">{}</td><td>{}",
        path(&repository.path),
        text(&repository.kind),
        text(&repository.from),
        text(&repository.to),
        repository.files,
        repository.why.as_deref().map(prose).unwrap_or_default()
    );
    let conflicts = repository.conflicts.iter().map(|path| format!("conflict in <code>{}</code>", self::path(path)));
    let new = repository.new.iter().map(|finding| {
        let place = if finding.line == 0 { finding.path.clone() } else { format!("{}:{}", finding.path, finding.line) };
        format!("{} <b>{}</b> <code>{}</code>: {}", escape(&finding.level), escape(&finding.guardrail), path(&place), prose(&finding.what))
    });
    let details: Vec<String> = conflicts.chain(new).collect();
    if !details.is_empty() {
        let open = if repository.status == "clean" { "" } else { " open" };
        let _ = write!(out, "<details{open}><summary>{} to look at</summary><ul>", details.len());
        for detail in details {
            let _ = write!(out, "<li>{detail}</li>");
        }
        out.push_str("</ul></details>");
    }
    if repository.settled > 0 {
        let _ = write!(out, "<p class=\"calm\">findings that would be gone: {}</p>", repository.settled);
    }
    if repository.not_checked > 0 {
        let _ = write!(out, "<p class=\"calm\">files that could not be checked: {}</p>", repository.not_checked);
    }
    out.push_str("</td></tr>\n");
}

/// Escapes a path; a line of it may end behind a slash.
fn path(text: &str) -> String {
    escape(text).replace('/', "/<wbr>")
}

/// Escapes prose, in which what stands between backticks is code.
fn prose(text: &str) -> String {
    let parts: Vec<String> = escape(text).split('`').map(str::to_owned).collect();
    let paired = parts.len() % 2 == 1;
    let part = |(at, part): (usize, &String)| match at % 2 {
        1 if paired => format!("<code>{part}</code>"),
        1 => format!("`{part}"),
        _ if at > 0 && !paired => format!("`{part}"),
        _ => part.clone(),
    };
    parts.iter().enumerate().map(part).collect()
}

/// Escapes a text for element content and quoted attributes; control and direction characters are written out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in crate::base::diagnostic::printable(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_every_text_of_a_repository() {
        let evil = "<script>alert('x')</script>\"&\u{202e}";
        let repository = Repository {
            path: evil.into(),
            status: "conflict".into(),
            why: Some(evil.into()),
            kind: Some(evil.into()),
            conflicts: vec![evil.into()],
            ..Repository::default()
        };
        let mut preview = Preview {
            road: evil.into(),
            to: Some(evil.into()),
            repositories: vec![repository],
            notes: vec![evil.into()],
            ..Preview::default()
        };
        preview.counts.conflict = 1;
        let page = page(&preview);
        assert!(!page.contains("<script") && !page.contains('\u{202e}'), "{page}");
        // The road and the version twice each; the note, the path, the kind, the reason and the conflict once.
        assert_eq!(page.matches("&lt;script&gt;").count(), 9);
        assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("src="), "{page}");
    }
}
