//! Container images as guardrails share them: every place of a file that names one, and what the name says.

use std::collections::HashSet;
use std::ops::Range;

use super::finding::{Change, Finding, Safety};
use super::guardrail::Context;
use super::place_kind::{is_documentation, is_test, is_vendored};
use super::workflows::{is_yaml, spelled};
use crate::formats::dockerfile::{Dockerfile, Instruction};
use crate::formats::gitlab::Pipeline;
use crate::formats::workflow::Scalar;
use crate::formats::yaml::{self, Node};
use crate::repo::snapshot::Entry;
use crate::repo::subject::{Subject, View};

/// Larger files are no recipes written by hand.
const SIZE: u64 = 16 << 20;

/// What kind of file names an image.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Origin {
    /// A `FROM`.
    Dockerfile,
    /// A `COPY` or a mount of a Dockerfile that takes files from an image.
    Copied,
    /// A service of a compose file that builds nothing.
    Compose,
    /// A job or service of GitLab CI.
    Gitlab,
    /// A Kubernetes manifest.
    Kubernetes,
    /// A development container.
    Devcontainer,
}

/// A place that names an image.
#[derive(Clone, Debug)]
pub struct ImageUse {
    /// The image, with the names of the file put in.
    pub image: String,
    /// The bytes to underline.
    pub span: Range<usize>,
    /// The bytes that spell the image as a whole, for a fix.
    pub literal: Option<Range<usize>>,
    /// What kind of file it is.
    pub origin: Origin,
}

/// The images that a file names, from elsewhere: stages of the same file, `scratch` and what the file builds are not in it.
#[derive(Debug, Default)]
pub struct Images {
    /// The places, in order.
    pub uses: Vec<ImageUse>,
}

/// Parts of an image's name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Name<'a> {
    /// `registry/namespace/name`.
    pub name: &'a str,
    /// The tag.
    pub tag: Option<&'a str>,
    /// `sha256:…`.
    pub digest: Option<&'a str>,
}

impl<'a> Name<'a> {
    /// Takes a name apart.
    pub fn of(image: &'a str) -> Self {
        let (rest, digest) = image.split_once('@').map_or((image, None), |(rest, digest)| (rest, Some(digest)));
        let last = rest.rfind('/').map_or(0, |at| at + 1);
        let (name, tag) = match rest[last..].find(':') {
            Some(at) => (&rest[..last + at], Some(&rest[last + at + 1..])),
            None => (rest, None),
        };
        Self { name, tag, digest: digest.filter(|digest| is_digest(digest)) }
    }

    /// Returns the name without what Docker adds on its own.
    pub fn short(&self) -> &'a str {
        let name = self.name.strip_prefix("docker.io/").or_else(|| self.name.strip_prefix("index.docker.io/")).unwrap_or(self.name);
        name.strip_prefix("library/").unwrap_or(name)
    }
}

/// Whether a text is the digest of an image.
pub fn is_digest(text: &str) -> bool {
    let hex = |digits: &str, length: usize| digits.len() == length && digits.bytes().all(|c| c.is_ascii_hexdigit());
    match text.split_once(':') {
        Some(("sha256", digits)) => hex(digits, 64),
        Some(("sha512", digits)) => hex(digits, 128),
        Some(_) | None => false,
    }
}

/// Whether a file is a Dockerfile by its name.
pub fn is_dockerfile(entry: &Entry) -> bool {
    if !entry.is_file() || entry.size > SIZE {
        return false;
    }
    let name = entry.name().to_ascii_lowercase();
    let other = [
        "py",
        "md",
        "txt",
        "rst",
        "sh",
        "go",
        "rs",
        "js",
        "ts",
        "json",
        "yml",
        "yaml",
        "html",
        "dockerignore",
        "lock",
        "toml",
        "png",
        "svg",
        "jinja",
        "jinja2",
        "j2",
        "liquid",
    ];
    let named = |stem: &str| {
        name == stem
            || name.strip_suffix(stem).is_some_and(|before| before.ends_with(['.', '-', '_']))
            || name
                .strip_prefix(stem)
                .is_some_and(|rest| rest.starts_with(['.', '-', '_']) && !other.iter().any(|end| rest.ends_with(&format!(".{end}"))))
    };
    // `DockerfileGPU` and `Dockerfile3`.
    let run_on = |rest: &str| rest.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit()) && !rest.contains('.');
    named("dockerfile") || named("containerfile") || entry.name().strip_prefix("Dockerfile").is_some_and(run_on)
}

/// Whether a file is a compose file by its name.
pub fn is_compose(entry: &Entry) -> bool {
    let name = entry.name().to_ascii_lowercase();
    let stem = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")).unwrap_or("");
    let named = |part: &str| {
        stem.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
            || stem.strip_suffix(part).is_some_and(|before| before.ends_with(['.', '-', '_']))
    };
    entry.is_file() && entry.size <= SIZE && ["docker-compose", "docker_compose", "compose", "docker-stack"].into_iter().any(named)
}

/// Whether a file is a GitLab pipeline by its name.
pub fn is_gitlab(entry: &Entry) -> bool {
    let name = entry.name();
    let included = entry.folder().split('/').any(|folder| matches!(folder, ".gitlab" | ".gitlab-ci")) && is_yaml(name);
    entry.is_file() && entry.size <= SIZE && (name.ends_with(".gitlab-ci.yml") || name.ends_with(".gitlab-ci.yaml") || included)
}

/// Whether a file is no part of what is shipped: a test, a document, an example, a copy of others' code, a development container.
pub fn is_aside(path: &str) -> bool {
    let folder = |part: &str| matches!(part, ".devcontainer" | "example" | "examples" | "sample" | "samples" | "demo" | "demos");
    is_test(path)
        || is_documentation(path)
        || is_vendored(path)
        || path.rsplit_once('/').is_some_and(|(folders, _)| folders.split('/').any(folder))
}

/// Whether a text is a template that something else fills in.
pub fn is_template(text: &str) -> bool {
    ["{{", "{%", "<%"].iter().any(|open| memchr::memmem::find(text.as_bytes(), open.as_bytes()).is_some())
}

/// Whether a file may name images.
pub fn wants(entry: &Entry) -> bool {
    let devcontainer = matches!(entry.name(), "devcontainer.json" | ".devcontainer.json");
    is_dockerfile(entry)
        || is_compose(entry)
        || is_gitlab(entry)
        || entry.is_file() && entry.size <= SIZE && (devcontainer || may_be_manifest(entry))
}

fn may_be_manifest(entry: &Entry) -> bool {
    is_yaml(entry.name()) && !entry.path.starts_with(".github/")
}

impl View for Images {
    fn of(subject: &Subject<'_>) -> Self {
        let entry = subject.entry;
        let Some(text) = subject.text() else { return Self::default() };
        let mut uses = if is_dockerfile(entry) {
            of_dockerfile(text)
        } else if is_compose(entry) {
            documents(subject, text).iter().flat_map(|root| of_compose(text, root)).collect()
        } else if is_gitlab(entry) {
            of_gitlab(text, &documents(subject, text))
        } else if entry.extension() == "json" {
            of_devcontainer(text)
        } else if is_manifest(text) {
            // Other kinds of YAML are not ours to judge, so no complaint about what does not parse.
            yaml::parse(text).unwrap_or_default().iter().flat_map(|root| of_manifest(text, root)).collect()
        } else {
            Vec::new()
        };
        uses.retain(|place| place.image != "scratch" && !place.image.is_empty());
        uses.sort_by_key(|place| place.span.start);
        uses.dedup_by_key(|place| place.span.start);
        Self { uses }
    }
}

fn documents(subject: &Subject<'_>, text: &str) -> Vec<Node> {
    yaml::parse(text).unwrap_or_else(|error| {
        // A template is no pipeline and no compose file yet: what fills it in decides.
        if !is_template(text) {
            subject.fail(error.to_string());
        }
        Vec::new()
    })
}

fn of_dockerfile(text: &str) -> Vec<ImageUse> {
    let Some(file) = Dockerfile::parse(text) else { return Vec::new() };
    let mut uses = Vec::new();
    for (at, stage) in file.stages.iter().enumerate() {
        let resolved = file.image(stage);
        // A template of a Dockerfile: what fills it in decides.
        let template = |image: &String| image.contains(['{', '<', '%']) || image.starts_with('@') || image.ends_with('@');
        let known = resolved.image.filter(|image| !template(image));
        let Some(image) = known else { continue };
        if file.stage_named(&image, at).is_some() {
            continue;
        }
        uses.push(ImageUse { image, span: stage.image.span.clone(), literal: resolved.literal, origin: Origin::Dockerfile });
    }
    uses.extend(file.instructions.iter().flat_map(|instruction| copied(&file, instruction)));
    uses
}

/// Returns the images that an instruction takes files from: `COPY --from=image`, `RUN --mount=type=bind,from=image`.
fn copied(file: &Dockerfile, instruction: &Instruction) -> Vec<ImageUse> {
    let key = match instruction.keyword.as_str() {
        "COPY" => "--from=",
        "RUN" => "--mount=",
        _ => return Vec::new(),
    };
    let mut uses = Vec::new();
    for flag in instruction.flags.iter().filter(|flag| flag.text.starts_with(key)) {
        let mut at = flag.span.start + key.len();
        for part in flag.text[key.len()..].split(',') {
            let start = at;
            at += part.len() + 1;
            let image = if key == "--from=" { Some(part) } else { part.strip_prefix("from=") };
            // Only what is spelled as an image: a bare name can be a folder that the builder was given under that name.
            let Some(image) = image.filter(|image| image.contains(['/', ':', '@']) && !image.contains(['$', '{', '<', '"', '\''])) else {
                continue;
            };
            if file.stage_named(image, file.stages.len()).is_none() {
                let span = start + part.len() - image.len()..start + part.len();
                uses.push(ImageUse { image: image.to_owned(), span: span.clone(), literal: Some(span), origin: Origin::Copied });
            }
        }
    }
    uses
}

fn of_compose(text: &str, root: &Node) -> Vec<ImageUse> {
    let services = root.get("services").map_or(&[][..], Node::entries);
    let built: HashSet<&str> = services
        .iter()
        .filter(|(_, service)| merged(service, "build").is_some())
        .filter_map(|(_, service)| merged(service, "image")?.text())
        .collect();
    let image = |(_, service): &(Node, Node)| {
        let node = merged(service, "image").filter(|_| merged(service, "build").is_none())?;
        let written = node.text().filter(|image| !built.contains(image))?;
        let image = with_defaults(written)?;
        place(text, node, image, Origin::Compose)
    };
    services.iter().filter_map(image).collect()
}

/// Returns the value of a key, also of one that `<<` merges in.
pub fn merged<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    node.get(key).or_else(|| {
        let base = node.get("<<")?;
        base.get(key).or_else(|| base.items().iter().find_map(|base| base.get(key)))
    })
}

/// Puts the defaults of `${NAME:-default}` in; `None` where a name has none.
fn with_defaults(written: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = written;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let inner = rest[at + 1..].strip_prefix('{')?;
        let end = inner.find('}')?;
        let body = &inner[..end];
        let default = body.split_once(":-").or_else(|| body.split_once('-')).map(|(_, default)| default)?;
        out.push_str(default);
        rest = &inner[end + 1..];
    }
    out.push_str(rest);
    Some(out)
}

fn of_gitlab(text: &str, roots: &[Node]) -> Vec<ImageUse> {
    let Some(pipeline) = Pipeline::of(roots) else { return Vec::new() };
    let known = |name: &str| pipeline.variables.iter().find(|(key, _)| key.text == name).map(|(_, value)| value.text.as_str());
    let image = |image: &Scalar| {
        let mut resolved = image.text.clone();
        if let Some(name) = image.text.strip_prefix('$') {
            let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
            resolved = known(name)?.to_owned();
        }
        // What the pipeline itself builds, or a template's input.
        if resolved.contains('$') {
            return None;
        }
        let literal = spelled(text, image).filter(|_| resolved == image.text).map(|spelling| spelling.inner);
        Some(ImageUse { image: resolved, span: image.span.clone(), literal, origin: Origin::Gitlab })
    };
    pipeline.images.iter().filter_map(image).collect()
}

fn is_manifest(text: &str) -> bool {
    let has = |part: &str| memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some();
    has("image:") && has("apiVersion:") && has("kind:") && !has("{{")
}

fn of_manifest(text: &str, root: &Node) -> Vec<ImageUse> {
    let mut uses = Vec::new();
    if root.get("apiVersion").is_none() || root.get("kind").is_none() {
        return uses;
    }
    root.walk(&mut |node| {
        for list in ["containers", "initContainers"] {
            for container in node.get(list).map_or(&[][..], Node::items) {
                let Some(image) = container.get("image") else { continue };
                let Some(written) = image.text().filter(|image| !image.contains('$')) else { continue };
                uses.extend(place(text, image, written.to_owned(), Origin::Kubernetes));
            }
        }
    });
    uses
}

fn of_devcontainer(text: &str) -> Vec<ImageUse> {
    let Some(at) = text.find("\"image\"") else { return Vec::new() };
    let after = at + "\"image\"".len();
    let rest = &text[after..];
    let value = rest.trim_start().strip_prefix(':').map(str::trim_start).and_then(|rest| rest.strip_prefix('"'));
    let Some(value) = value else { return Vec::new() };
    let start = text.len() - value.len();
    let Some(length) = value.find(['"', '\n']) else { return Vec::new() };
    let image = value[..length].to_owned();
    if image.contains('$') {
        return Vec::new();
    }
    vec![ImageUse { image, span: start..start + length, literal: Some(start..start + length), origin: Origin::Devcontainer }]
}

fn place(text: &str, node: &Node, image: String, origin: Origin) -> Option<ImageUse> {
    let scalar = Scalar { text: node.text()?.to_owned(), span: node.span.clone() };
    let literal = spelled(text, &scalar);
    let span = literal.as_ref().map_or_else(|| node.span.clone(), |spelling| spelling.outer.clone());
    let literal = literal.filter(|_| image == scalar.text).map(|spelling| spelling.inner);
    Some(ImageUse { image, span, literal, origin })
}

/// Returns the digest that the road knows for exactly this name and tag.
pub fn known_digest<'a>(context: &Context<'a>, image: &str) -> Option<&'a str> {
    let wanted = Name::of(image);
    let tag = wanted.tag?;
    let pin = |pin: &&super::guardrail::ImagePin| {
        let known = Name::of(&pin.reference);
        known.short() == wanted.short() && known.tag == Some(tag)
    };
    context.knowledge().images.iter().find(pin).map(|pin| pin.digest.as_str())
}

/// Adds the fix that pins an image to the digest of the tag that it names.
#[must_use]
pub fn with_digest(finding: Finding, subject: &Subject<'_>, literal: Option<&Range<usize>>, image: &str, context: &Context<'_>) -> Finding {
    let (Some(literal), Some(digest)) = (literal, known_digest(context, image)) else { return finding };
    if image.contains('@') {
        return finding;
    }
    let change = Change::Edit { path: subject.path().to_owned(), range: literal.end..literal.end, text: format!("@{digest}") };
    finding.fix(Safety::Safe, format!("pin it to the digest that the road knows for `{image}`"), vec![change])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(path: &str, text: &str) -> Vec<String> {
        let snapshot = crate::repo::snapshot::Snapshot::of_files([(path.to_owned(), text.as_bytes().to_vec())]);
        let subject = Subject::new(&snapshot, &snapshot.entries()[0]);
        let images = if wants(subject.entry) { subject.view::<Images>().uses.clone() } else { Vec::new() };
        images.iter().map(|place| format!("{} {}", place.image, &text[place.span.clone()])).collect()
    }

    #[test]
    fn knows_recipes_by_name() {
        for path in [
            "Dockerfile",
            "gpu.Dockerfile",
            "Dockerfile-dev",
            "Dockerfile_gpu",
            "train_Dockerfile",
            "DockerfileGPU",
            "Dockerfile3",
            "dockerfile",
            "a/Containerfile",
        ] {
            assert_eq!(used(path, "FROM a:1\n"), ["a:1 a:1"], "{path}");
        }
        for path in ["Dockerfile.md", "dockerfile_parser.py", "DockerfileParser.java", "Dockerfiles/notes"] {
            assert!(used(path, "FROM a:1\n").is_empty(), "{path}");
        }
        for path in ["compose.yml", "docker-compose.gpu.yaml", "my-docker-compose.yml", "docker_compose.yml", "compose-dev.yml"] {
            assert_eq!(used(path, "services:\n  a:\n    image: a:1\n"), ["a:1 a:1"], "{path}");
        }
        assert!(used("decompose.yml", "services:\n  a:\n    image: a:1\n").is_empty());
    }

    #[test]
    fn finds_the_images_that_files_are_taken_from() {
        let text = "FROM a:1 AS build\nFROM b:1\nCOPY --chown=1 --from=build /x /x\nCOPY --from=0 /x /x\nCOPY --from=models /x /x\nCOPY --from=x/uv:latest /uv /bin/\nRUN --mount=type=cache,target=/c --mount=type=bind,from=y/z:2,source=/u,target=/u a\nCOPY --from=x/$Y:1 /x /x\n";
        assert_eq!(used("Dockerfile", text), ["a:1 a:1", "b:1 b:1", "x/uv:latest x/uv:latest", "y/z:2 y/z:2"]);
    }

    #[test]
    fn follows_merges_in_a_compose_file() {
        let text = "x-a: &a\n  image: ${I:-a:1}\nx-b: &b\n  build: .\n  image: b:1\nservices:\n  one:\n    <<: *a\n  two:\n    <<: [*a]\n  three:\n    <<: *b\n  four:\n    image: ${I}\n";
        assert_eq!(used("docker-compose.yml", text), ["a:1 ${I:-a:1}"]);
        assert!(used("docker-compose.yml", "services:\n{% if x %}\n  a:\n    image: {{ a }}\n{% endif %}\n").is_empty());
    }

    #[test]
    fn takes_names_apart() {
        let digest = format!("sha256:{}", "0".repeat(64));
        let image = format!("localhost:5000/a/b:1@{digest}");
        assert_eq!(Name::of(&image), Name { name: "localhost:5000/a/b", tag: Some("1"), digest: Some(&digest) });
        assert_eq!(Name::of("localhost:5000/a"), Name { name: "localhost:5000/a", tag: None, digest: None });
        assert_eq!(Name::of("a@sha256:short").digest, None);
        assert_eq!(Name::of("docker.io/library/python:3").short(), "python");
        assert_eq!(with_defaults("a:${T:-1}").as_deref(), Some("a:1"));
        assert_eq!(with_defaults("a:${T}"), None);
    }

    #[test]
    fn knows_dockerfiles_by_name() {
        let is = |path: &str| {
            is_dockerfile(&Entry { path: path.into(), size: 1, kind: crate::repo::snapshot::EntryKind::File { executable: false } })
        };
        for yes in ["Dockerfile", "a/Dockerfile.gpu", "app.Dockerfile", "Containerfile", "dockerfile-dev", "Dockerfile.ci.dev"] {
            assert!(is(yes), "{yes}");
        }
        for no in ["Dockerfile.md", ".dockerignore", "Dockerfile.dockerignore", "dockerfile_lint.py", "MyDockerfiles"] {
            assert!(!is(no), "{no}");
        }
    }
}
