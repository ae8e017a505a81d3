//! Conda environment files, known by what is in them and not by their name.
//!
//! After the conda documentation ("Creating an environment file manually", "Package match specifications").

use std::ops::Range;

use super::requirement::{Pin, Requirement};
use super::requirements::{self, Item};
use super::yaml::{self, Node};

/// What is in an environment file.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Where packages come from, with the place of each.
    pub channels: Vec<(String, Range<usize>)>,
    /// What conda installs.
    pub packages: Vec<Requirement>,
    /// What pip installs after it.
    pub pip: Vec<Item>,
}

/// Whether a text may be an environment file: cheap, before it is parsed.
pub fn is_likely(text: &str) -> bool {
    text.starts_with("dependencies:") || memchr::memmem::find(text.as_bytes(), b"\ndependencies:").is_some()
}

/// Reads an environment file; `None` where the text is something else.
///
/// # Errors
/// When the text is no YAML.
pub fn read(text: &str) -> Result<Option<Environment>, String> {
    if !is_likely(text) {
        return Ok(None);
    }
    let documents = yaml::parse(text).map_err(|error| error.to_string())?;
    let [root] = documents.as_slice() else { return Ok(None) };
    let Some(dependencies) = root.get("dependencies").map(Node::items).filter(|items| !items.is_empty()) else { return Ok(None) };
    let is_pip = |item: &Node| item.get("pip").is_some() && item.entries().len() == 1;
    if !dependencies.iter().all(|item| item.text().is_some() || is_pip(item)) {
        return Ok(None);
    }
    let named = root.get("name").is_some() || root.get("channels").is_some() || root.get("prefix").is_some();
    let versioned = dependencies.iter().filter_map(Node::text).any(|text| text.contains('=') || matches!(text, "python" | "pip"));
    let sure = dependencies.iter().any(is_pip) || root.get("channels").is_some() || root.get("prefix").is_some();
    let likely = named && versioned;
    if !sure && !likely {
        return Ok(None);
    }
    let mut environment = Environment { channels: Vec::new(), packages: Vec::new(), pip: Vec::new() };
    for channel in root.get("channels").map_or(&[][..], Node::items) {
        environment.channels.extend(channel.text().map(|name| (name.to_owned(), channel.span.clone())));
    }
    for item in dependencies {
        match item.text() {
            Some(spec) => environment.packages.extend(package(spec, item.span.clone())),
            None => {
                for line in item.get("pip").map_or(&[][..], Node::items) {
                    let Some(spec) = line.text() else { continue };
                    let exact = text.get(line.span.clone()) == Some(spec);
                    environment.pip.extend(requirements::read(spec).into_iter().map(|found| moved(found, &line.span, exact)));
                }
            }
        }
    }
    Ok(Some(environment))
}

/// Moves an item from its own text to its place in the file.
fn moved(item: Item, span: &Range<usize>, exact: bool) -> Item {
    let shift = |range: Range<usize>| if exact { span.start + range.start..span.start + range.end } else { span.clone() };
    match item {
        Item::Requirement(found) => {
            let specifier_range = if exact { shift(found.specifier_range.clone()) } else { span.end..span.end };
            Item::Requirement(Requirement { range: shift(found.range.clone()), specifier_range, ..found })
        }
        Item::Include { path, constraint, range } => Item::Include { path, constraint, range: shift(range) },
        Item::Setting { name, value, range } => Item::Setting { name, value, range: shift(range) },
        Item::Invalid { range } => Item::Invalid { range: shift(range) },
    }
}

/// Reads a match specification: `channel::name=version=build`, `name >=1`, `name 1.2 build`, `name[version='1.2']`.
fn package(spec: &str, range: Range<usize>) -> Option<Requirement> {
    let spec = spec.trim();
    let bare = spec.rsplit_once("::").map_or(spec, |(_, bare)| bare);
    let end = bare.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(bare.len());
    let (name, rest) = bare.split_at(end);
    if name.is_empty() {
        return None;
    }
    let any = Requirement::any(name, range);
    let rest = rest.trim();
    if let Some(keys) = rest.strip_prefix('[') {
        let version = keys.split("version=").nth(1).map(|text| text.trim_start_matches(['\'', '"']));
        let version = version.and_then(|text| text.split(['\'', '"', ',', ']']).next()).unwrap_or("");
        return Some(Requirement { pin: pin(version, ""), specifier: version.to_owned(), ..any });
    }
    let plain = rest.strip_prefix("==").or_else(|| rest.strip_prefix('=')).unwrap_or(rest).trim();
    let (version, build) = plain.split_once(['=', ' ']).unwrap_or((plain, ""));
    // `1.2=build` names a build; `1.2,<2` and `>=1` are ranges, whatever follows.
    Some(Requirement { pin: pin(version, build.trim()), specifier: rest.to_owned(), ..any })
}

/// `=1.2` gives what begins with 1.2 and counts as pinned; `=2`, `=2.*`, `>=2` and no version leave it open.
fn pin(version: &str, build: &str) -> Pin {
    let open = version.is_empty() || version.contains(['*', '<', '>', '~', '!', '|', ',', '=', '$', '{']);
    let major_only = version.bytes().all(|byte| byte.is_ascii_digit()) && version.len() < 4 && build.is_empty();
    if open || major_only { Pin::Loose } else { Pin::Exact(version.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_an_environment_by_what_is_in_it() {
        let text = "name: x\nchannels:\n  - a\ndependencies:\n  - python=3.8.5\n  - pytorch=2.*\n  - c::jq\n  - numpy=1.2=py_0\n  - pip>=23\n  - scipy 1.2.3\n  - python=3\n  - pip:\n    - torch==2.0 # c\n    - -e git+https://git.example/x.git@main#egg=x\n    - -r requirements.txt\n";
        let found = read(text).unwrap().unwrap();
        let packages: Vec<_> = found.packages.iter().map(|found| (found.name.as_str(), found.is_pinned())).collect();
        assert_eq!(
            packages,
            [("python", true), ("pytorch", false), ("jq", false), ("numpy", true), ("pip", false), ("scipy", true), ("python", false)]
        );
        assert_eq!(found.pip.len(), 3);
        let Item::Requirement(torch) = &found.pip[0] else { panic!("{:?}", found.pip) };
        assert_eq!(&text[torch.range.clone()], "torch==2.0");
        for other in [
            "name: chart\ndependencies:\n  - name: redis\n    version: 1.x\n",
            "dependencies:\n  - role_one\n",
            "name: app\ndependencies:\n  flutter: any\n",
            "galaxy_info:\n  author: x\ndependencies: []\n",
            "name: ci\ndependencies:\n  - build\n  - test\n",
        ] {
            assert!(read(other).unwrap().is_none(), "{other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "([a-z:=\n -]|\ndependencies:\n|  - |pip:|é|'){0,50}") {
            let _ = read(&text);
        }
    }
}
