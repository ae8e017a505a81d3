//! The files of a new overlay. Its examples are made from what is inherited, so that each works once its `#` is taken away:
//! a line that begins with `# ` explains, and one that begins with `#` alone is an example.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::texts::{LAYER, OVERLAY_HEAD, OVERLAY_TAIL, PAGE};
use super::{Facts, Parent};
use crate::base::tree::Tree;

/// Returns the files of an overlay, by path.
pub(super) fn overlay(facts: &Facts, parent: &Parent) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    files.insert("road.toml".to_owned(), manifest(facts, parent));
    let (layer, name) = layer(facts, parent);
    files.insert(format!("layers/{layer}/layer.toml"), fill(LAYER, facts, parent));
    files.insert(format!("layers/{layer}/files/docs/{name}.md.jinja"), page(facts, parent));
    let images = images(parent);
    if !images.is_empty() {
        files.insert("pins/images.toml".to_owned(), images);
    }
    files
}

/// Returns the name of the organisation's own layer, and of its page: ones that the inherited road does not have.
fn layer<'a>(facts: &'a Facts, parent: &Parent) -> (&'a str, String) {
    let layer = if parent.road.layers.contains_key("organisation") { facts.id.as_str() } else { "organisation" };
    (layer, layer.to_uppercase())
}

/// Puts the facts into a text.
fn fill(text: &str, facts: &Facts, parent: &Parent) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let (layer, page) = layer(facts, parent);
    [
        ("<layer>", layer.to_owned()),
        ("<page>", page),
        ("<id>", quoted(&facts.id)),
        ("<publisher>", quoted(&facts.publisher)),
        ("<title>", quoted(&facts.title)),
        ("<version>", quoted(&facts.version)),
        ("<released>", quoted(&facts.released)),
        ("<supported-until>", quoted(&facts.supported_until)),
        ("<parent-id>", quoted(&parent.road.manifest.id)),
        ("<parent-version>", quoted(&parent.road.manifest.version)),
        ("<parent-digest>", quoted(&parent.road.digest.to_string())),
        ("<source>", quoted(&parent.source)),
        ("<what>", quoted(&format!("The first version: `{}` {} as an overlay.", parent.road.manifest.id, parent.road.manifest.version))),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (name, value)| text.replace(name, &value))
}

fn manifest(facts: &Facts, parent: &Parent) -> String {
    let mut out = fill(OVERLAY_HEAD, facts, parent);
    let workflows = texts_in(&parent.tree, |path| path.contains("/.github/workflows/") && is_yaml(path));
    for (value, paths) in by_line(&workflows, "    runs-on: ") {
        edit(
            &mut out,
            "Runners: every job of the inherited workflows that runs on this machine. Take machines that live for one job alone: the\n# guardrail `dangerous-trigger` blocks the label `self-hosted` where a pull request's code runs.",
            &paths,
            &format!("runs-on: {value}"),
            "runs-on: acme-linux-4-cores",
            "Jobs run on short-lived machines inside our network, where the package index can be reached.",
        );
    }
    let owners = texts_in(&parent.tree, |path| path.contains("CODEOWNERS"));
    let owned: Vec<&str> = owners.iter().filter(|(_, text)| text.contains(" {@ owner_contact @}\n")).map(|(path, _)| *path).collect();
    if !owned.is_empty() {
        edit(
            &mut out,
            "Owners: the rule of each file that names the contact, so that a team of the host is asked.",
            &owned,
            " {@ owner_contact @}\n",
            " @acme/ml-owners @acme/security\n",
            "A team of the host is asked for a review also when the contact has no account there.",
        );
    }
    let open: Vec<&str> = workflows.iter().filter(|(_, text)| text.contains("\npermissions: {}\n")).map(|(path, _)| *path).collect();
    if !open.is_empty() {
        edit(
            &mut out,
            "Package index of GitHub's pipelines; `package-indexes` above has to name it. With `${{ vars.PIP_INDEX_URL }}` in its place the\n\
             # organisation's variable says it, and no file does. On machines, `pip config set global.index-url …` says it once: locks\n\
             # hold no host.",
            &open,
            "\npermissions: {}\n",
            "\npermissions: {}\n\nenv:\n  PIP_INDEX_URL: https://packages.acme.example/simple\n",
            "Every package comes from our index, which holds what was looked at.",
        );
    }
    let gitlab = texts_in(&parent.tree, |path| path.contains("gitlab") && is_yaml(path));
    let open: Vec<&str> = gitlab.iter().filter(|(_, text)| text.contains("\n  PIP_NO_CACHE_DIR: \"1\"\n")).map(|(path, _)| *path).collect();
    if !open.is_empty() {
        edit(
            &mut out,
            "Package index of GitLab's pipelines. A variable of the group, PIP_INDEX_URL, does the same without a change of files.",
            &open,
            "\n  PIP_NO_CACHE_DIR: \"1\"\n",
            "\n  PIP_NO_CACHE_DIR: \"1\"\n  PIP_INDEX_URL: https://packages.acme.example/simple\n",
            "Every package comes from our index, which holds what was looked at.",
        );
    }
    out.push_str(&fill(OVERLAY_TAIL, facts, parent));
    if let Some(level) = parent.road.manifest.guardrails.keys().next() {
        let _ = write!(
            out,
            "\n# Leave something inherited out: levels of guardrails as here, also layers, kinds, questions and pins. `highroad road lint`\n\
             # names what nothing uses any more afterwards.\n#[remove]\n#guardrails = [\"{level}\"]\n"
        );
    }
    out
}

fn page(facts: &Facts, parent: &Parent) -> String {
    let asks = |key: &str| parent.road.questions.iter().any(|question| question.key == key);
    let contact = if asks("owner_contact") { "\nWho answers for this project: {@ owner_contact @}\n" } else { "" };
    PAGE.replace("<publisher>", &facts.publisher).replace("<contact>", contact)
}

/// Appends an example of an edit.
fn edit(out: &mut String, about: &str, paths: &[&str], find: &str, with: &str, why: &str) {
    let quoted = |text: &str| toml_edit::Value::from(text).to_string();
    let _ = writeln!(out, "\n# {about}\n#[[edit]]\n#files = [");
    for path in paths {
        let _ = writeln!(out, "#{},", quoted(path).trim_start());
    }
    let basic = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"));
    let _ = writeln!(out, "#]\n#find = {}\n#with = {}\n#why = {}", basic(find), basic(with), quoted(why));
}

/// Returns the texts of inherited layers' and kinds' files whose path `is_meant`.
fn texts_in(tree: &Tree, is_meant: impl Fn(&str) -> bool) -> Vec<(&str, &str)> {
    let parts = tree.iter().filter(|(path, _)| path.as_str().contains("/files/") && is_meant(path.as_str()));
    parts.filter_map(|(path, file)| Some((path.as_str(), std::str::from_utf8(&file.bytes).ok()?))).collect()
}

fn is_yaml(path: &str) -> bool {
    let plain = path.trim_end_matches(".jinja").trim_end_matches(".liquid");
    plain.ends_with(".yml") || plain.ends_with(".yaml")
}

/// Groups files by what follows `start` on their lines.
fn by_line<'a>(files: &[(&'a str, &'a str)], start: &str) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, text) in files {
        for value in text.lines().filter_map(|line| line.strip_prefix(start)) {
            let paths = found.entry(value).or_default();
            if paths.last() != Some(path) {
                paths.push(path);
            }
        }
    }
    found.retain(|value, _| !value.contains("{@") && !value.contains("{%"));
    found
}

/// Returns `pins/images.toml` with each inherited image as an example.
fn images(parent: &Parent) -> String {
    let Some(images) = parent.road.constants.get("pins").and_then(|pins| pins.get("images")).and_then(serde_json::Value::as_object) else {
        return String::new();
    };
    if images.is_empty() {
        return String::new();
    }
    let mut out = String::from(
        "# Base images. An entry stands in the place of the inherited one of the same name; the digest is that of the index for all\n\
         # platforms, as your registry shows it, and `provenance` says who saw it there and when.\n\
         # `pins/known-images.toml` says which images of yours a project may build on, too.\n",
    );
    for (id, image) in images {
        let field = |key: &str| image.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        let (reference, digest) = (field("ref"), field("digest"));
        let name = reference.rsplit('/').next().unwrap_or(&reference).to_owned();
        let _ = write!(
            out,
            "\n#[image.{id}]\n#ref = \"registry.acme.example/ml/{name}\"\n#digest = \"{digest}\"\n#built = \"2026-01-01\"\n\
             #contains = \"what `{reference}` has, and our certificates\"\n#provenance = \"registry.acme.example, read by the platform team on 2026-01-02\"\n"
        );
    }
    out
}
