//! What an ONNX model holds, as far as it reaches out of itself. After `onnx.proto` of the ONNX project.

use super::protobuf::{Field, Fields, Value, text};
use crate::base::read_at::ReadAt;

/// How many nodes, tensors and attributes are looked at.
const FIELDS: usize = 20_000_000;
/// How deep graphs may lie in each other.
const DEPTH: usize = 24;

/// What was found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Model {
    /// Whether the bytes are an ONNX model at all.
    pub is_onnx: bool,
    /// Different operations: domain, name, place.
    pub operations: Vec<(String, String, u64)>,
    /// Files that tensors lie in, with their places.
    pub external: Vec<(String, u64)>,
    /// Places in such files that cannot be.
    pub odd_external: Vec<(String, u64)>,
    /// Domains that the model defines itself.
    pub local_domains: Vec<String>,
    /// Free texts.
    pub metadata: Vec<(String, String)>,
    /// Why it was not read to its end.
    pub unread: Option<String>,
}

struct Reading<'a> {
    reader: &'a dyn ReadAt,
    model: Model,
    left: usize,
    known: std::collections::HashSet<(String, String)>,
}

/// Reads a model.
pub fn read(reader: &dyn ReadAt) -> Model {
    let mut reading = Reading { reader, model: Model::default(), left: FIELDS, known: std::collections::HashSet::new() };
    let mut version = false;
    let mut fields = Fields::new(reader, 0, reader.size());
    let mut graph = false;
    for field in &mut fields {
        match (field.number, field.value) {
            (1, Value::Number(number)) => version = (1..100).contains(&number),
            (7, Value::Bytes(from, to)) => {
                graph = true;
                reading.graph(from, to, 0);
            }
            (14, Value::Bytes(from, to)) => {
                let entry = reading.pair(from, to);
                reading.model.metadata.push(entry);
            }
            (20, Value::Bytes(from, to)) => reading.training(from, to),
            (25, Value::Bytes(from, to)) => reading.function(from, to),
            _ => {}
        }
    }
    let broken = fields.broken;
    reading.model.is_onnx = version && graph;
    if broken {
        reading.model.unread = Some("it ends in the middle, or is damaged".to_owned());
    } else if reading.left == 0 {
        reading.model.unread = Some("it has more nodes than are looked at".to_owned());
    }
    reading.model
}

impl Reading<'_> {
    fn fields(&mut self, from: u64, to: u64) -> Vec<Field> {
        let mut fields = Fields::new(self.reader, from, to);
        let mut found = Vec::new();
        for field in &mut fields {
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            found.push(field);
        }
        if fields.broken && self.model.unread.is_none() {
            self.model.unread = Some("a part of it is damaged".to_owned());
        }
        found
    }

    fn graph(&mut self, from: u64, to: u64, depth: usize) {
        if depth > DEPTH {
            self.model.unread = Some("graphs lie in each other deeper than is looked into".to_owned());
            return;
        }
        for field in self.fields(from, to) {
            match (field.number, field.value) {
                (1, Value::Bytes(from, to)) => self.node(from, to, depth),
                (5, Value::Bytes(from, to)) => self.tensor(from, to),
                (15, Value::Bytes(from, to)) => {
                    for field in self.fields(from, to) {
                        if let (1 | 2, Value::Bytes(from, to)) = (field.number, field.value) {
                            self.tensor(from, to);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn node(&mut self, from: u64, to: u64, depth: usize) {
        let (mut name, mut domain) = (String::new(), String::new());
        for field in self.fields(from, to) {
            match (field.number, field.value) {
                (4, Value::Bytes(from, to)) => name = text(self.reader, from, to, 256),
                (7, Value::Bytes(from, to)) => domain = text(self.reader, from, to, 256),
                (5, Value::Bytes(from, to)) => self.attribute(from, to, depth),
                _ => {}
            }
        }
        if self.model.operations.len() < 5000 && self.known.insert((domain.clone(), name.clone())) {
            self.model.operations.push((domain, name, from));
        }
    }

    fn attribute(&mut self, from: u64, to: u64, depth: usize) {
        for field in self.fields(from, to) {
            match (field.number, field.value) {
                (5 | 10, Value::Bytes(from, to)) => self.tensor(from, to),
                (6 | 11, Value::Bytes(from, to)) => self.graph(from, to, depth + 1),
                _ => {}
            }
        }
    }

    fn tensor(&mut self, from: u64, to: u64) {
        for field in self.fields(from, to) {
            if let (13, Value::Bytes(from, to)) = (field.number, field.value) {
                let (key, value) = self.pair(from, to);
                match key.as_str() {
                    "location"
                        if self.model.external.len() < 10_000 && self.model.external.last().is_none_or(|(last, _)| *last != value) =>
                    {
                        self.model.external.push((value, from));
                    }
                    "offset" | "length" if value.parse::<u64>().is_err() && self.model.odd_external.len() < 20 => {
                        let shown: String = value.chars().take(40).filter(|c| !c.is_control()).collect();
                        self.model.odd_external.push((format!("the {key} of a tensor in another file is `{shown}`"), from));
                    }
                    _ => {}
                }
            }
        }
    }

    fn pair(&mut self, from: u64, to: u64) -> (String, String) {
        let (mut key, mut value) = (String::new(), String::new());
        for field in self.fields(from, to) {
            match (field.number, field.value) {
                (1, Value::Bytes(from, to)) => key = text(self.reader, from, to, 4096),
                (2, Value::Bytes(from, to)) => value = text(self.reader, from, to, 1 << 20),
                _ => {}
            }
        }
        (key, value)
    }

    fn training(&mut self, from: u64, to: u64) {
        for field in self.fields(from, to) {
            if let (1 | 2, Value::Bytes(from, to)) = (field.number, field.value) {
                self.graph(from, to, 1);
            }
        }
    }

    fn function(&mut self, from: u64, to: u64) {
        for field in self.fields(from, to) {
            match (field.number, field.value) {
                (7, Value::Bytes(from, to)) => self.node(from, to, 1),
                (10, Value::Bytes(from, to)) => {
                    let domain = text(self.reader, from, to, 256);
                    self.model.local_domains.push(domain);
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            read(&[&b"\x08\x08\x3a"[..], &bytes].concat());
        }
    }
}
