//! Builds whole models of the formats that are no pickles: ONNX, TensorFlow, Keras, GGUF, safetensors.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]

use serde_json::{Value, json};

use super::artifact_bytes::{Field, Member, bytes, member, message, number, zip};

/// An ONNX node.
pub fn node(operator: &str, domain: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut fields = vec![bytes(1, "x"), bytes(2, "y"), bytes(3, format!("n_{operator}")), bytes(4, operator)];
    fields.extend(attributes.iter().map(|attribute| bytes(5, attribute)));
    if !domain.is_empty() {
        fields.push(bytes(7, domain));
    }
    message(&fields)
}

/// An ONNX graph of nodes and tensors.
pub fn graph(nodes: &[Vec<u8>], tensors: &[Vec<u8>]) -> Vec<u8> {
    let mut fields: Vec<(u64, Field)> = nodes.iter().map(|node| bytes(1, node)).collect();
    fields.push(bytes(2, "g"));
    fields.extend(tensors.iter().map(|tensor| bytes(5, tensor)));
    for (field, name) in [(11, "x"), (12, "y")] {
        let shape = message(&[bytes(1, message(&[number(1, 1)]))]);
        let tensor = message(&[number(1, 1), bytes(2, shape)]);
        fields.push(bytes(field, message(&[bytes(1, name), bytes(2, message(&[bytes(1, tensor)]))])));
    }
    message(&fields)
}

/// An ONNX model around a graph.
pub fn onnx(graph: &[u8], domains: &[&str], notes: &[(&str, &str)]) -> Vec<u8> {
    let mut fields = vec![number(1, 8), bytes(2, "made-for-a-test"), bytes(7, graph)];
    fields.extend(domains.iter().map(|domain| bytes(8, message(&[bytes(1, domain), number(2, 17)]))));
    fields.extend(notes.iter().map(|(key, value)| bytes(14, message(&[bytes(1, key), bytes(2, value)]))));
    message(&fields)
}

/// A tensor whose data is in another file.
pub fn outside(name: &str, location: &str) -> Vec<u8> {
    let pair = |key: &str, value: &str| bytes(13, message(&[bytes(1, key), bytes(2, value)]));
    message(&[
        number(1, 4),
        number(2, 1),
        bytes(8, name),
        pair("location", location),
        pair("offset", "0"),
        pair("length", "16"),
        number(14, 1),
    ])
}

/// A tensor with its data in the model.
pub fn inside(name: &str) -> Vec<u8> {
    message(&[number(1, 4), number(2, 1), bytes(8, name), bytes(9, [0; 16])])
}

fn tf_node(place: usize, operator: &str) -> Vec<u8> {
    message(&[bytes(1, format!("n{place}")), bytes(2, operator)])
}

/// A TensorFlow graph: nodes, and functions with nodes.
pub fn tf_graph(operators: &[&str], functions: &[&[&str]]) -> Vec<u8> {
    let mut fields: Vec<(u64, Field)> = operators.iter().enumerate().map(|(n, name)| bytes(1, tf_node(n, name))).collect();
    if !functions.is_empty() {
        let library: Vec<(u64, Field)> = functions
            .iter()
            .enumerate()
            .map(|(n, operators)| {
                let mut function = vec![bytes(1, message(&[bytes(1, format!("__inference_f_{n}"))]))];
                function.extend(operators.iter().enumerate().map(|(n, name)| bytes(3, tf_node(n, name))));
                bytes(1, message(&function))
            })
            .collect();
        fields.push(bytes(2, message(&library)));
    }
    message(&fields)
}

/// A TensorFlow SavedModel around graphs.
pub fn saved_model(graphs: &[Vec<u8>]) -> Vec<u8> {
    let mut fields = vec![number(1, 1)];
    fields.extend(graphs.iter().map(|graph| bytes(2, message(&[bytes(1, message(&[bytes(4, "serve")])), bytes(2, graph)]))));
    message(&fields)
}

/// A Keras layer.
pub fn layer(module: &str, class: &str, mut config: Value) -> Value {
    config["name"] = json!(class.to_lowercase());
    json!({"module": module, "class_name": class, "config": config, "registered_name": null})
}

/// A Keras model of layers in a row.
pub fn sequential(layers: &[Value]) -> Value {
    json!({"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": layers}, "registered_name": null})
}

/// A `.keras` file.
pub fn keras(config: &Value, deflated: bool, extra: Vec<Member>) -> Vec<u8> {
    let about = json!({"keras_version": "3.4.1", "date_saved": "2026-01-01@00:00:00"});
    let mut weights = b"\x89HDF\r\n\x1a\n".to_vec();
    weights.resize(96, 0);
    let mut members = vec![
        member("metadata.json", about.to_string().into()),
        member("config.json", config.to_string().into()),
        member("model.weights.h5", weights),
    ];
    members.extend(extra);
    for member in &mut members {
        member.deflated = deflated;
    }
    zip(&members)
}

/// A value of a GGUF file.
pub enum Meta {
    Text(String),
    Number(u32),
    Texts(Vec<&'static str>),
    Raw(Vec<u8>),
}

/// A GGUF file; `tensors` are the bytes after the values.
pub fn gguf(values: &[(&str, Meta)], count: u64, tensors: &[u8]) -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat();
    let mut out = b"GGUF".to_vec();
    out.extend(3u32.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend((values.len() as u64).to_le_bytes());
    for (key, value) in values {
        out.extend(text(key));
        match value {
            Meta::Text(value) => {
                out.extend(8u32.to_le_bytes());
                out.extend(text(value));
            }
            Meta::Number(value) => {
                out.extend(4u32.to_le_bytes());
                out.extend(value.to_le_bytes());
            }
            Meta::Texts(values) => {
                out.extend(9u32.to_le_bytes());
                out.extend(8u32.to_le_bytes());
                out.extend((values.len() as u64).to_le_bytes());
                values.iter().for_each(|value| out.extend(text(value)));
            }
            Meta::Raw(value) => out.extend(value),
        }
    }
    out.extend_from_slice(tensors);
    out
}

/// One tensor's description in a GGUF file.
pub fn gguf_tensor(name: &str, dimensions: &[u64], offset: u64) -> Vec<u8> {
    let mut out = (name.len() as u64).to_le_bytes().to_vec();
    out.extend(name.as_bytes());
    out.extend(u32::try_from(dimensions.len()).unwrap().to_le_bytes());
    dimensions.iter().for_each(|size| out.extend(size.to_le_bytes()));
    out.extend(0u32.to_le_bytes());
    out.extend(offset.to_le_bytes());
    out
}

/// A safetensors file; the length of the header may lie.
pub fn safetensors(header: &str, data: usize, length: Option<u64>) -> Vec<u8> {
    let mut out = length.unwrap_or(header.len() as u64).to_le_bytes().to_vec();
    out.extend(header.as_bytes());
    out.resize(out.len() + data, 0);
    out
}

/// The header of one 32-bit tensor after another.
pub fn header(tensors: &[(&str, u64, u64, u64)]) -> String {
    let rows: serde_json::Map<String, Value> = tensors
        .iter()
        .map(|(name, size, start, end)| ((*name).to_owned(), json!({"dtype": "F32", "shape": [size], "data_offsets": [start, end]})))
        .collect();
    Value::Object(rows).to_string()
}
