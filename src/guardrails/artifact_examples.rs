//! Small model files for the examples of guardrails, put together when they are needed. None does anything: what they
//! name is put together from pieces, so that no scanner stops at this source.

fn joined(parts: &[&str]) -> String {
    parts.concat()
}

fn shell() -> (String, String) {
    (joined(&["po", "six"]), joined(&["sys", "tem"]))
}

/// A pickled dictionary.
pub fn plain_pickle() -> Vec<u8> {
    b"\x80\x04\x95\x0a\0\0\0\0\0\0\0}\x8c\x02lr\x94K\x01s.".to_vec()
}

/// A pickle that calls a shell.
pub fn shell_pickle() -> Vec<u8> {
    let (module, name) = shell();
    [b"\x80\x02c", module.as_bytes(), b"\n", name.as_bytes(), b"\nX\x04\0\0\0true\x85R."].concat()
}

/// The first half of a pickle.
pub fn half_pickle() -> Vec<u8> {
    let whole = plain_pickle();
    whole[..whole.len() - 4].to_vec()
}

/// A zip archive of stored members; `locals` are the names before the members, where they differ.
fn zip(members: &[(&str, &[u8])], locals: Option<&str>) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in members {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let size = (bytes.len() as u32).to_le_bytes();
        let common =
            [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &crc.sum().to_le_bytes(), &size, &size, &(name.len() as u16).to_le_bytes(), &[0, 0]]
                .concat();
        let header = (out.len() as u32).to_le_bytes();
        out.extend([b"PK\x03\x04", common.as_slice(), locals.unwrap_or(name).as_bytes(), bytes].concat());
        directory.extend([b"PK\x01\x02\x14\0", common.as_slice(), &[0; 10], &header, name.as_bytes()].concat());
    }
    let count = (members.len() as u16).to_le_bytes();
    let end =
        [b"PK\x05\x06\0\0\0\0", &count[..], &count, &(directory.len() as u32).to_le_bytes(), &(out.len() as u32).to_le_bytes(), &[0, 0]]
            .concat();
    [out, directory, end].concat()
}

/// A state dictionary as torch writes it, without tensors.
pub fn torch_archive() -> Vec<u8> {
    zip(&[("model/data.pkl", b"\x80\x02ccollections\nOrderedDict\n)R."), ("model/version", b"3\n")], None)
}

/// A torch archive whose pickle calls a shell.
pub fn shell_archive() -> Vec<u8> {
    zip(&[("model/data.pkl", &shell_pickle()), ("model/version", b"3\n")], None)
}

/// A pickle that calls a shell, compressed.
pub fn shell_compressed() -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    let written = encoder.write_all(&shell_pickle()).and_then(|()| encoder.finish());
    written.unwrap_or_default()
}

/// An archive whose two lists name its member differently.
pub fn two_names() -> Vec<u8> {
    zip(&[("model.txt", b"hello")], Some("nodel.txt"))
}

/// An archive with a member in a parent folder.
pub fn leaving_archive() -> Vec<u8> {
    zip(&[("../../start.txt", b"hello")], None)
}

fn array(kind: &str, bytes: &[u8]) -> Vec<u8> {
    let text = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': (1,), }}\n");
    [b"\x93NUMPY\x01\0", &(text.len() as u16).to_le_bytes()[..], text.as_bytes(), bytes].concat()
}

/// An array of objects.
pub fn object_array() -> Vec<u8> {
    array("|O", &plain_pickle())
}

/// An archive of arrays, one of objects.
pub fn object_arrays() -> Vec<u8> {
    zip(&[("a.npy", &number_array()), ("b.npy", &object_array())], None)
}

/// An array of numbers.
pub fn number_array() -> Vec<u8> {
    array("<f8", &[0; 8])
}

fn keras(layer: &str) -> Vec<u8> {
    let config = format!(r#"{{"class_name": "Sequential", "config": {{"layers": [{layer}]}}}}"#);
    zip(&[("metadata.json", b"{}"), ("config.json", config.as_bytes())], None)
}

fn lambda() -> String {
    let name = joined(&["__lam", "bda__"]);
    format!(
        r#"{{"module": "keras.layers", "class_name": "Lambda", "config": {{"function": {{"class_name": "{name}", "config": {{"code": "4w=="}}}}}}}}"#
    )
}

/// A Keras archive with a lambda layer.
pub fn keras_lambda() -> Vec<u8> {
    keras(&lambda())
}

/// An HDF5 file with a lambda layer.
pub fn keras_lambda_hdf5() -> Vec<u8> {
    let config = format!(r#"{{"class_name": "Sequential", "config": {{"layers": [{}]}}}}"#, lambda());
    [b"\x89HDF\r\n\x1a\n\0\0\0\0", config.as_bytes(), &[0; 16]].concat()
}

/// A Keras archive with plain layers.
pub fn keras_plain() -> Vec<u8> {
    keras(r#"{"module": "keras.layers", "class_name": "Dense", "config": {"units": 4}}"#)
}

fn script(line: &str) -> Vec<u8> {
    let code = format!("def forward(self, x: Tensor) -> Tensor:\n  return {line}\n");
    zip(&[("m/data.pkl", b"\x80\x02}."), ("m/code/__torch__.py", code.as_bytes()), ("m/constants.pkl", b"\x80\x02).")], None)
}

/// A TorchScript archive that reads a file.
pub fn script_reading() -> Vec<u8> {
    script(&joined(&["torch.from", "_file(\"x\")"]))
}

/// A TorchScript archive.
pub fn script_plain() -> Vec<u8> {
    script("torch.relu(x)")
}

/// A field of a protocol buffer: a text or a message.
fn field(number: u8, value: &[u8]) -> Vec<u8> {
    debug_assert!(value.len() < 128 && number < 16, "examples are small");
    [&[number << 3 | 2, value.len() as u8], value].concat()
}

fn graph(operation: &str, in_function: bool) -> Vec<u8> {
    let node = [field(1, b"n"), field(2, operation.as_bytes())].concat();
    let graph = if in_function { field(2, &field(1, &[field(1, &field(1, b"f")), field(3, &node)].concat())) } else { field(1, &node) };
    [&[8, 1], field(2, &field(2, &graph)).as_slice()].concat()
}

/// A SavedModel that reads a file.
pub fn graph_reading() -> Vec<u8> {
    graph(&joined(&["Read", "File"]), false)
}

/// A SavedModel whose function writes a file.
pub fn graph_function() -> Vec<u8> {
    graph(&joined(&["Write", "File"]), true)
}

/// A SavedModel that multiplies.
pub fn graph_plain() -> Vec<u8> {
    graph("MatMul", false)
}

fn onnx(graph: &[u8]) -> Vec<u8> {
    [&[8, 8], field(2, b"example").as_slice(), &field(7, graph)].concat()
}

fn tensor_in(location: &str) -> Vec<u8> {
    onnx(&field(5, &[field(8, b"w"), field(13, &[field(1, b"location"), field(2, location.as_bytes())].concat())].concat()))
}

/// An ONNX model with a tensor in a parent folder.
pub fn onnx_leaving() -> Vec<u8> {
    tensor_in(&joined(&["..", "/../secret.bin"]))
}

/// An ONNX model with a tensor at an absolute path.
pub fn onnx_absolute() -> Vec<u8> {
    tensor_in(&joined(&["/e", "tc/hostname"]))
}

/// An ONNX model with a tensor beside it.
pub fn onnx_beside() -> Vec<u8> {
    tensor_in("model.onnx.data")
}

fn operation(name: &str, domain: &str) -> Vec<u8> {
    onnx(&field(1, &[field(1, b"x"), field(2, b"y"), field(4, name.as_bytes()), field(7, domain.as_bytes())].concat()))
}

/// An ONNX model with an operation in Python.
pub fn onnx_python() -> Vec<u8> {
    operation(&joined(&["Py", "Op"]), "ai.onnx.contrib")
}

/// An ONNX model with an unknown operation.
pub fn onnx_custom() -> Vec<u8> {
    operation("Blend", "somebody.ops")
}

/// An ONNX model with a standard operation.
pub fn onnx_plain() -> Vec<u8> {
    operation("Relu", "")
}

/// A template that reaches for Python's internals.
pub fn template_bad() -> Vec<u8> {
    joined(&["{{ messages.__cl", "ass__ }}"]).into_bytes()
}

fn gguf(template: &[u8]) -> Vec<u8> {
    let key = b"tokenizer.chat_template";
    let head = [&b"GGUF\x03\0\0\0"[..], &0u64.to_le_bytes(), &1u64.to_le_bytes()].concat();
    [&head, &(key.len() as u64).to_le_bytes()[..], key, &8u32.to_le_bytes(), &(template.len() as u64).to_le_bytes(), template].concat()
}

/// A GGUF file with such a template.
pub fn gguf_bad() -> Vec<u8> {
    gguf(&template_bad())
}

/// A GGUF file with a plain template.
pub fn gguf_good() -> Vec<u8> {
    gguf(b"{{ messages[0]['content'] }}")
}

fn tensors(header: &str, length: Option<u64>, data: usize) -> Vec<u8> {
    [&length.unwrap_or(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![0; data]].concat()
}

/// A sound safetensors file.
pub fn sound_tensors() -> Vec<u8> {
    tensors(r#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, None, 4)
}

/// A safetensors file whose tensors overlap.
pub fn tensors_overlapping() -> Vec<u8> {
    tensors(r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, None, 12)
}

/// A safetensors file with a wrong length.
pub fn tensors_long() -> Vec<u8> {
    tensors(r#"{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, Some(1 << 60), 4)
}

/// A configuration whose target is a shell function.
pub fn yaml_target() -> Vec<u8> {
    joined(&["model:\n  _target_: o", "s.sys", "tem\n  command: \"true\"\n"]).into_bytes()
}

/// A configuration with a tag that calls a shell function.
pub fn yaml_tag() -> Vec<u8> {
    joined(&["x: !!python/object/", "apply:o", "s.sys", "tem [\"true\"]\n"]).into_bytes()
}

/// The beginning of a 7z archive.
pub fn seven() -> Vec<u8> {
    b"7z\xbc\xaf\x27\x1c\0\x04\0\0\0\0".to_vec()
}
