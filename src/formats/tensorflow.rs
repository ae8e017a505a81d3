//! The operations of a TensorFlow graph: a SavedModel, a MetaGraph or a frozen graph, functions included.
//! After `saved_model.proto`, `meta_graph.proto`, `graph.proto` and `function.proto` of TensorFlow.

use super::protobuf::{Fields, Value, text};
use crate::base::read_at::ReadAt;

/// How many fields are looked at.
const FIELDS: usize = 20_000_000;

/// What a graph holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Graph {
    /// Different operations, with the place of the first.
    pub operations: Vec<(String, u64)>,
    /// Places of nodes that print into a file.
    pub printing_to_files: Vec<u64>,
    /// Why it was not read to its end.
    pub unread: Option<String>,
}

/// What a message is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Message {
    Saved,
    Meta,
    Graph,
    Library,
    Function,
    Node,
    Attribute,
    AttributeValue,
}

/// Reads a graph.
pub fn read(reader: &dyn ReadAt) -> Graph {
    let mut graph = Graph::default();
    let mut known = std::collections::HashSet::new();
    let mut left = FIELDS;
    let size = reader.size();
    // A file does not say which of the three it is: all are tried, and a wrong one yields nothing.
    for begins in [Message::Saved, Message::Graph, Message::Meta] {
        let mut found = Graph::default();
        let mut open = vec![(begins, 0, size)];
        while let Some((message, from, to)) = open.pop() {
            let mut fields = Fields::new(reader, from, to);
            for field in &mut fields {
                if left == 0 {
                    break;
                }
                left -= 1;
                let Value::Bytes(from, to) = field.value else { continue };
                match (message, field.number) {
                    (Message::Saved, 2) => open.push((Message::Meta, from, to)),
                    (Message::Meta, 2) => open.push((Message::Graph, from, to)),
                    (Message::Graph, 1) => open.push((Message::Node, from, to)),
                    (Message::Graph, 2) => open.push((Message::Library, from, to)),
                    (Message::Library, 1) => open.push((Message::Function, from, to)),
                    (Message::Function, 2 | 3) => open.push((Message::Node, from, to)),
                    (Message::Node, 5) => open.push((Message::Attribute, from, to)),
                    (Message::Node, 2) => {
                        let name = text(reader, from, to, 256);
                        let plausible = !name.is_empty()
                            && name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'>' | b'.' | b'/' | b'-'));
                        if plausible && found.operations.len() < 10_000 && known.insert(name.clone()) {
                            found.operations.push((name, from));
                        }
                    }
                    (Message::Attribute, 2) => open.push((Message::AttributeValue, from, to)),
                    (Message::AttributeValue, 2) if to - from > 7 && text(reader, from, to, 7) == "file://" => {
                        found.printing_to_files.push(from);
                    }
                    _ => {}
                }
            }
            if fields.broken && message != Message::Attribute && message != Message::AttributeValue {
                found.unread = Some("a part of it is damaged".to_owned());
            }
        }
        if left == 0 {
            found.unread = Some("it has more nodes than are looked at".to_owned());
        }
        if !found.operations.is_empty() {
            graph.operations.extend(found.operations);
            graph.printing_to_files.extend(found.printing_to_files);
            graph.unread = graph.unread.or(found.unread);
        } else if begins == Message::Saved {
            graph.unread = found.unread;
        }
    }
    graph
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            read(&[&b"\x08\x01\x12"[..], &bytes].concat());
        }
    }
}
