//! Answers that another tool's template left behind: copier, cruft, cookiecutter, cargo-generate.
//!
//! Copier writes `.copier-answers.yml` (or another name, all with `_src_path` or `_commit`); cruft writes `.cruft.json` with
//! the answers under `context.cookiecutter`; cookiecutter's replay files have the same under `cookiecutter`; cargo-generate
//! leaves `cargo-generate.toml` with default values of its placeholders. They are read as data; nothing is fetched.

use super::snapshot::{Entry, Snapshot};
use super::stack::Evidence;
use crate::formats::yaml::{self, Node};

/// The largest file of answers that is read, in bytes.
const LIMIT: u64 = 1 << 20;
/// The longest answer that is taken over, in characters.
const LONGEST: usize = 200;
/// How many answers of one file are taken over.
const MOST: usize = 1000;

/// Another tool's leftover.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Leftover {
    /// The tool: `copier`, `cruft`, `cookiecutter`, `cargo-generate`.
    pub tool: &'static str,
    /// The file.
    pub path: String,
    /// Where the template is, where that is said.
    pub template: Option<String>,
    /// The answers as they were given, in the order of the file, with their places.
    pub answers: Vec<(String, String, Evidence)>,
}

/// Returns the leftovers of other tools, in order of path.
pub fn read(snapshot: &Snapshot) -> Vec<Leftover> {
    snapshot.entries().iter().filter(|entry| entry.is_file() && entry.size <= LIMIT).filter_map(|entry| leftover(snapshot, entry)).collect()
}

fn leftover(snapshot: &Snapshot, entry: &Entry) -> Option<Leftover> {
    let name = entry.name();
    let outer = entry.folder().is_empty();
    let copier = name.contains("copier-answers") && matches!(entry.extension().as_str(), "yml" | "yaml");
    let replay = outer && name.starts_with(".cookiecutter") && matches!(entry.extension().as_str(), "json" | "yml" | "yaml");
    let tool = match name {
        _ if copier => "copier",
        ".cruft.json" if outer => "cruft",
        "cargo-generate.toml" if outer => "cargo-generate",
        _ if replay => "cookiecutter",
        _ => return None,
    };
    let subject = snapshot.subject(&entry.path)?;
    let text = subject.text()?;
    let (template, answers) = match tool {
        "cargo-generate" => (None, cargo_generate(text)?),
        "copier" => {
            let documents = yaml::parse(text).ok()?;
            let root = documents.first()?;
            if root.get("_src_path").is_none() && root.get("_commit").is_none() {
                return None;
            }
            (root.get("_src_path").and_then(Node::text).map(str::to_owned), scalars(text, root))
        }
        _ => {
            // JSON is YAML as far as these files go.
            let documents = yaml::parse(text).ok()?;
            let root = documents.first()?;
            let context =
                root.at(&["context", "cookiecutter"]).or_else(|| root.get("cookiecutter")).or_else(|| root.get("default_context"))?;
            let template = root.get("template").or_else(|| context.get("_template")).and_then(Node::text);
            (template.map(str::to_owned), scalars(text, context))
        }
    };
    let with_place = |Given { key, value, line }: Given| {
        let evidence = Evidence::new(&entry.path, line, format!("{key}: {value}"));
        (key, value, evidence)
    };
    let answers = answers.into_iter().map(with_place).collect();
    Some(Leftover { tool, path: entry.path.clone(), template, answers })
}

/// An answer, and the line that gives it; 0 where that cannot be told.
struct Given {
    key: String,
    value: String,
    line: usize,
}

/// The entries of a mapping that are one line of text; what begins with `_` is the tool's own.
fn scalars(text: &str, node: &Node) -> Vec<Given> {
    let starts: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let one = |(key, value): &(Node, Node)| {
        let line = starts.partition_point(|start| *start < key.span.start) + 1;
        Some(Given { key: key.text()?.to_owned(), value: value.text()?.trim().to_owned(), line })
    };
    let plain = |given: &Given| !given.key.starts_with('_') && is_plain(&given.value);
    node.entries().iter().filter_map(one).filter(plain).take(MOST).collect()
}

fn is_plain(value: &str) -> bool {
    !value.is_empty()
        && value.chars().count() <= LONGEST
        && !value.chars().any(char::is_control)
        && !value.contains("{{")
        && !value.contains("{%")
}

fn cargo_generate(text: &str) -> Option<Vec<Given>> {
    let table: toml::Table = text.parse().ok()?;
    let values = table.get("values").and_then(toml::Value::as_table);
    let placeholders = table.get("placeholders").and_then(toml::Value::as_table);
    let direct = values.into_iter().flatten().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
    let defaults =
        placeholders.into_iter().flatten().filter_map(|(key, value)| Some((key.clone(), value.get("default")?.as_str()?.to_owned())));
    // The table tells no lines: they are looked for, so fewer are taken than of the others.
    let taken = direct.chain(defaults).filter(|(_, value)| is_plain(value)).take(MOST / 10);
    let line = |key: &str, value: &str| text.lines().position(|line| line.contains(key) && line.contains(value)).map_or(0, |at| at + 1);
    Some(taken.map(|(key, value)| Given { line: line(&key, &value), key, value }).collect())
}

/// What an answer of another tool means here: our question, and the names that others give it, the best first.
const MEANINGS: &[(&str, &[&str])] = &[
    (
        "name",
        &[
            "project_slug",
            "repo_name",
            "repository_name",
            "package_name",
            "distribution_name",
            "project_name",
            "name",
            "project-name",
            "app_name",
        ],
    ),
    (
        "purpose",
        &["project_short_description", "project_description", "description", "short_description", "package_description", "summary"],
    ),
    (
        "owner_team",
        &[
            "team",
            "owner",
            "maintainer",
            "author_fullname",
            "author_name",
            "full_name",
            "author",
            "authors",
            "organization",
            "organisation",
            "author_username",
        ],
    ),
    ("owner_contact", &["author_email", "email", "maintainer_email", "contact", "contact_email"]),
    ("licence", &["license", "open_source_license", "copyright_license", "project_license", "licence", "license_name"]),
    ("host", &["repository_provider", "git_platform", "ci_provider", "ci", "hosting", "git_host", "repo_host"]),
    ("branch", &["default_branch", "main_branch", "github_default_branch"]),
];

/// An answer that fits one of our questions.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Taken {
    /// Our question.
    pub key: &'static str,
    /// The answer in our form.
    pub value: String,
    /// The name that the other tool has for it.
    pub theirs: String,
    /// The tool.
    pub tool: &'static str,
    /// Where it stands.
    pub evidence: Evidence,
}

/// Returns the answers that mean the same as one of our questions.
pub fn taken(leftovers: &[Leftover]) -> Vec<Taken> {
    let mut found: Vec<Taken> = Vec::new();
    for leftover in leftovers {
        for (key, names) in MEANINGS {
            let given = names.iter().find_map(|name| leftover.answers.iter().find(|(theirs, ..)| theirs == name));
            let Some((theirs, value, evidence)) = given else { continue };
            let Some(value) = ours(key, value) else { continue };
            if !found.iter().any(|taken| taken.key == *key) {
                found.push(Taken { key, value, theirs: theirs.clone(), tool: leftover.tool, evidence: evidence.clone() });
            }
        }
    }
    found
}

/// Returns an answer in our form; nothing where it does not fit.
fn ours(key: &str, value: &str) -> Option<String> {
    let lower = value.to_lowercase();
    match key {
        "licence" => {
            let known = [("apache", "Apache-2.0"), ("mit", "MIT"), ("proprietary", "proprietary"), ("not open source", "proprietary")];
            known.into_iter().find(|(word, _)| lower.starts_with(word)).map(|(_, ours)| ours.to_owned())
        }
        "host" => ["github", "gitlab"].into_iter().find(|host| lower.starts_with(host)).map(str::to_owned),
        "name" => crate::repo::foreign_answers::slug(value),
        _ => Some(value.to_owned()),
    }
}

/// Returns a project's name as a slug: small letters, digits and hyphens.
fn slug(text: &str) -> Option<String> {
    let mapped: String = text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let slug = mapped.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    (!slug.is_empty()).then_some(slug)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken_from(path: &str, text: &str) -> Vec<(&'static str, String, String)> {
        let snapshot = Snapshot::of_files([(path.to_owned(), text.as_bytes().to_vec())]);
        taken(&read(&snapshot)).into_iter().map(|taken| (taken.key, taken.value, taken.evidence.place())).collect()
    }

    #[test]
    fn takes_what_fits_from_copier_and_cruft() {
        let copier = "# Changes here will be overwritten by Copier\n_commit: 1.2.0\n_src_path: gh:org/template\nauthor_email: a@example.com\nauthor_fullname: A Person\ncopyright_license: ISC\nproject_name: My Project\nrepository_provider: gitlab.com\n";
        let wanted =
            [("name", "my-project", 7), ("owner_team", "A Person", 5), ("owner_contact", "a@example.com", 4), ("host", "gitlab", 8)];
        let wanted: Vec<_> =
            wanted.into_iter().map(|(key, value, line)| (key, value.to_owned(), format!(".copier-answers.yml:{line}"))).collect();
        assert_eq!(taken_from(".copier-answers.yml", copier), wanted);
        let cruft = "{\n  \"template\": \"https://example.com/t\",\n  \"context\": {\n    \"cookiecutter\": {\n      \"project_slug\": \"churn\",\n      \"license\": \"MIT license\",\n      \"full_name\": \"{{ x }}\"\n    }\n  }\n}\n";
        let wanted =
            vec![("name", "churn".to_owned(), ".cruft.json:5".to_owned()), ("licence", "MIT".to_owned(), ".cruft.json:6".to_owned())];
        assert_eq!(taken_from(".cruft.json", cruft), wanted);
    }

    #[test]
    fn leaves_alone_what_is_no_leftover() {
        assert!(taken_from(".copier-answers.yml", "a: b\n").is_empty());
        assert!(taken_from(".cruft.json", "[1").is_empty());
        assert!(taken_from("cargo-generate.toml", "[placeholders]\nx = { type = \"string\" }\n").is_empty());
    }
}
