//! Which items of two lists are the same item.

use std::collections::BTreeMap;

use super::{Body, Node, Scalar, pins};

/// Keys that name an item, most telling first.
const NAMES: [&str; 16] = [
    "id",
    "repo",
    "name",
    "key",
    "package-ecosystem",
    "module",
    "alias",
    "uses",
    "label",
    "target",
    "title",
    "image",
    "url",
    "path",
    "email",
    "type",
];

/// Returns by what an item is known in its list.
pub(super) fn identity(node: &Node) -> String {
    match &node.body {
        Body::Scalar(Scalar::Plain(text)) => format!("={text}"),
        Body::Scalar(Scalar::Text(text)) => match package_end(text) {
            Some(end) if end < text.len() => {
                let marker = text.find(';').map_or("", |at| text[at..].trim());
                format!("{}{marker}", name(&text[..end]))
            }
            Some(_) | None => text.clone(),
        },
        Body::List(items) => format!("[{}", items.first().map(|item| identity(&item.node)).unwrap_or_default()),
        Body::Map(entries) => {
            for key in NAMES {
                if let Some(text) = node.text_of(key) {
                    let text = if key == "uses" { text.split('@').next().unwrap_or(text) } else { text };
                    let more = ["directory", "types"].iter().filter_map(|more| node.text_of(more)).collect::<Vec<_>>().join(" ");
                    return format!("{key}:{text} {more}");
                }
            }
            match entries.as_slice() {
                [only] => format!("only:{}", only.key),
                [first, ..] => format!(
                    "first:{}={}",
                    first.key,
                    first.node.as_scalar().map_or("", |scalar| scalar.text().lines().next().unwrap_or(""))
                ),
                [] => "{}".to_owned(),
            }
        }
    }
}

/// Whether a single value is known by nothing but itself.
pub(super) fn is_nameless(scalar: &Scalar) -> bool {
    match scalar {
        Scalar::Plain(_) => true,
        Scalar::Text(text) => package_end(text).is_none_or(|end| end == text.len()),
    }
}

/// Returns where the name of a package ends, that of its channel (`channel::name`) before it.
fn package_end(text: &str) -> Option<usize> {
    let from = text.find("::").filter(|at| !text[..*at].contains(char::is_whitespace)).map_or(0, |at| at + 2);
    pins::name_end(text.get(from..)?).map(|end| from + end)
}

fn name(text: &str) -> String {
    crate::formats::requirement::normal_name(text)
}

/// Pairs the items of two lists. Returns, for each item of the second, its place in the first.
///
/// Items pair by identity; where several have one, equal ones pair first, then the rest in order. What is left over between
/// the same neighbours pairs where it is alike.
pub(super) fn pair(first: &[&Node], second: &[&Node]) -> Vec<Option<usize>> {
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, node) in first.iter().enumerate() {
        places.entry(identity(node)).or_default().push(at);
    }
    let mut pairs = vec![None; second.len()];
    let mut wanted: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, node) in second.iter().enumerate() {
        wanted.entry(identity(node)).or_default().push(at);
    }
    for (identity, wanted) in wanted {
        let Some(open) = places.get_mut(&identity) else { continue };
        let alone = open.len() == 1 && wanted.len() == 1;
        let mut rest = Vec::new();
        for at in wanted {
            match open.iter().position(|there| alone || first[*there].means(second[at])) {
                Some(found) => pairs[at] = Some(open.remove(found)),
                None => rest.push(at),
            }
        }
        for at in rest {
            if !open.is_empty() {
                pairs[at] = Some(open.remove(0));
            }
        }
    }
    pair_alike(first, second, &mut pairs);
    pairs
}

/// Pairs mappings that are left over between the same neighbours and have most of their entries alike.
fn pair_alike(first: &[&Node], second: &[&Node], pairs: &mut [Option<usize>]) {
    let mut taken = vec![false; first.len()];
    for pair in pairs.iter().flatten() {
        taken[*pair] = true;
    }
    let mut from = 0;
    for at in 0..second.len() {
        if let Some(pair) = pairs[at] {
            from = pair + 1;
            continue;
        }
        let end = pairs[at..].iter().flatten().next().copied().unwrap_or(first.len());
        let found = (from..end).find(|there| !taken[*there] && alike(first[*there], second[at]));
        if let Some(found) = found {
            taken[found] = true;
            pairs[at] = Some(found);
            from = found + 1;
        }
    }
}

/// Whether a mapping may be another one under a new key: it has several entries, and two of three are the same.
pub(super) fn is_renamed(one: &Node, two: &Node) -> bool {
    let most = one.children().len().max(two.children().len());
    let same = one.children().iter().filter(|child| two.get(&child.key).is_some_and(|there| there.means(&child.node))).count();
    most >= 3 && same * 3 >= most * 2
}

/// Whether two mappings have most of their entries alike.
fn alike(one: &Node, two: &Node) -> bool {
    let (Body::Map(one), Body::Map(_)) = (&one.body, &two.body) else { return false };
    let same = one.iter().filter(|child| two.get(&child.key).is_some_and(|there| there.means(&child.node))).count();
    same * 2 >= one.len().max(two.children().len()) && same > 0
}
