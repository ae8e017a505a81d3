//! What the hooks of a template do, told from their text. They are never run.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

/// A hook and what it does.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Hook {
    /// Its path in the template's repository.
    pub(super) path: String,
    /// When the tool runs it, and what it does there.
    pub(super) what: String,
    /// The files and folders of the template that it names.
    pub(super) names: Vec<String>,
}

/// Returns when the tool runs the hook of this file name, or nothing where it is none (cookiecutter's `valid_hook`).
pub(super) fn moment(file_name: &str) -> Option<&'static str> {
    if file_name.ends_with('~') {
        return None;
    }
    match file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem) {
        "pre_prompt" => Some("before the first question"),
        "pre_gen_project" => Some("before the files are written"),
        "post_gen_project" => Some("after the files are written"),
        _ => None,
    }
}

/// Signs of a deed, and the words for it.
static DEEDS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (r"os\.(remove|unlink|rmdir|removedirs)\b|rmtree\(|\.unlink\(|\.rmdir\(|^\s*rm\s|remove_(file|dir|path)\w*\(", "removes files"),
        (r"shutil\.(move|copy\w*)\(|os\.(rename|replace)\(|\.rename\(|^\s*(mv|cp)\s", "moves or copies files"),
        (
            r#"open\([^)]*["'][wax]b?\+?["']|\.write_(text|bytes)\(|\.writelines?\(|\.write\(|json\.dump\(|makedirs\(|\.mkdir\(|\.touch\("#,
            "writes files",
        ),
        (r"subprocess|os\.(system|popen|exec\w*)\(|Popen\(|check_(call|output)\(", "runs programs"),
        (r"urllib|requests\.|http\.client|urlopen\(|socket\.|^\s*(curl|wget)\s", "uses the network"),
        (r"\brandom\b|\bsecrets\b|SystemRandom|uuid4?\b", "draws random values"),
        (r"sys\.exit\(|^\s*exit\s+[1-9]|\braise\s+\w", "stops where it does not like an answer or a machine"),
        (r"\bos\.environ\b|os\.getenv\(|getpass|platform\.", "looks at the machine"),
    ]
    .into_iter()
    .filter_map(|(pattern, words)| Regex::new(&format!("(?m){pattern}")).ok().map(|pattern| (pattern, words)))
    .collect()
});

/// Describes a hook. `paths` are the files of the template, without the folder that becomes the project.
pub(super) fn describe(path: &str, moment: &str, bytes: &[u8], paths: &BTreeSet<String>) -> Hook {
    let text = String::from_utf8_lossy(bytes);
    let script = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    let mut deeds: Vec<&str> = DEEDS.iter().filter(|(sign, _)| sign.is_match(&text)).map(|(_, words)| *words).collect();
    if matches!(script, "sh" | "bash" | "bat" | "ps1" | "") {
        deeds.insert(0, "runs commands of a shell");
    }
    let what =
        if deeds.is_empty() { format!("the tool runs it {moment}") } else { format!("the tool runs it {moment}: it {}", deeds.join(", ")) };
    Hook { path: path.to_owned(), what, names: named(&text, paths) }
}

/// The most names that are told of one hook.
const MOST: usize = 100;

/// Returns the paths among `paths`, or folders of them, that stand in quotes in `text`.
fn named(text: &str, paths: &BTreeSet<String>) -> Vec<String> {
    static QUOTED: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"'([^'\n]{1,200})'|"([^"\n]{1,200})""#).ok());
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    for path in paths {
        folders.extend(path.match_indices('/').map(|(at, _)| &path[..at]));
    }
    let squeeze = |text: &str| text.replace([' ', '\t'], "");
    let known: BTreeSet<String> = paths.iter().map(|path| squeeze(path)).chain(folders.iter().map(|folder| squeeze(folder))).collect();
    let mut found = BTreeSet::new();
    for captures in QUOTED.iter().flat_map(|quoted| quoted.captures_iter(text)) {
        let Some(literal) = captures.get(1).or_else(|| captures.get(2)) else { continue };
        let plain = literal.as_str().trim_start_matches("./").trim_end_matches('/');
        if known.contains(&squeeze(plain)) {
            found.insert(plain.to_owned());
        }
        if found.len() >= MOST {
            break;
        }
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_when_a_hook_runs() {
        assert_eq!(moment("post_gen_project.py"), Some("after the files are written"));
        assert_eq!(moment("pre_gen_project"), Some("before the files are written"));
        assert_eq!(moment("pre_prompt.sh"), Some("before the first question"));
        for none in ["post_gen_project.py~", "__init__.py", "helpers.py"] {
            assert_eq!(moment(none), None);
        }
    }

    #[test]
    fn tells_what_it_does_and_which_files_it_names() {
        let paths = ["LICENSE", "src/{{ cookiecutter.name }}/cli.py", "docs/a.md"].map(str::to_owned).into();
        let source = b"import os\nif '{{ cookiecutter.cli }}' == 'no':\n    os.remove('src/{{cookiecutter.name}}/cli.py')\nshutil.rmtree(\"docs/\")\n";
        let hook = describe("hooks/post_gen_project.py", "after the files are written", source, &paths);
        assert_eq!(hook.what, "the tool runs it after the files are written: it removes files");
        assert_eq!(hook.names, ["docs", "src/{{cookiecutter.name}}/cli.py"]);
        let shell = describe("hooks/post_gen_project.sh", "after the files are written", b"rm -rf docs\ngit init\n", &paths);
        assert_eq!(shell.what, "the tool runs it after the files are written: it runs commands of a shell, removes files");
    }
}
