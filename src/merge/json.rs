//! JSON with comments and trailing commas, as editors read it.

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, CommentCollectionStrategy, ParseOptions};

use super::values::flow::{self, Comments};
use super::values::{Body, DEPTH, Document, Node, Scalar, engine, places};
use super::{Merged, Merger, Sides};

/// The merger.
pub static MERGER: Merger =
    Merger { name: "json", claims, merge, objects_to_lines: Some(|sides, merged| places::are_mixed_up(sides, merged, read)) };

fn claims(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    name.ends_with(".json") || name.ends_with(".jsonc") || name.ends_with(".json5") || name.ends_with(".code-workspace")
}

fn merge(sides: &Sides<'_>) -> Option<Merged> {
    engine::merge(sides, MERGER.name, read)
}

/// Reads a text.
fn read(text: &str) -> Option<Document<'_>> {
    if depth(text) > DEPTH {
        return None;
    }
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let collect = CollectOptions { comments: CommentCollectionStrategy::Off, tokens: false };
    let root = jsonc_parser::parse_to_ast(text, &collect, &options).ok()?.value?;
    let root = node(text, &root)?;
    (!root.repeats_a_key()).then_some(Document { text, root })
}

/// Returns an upper bound of how deep brackets lie in each other.
fn depth(text: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

fn node(text: &str, value: &ast::Value<'_>) -> Option<Node> {
    let span = value.range().start..value.range().end;
    let plain = |text: &str| Node::scalar(span.clone(), Scalar::Plain(text.to_owned()));
    Some(match value {
        ast::Value::StringLit(string) => Node::scalar(span.clone(), Scalar::Text(string.value.clone().into_owned())),
        ast::Value::NumberLit(number) => plain(number.value),
        ast::Value::BooleanLit(truth) => plain(if truth.value { "true" } else { "false" }),
        ast::Value::NullKeyword(_) => plain("null"),
        ast::Value::Array(array) => {
            let items: Option<Vec<(String, usize, Node)>> =
                array.elements.iter().map(|item| Some((String::new(), item.range().start, node(text, item)?))).collect();
            let children = flow::children(text, &span, items?, Comments::Slashes)?;
            Node { lines: flow::has_lines(text, &span, &children), span, body: Body::List(children), flow: true }
        }
        ast::Value::Object(object) => {
            let items: Option<Vec<(String, usize, Node)>> = object
                .properties
                .iter()
                .map(|property| Some((property.name.as_str().to_owned(), property.range.start, node(text, &property.value)?)))
                .collect();
            let children = flow::children(text, &span, items?, Comments::Slashes)?;
            Node { lines: flow::has_lines(text, &span, &children), span, body: Body::Map(children), flow: true }
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::merge::{LABELS, Merged, Sides};

    fn merged(base: &str, ours: &str, theirs: &str) -> Merged {
        let sides =
            Sides { path: ".vscode/x.json", base: Some(base.as_bytes()), ours: ours.as_bytes(), theirs: theirs.as_bytes(), labels: LABELS };
        super::merge(&sides).expect("the merger takes it")
    }

    fn text(merged: &Merged) -> &str {
        std::str::from_utf8(&merged.bytes).unwrap()
    }

    const BASE: &str = "{\n  // editor\n  \"a\": 1,\n  \"deps\": {\n    \"x\": \"^1.0\"\n  },\n  \"list\": [\"p\", \"q\"]\n}\n";

    #[test]
    fn last_entries_get_their_commas() {
        let ours = BASE.replace("\"^1.0\"\n", "\"^1.0\",\n    \"mine\": \"1\" // why\n").replace("[\"p\", \"q\"]", "[\"p\", \"q\", \"r\"]");
        let theirs = BASE.replace("\"^1.0\"\n", "\"^1.0\",\n    \"new\": \"2\"\n").replace("[\"p\", \"q\"]", "[\"p\", \"q\", \"s\"]");
        let merged = merged(BASE, &ours, &theirs);
        let wanted = BASE
            .replace("\"^1.0\"\n", "\"^1.0\",\n    \"mine\": \"1\", // why\n    \"new\": \"2\"\n")
            .replace("[\"p\", \"q\"]", "[\"p\", \"q\", \"r\", \"s\"]");
        assert_eq!(text(&merged), wanted);
    }

    #[test]
    fn an_indentation_of_ones_own_stays() {
        let ours = BASE.replace("\n  ", "\n\t").replace("\t  ", "\t\t").replace("\"a\": 1", "\"a\": 2");
        let theirs = BASE.replace("\"^1.0\"", "\"^2.0\"");
        let merged = merged(BASE, &ours, &theirs);
        assert_eq!(text(&merged), ours.replace("\"^1.0\"", "\"^2.0\""));
        assert!(merged.is_clean());
    }

    #[test]
    fn the_last_entry_may_be_contested() {
        let merged = merged(BASE, &BASE.replace("\"^1.0\"", "\"mine\""), &BASE.replace("\"^1.0\"", "\"other\""));
        assert_eq!(merged.conflicts[0].key, "deps.x");
        assert!(
            text(&merged).contains("<<<<<<< yours\n    \"x\": \"mine\"\n||||||| road before\n    \"x\": \"^1.0\"\n======="),
            "{}",
            text(&merged)
        );
    }
}
