//! Graphs of TensorFlow and ONNX: operations that reach out of the model.

use super::report::{Rule, Severity};
use super::walk::{Spot, Walk};
use crate::base::read_at::ReadAt;
use crate::formats::onnx;
use crate::formats::tensorflow;

/// Operations that read or write files, or run Python.
const FILE_OPERATIONS: &[&str] = &[
    "ReadFile",
    "WriteFile",
    "MatchingFiles",
    "PyFunc",
    "PyFuncStateless",
    "EagerPyFunc",
    "WholeFileReader",
    "WholeFileReaderV2",
    "TextLineReader",
    "TextLineReaderV2",
    "FixedLengthRecordReader",
    "FixedLengthRecordReaderV2",
    "TFRecordReader",
    "TFRecordReaderV2",
    "LMDBReader",
    "IdentityReader",
    "TextLineDataset",
    "TFRecordDataset",
    "TFRecordDatasetV2",
    "FixedLengthRecordDataset",
    "FixedLengthRecordDatasetV2",
    "ExperimentalCSVDataset",
    "CSVDataset",
    "CSVDatasetV2",
    "SqlDataset",
    "ExperimentalSqlDataset",
    "LMDBDataset",
    "ExperimentalLMDBDataset",
    "MatchingFilesDataset",
    "ExperimentalMatchingFilesDataset",
    "DatasetToTFRecord",
    "ExperimentalDatasetToTFRecord",
    "SaveDataset",
    "SaveDatasetV2",
    "LoadDataset",
    "SnapshotDataset",
    "SnapshotDatasetV2",
    "RecordInput",
    "ImmutableConst",
    "LoadLibrary",
    "CreateSummaryFileWriter",
    "CreateSummaryDbWriter",
    "SummaryWriter",
    "WriteSummary",
    "DebugIdentity",
    "DebugIdentityV2",
    "DebugIdentityV3",
    "Rpc",
    "TryRpc",
    "RpcCall",
    "RpcClient",
    "RpcServer",
    "DeleteFile",
    "RenameFile",
    "CopyFile",
    "Recv_File",
    "BigQueryReader",
    "BigtableClient",
    "GenerateBigQueryReaderPartitions",
    "OutfeedEnqueueFile",
    "DistributedSave",
    "LoadAndRemapMatrix",
    "GenerateVocabRemapping",
    "CacheDataset",
    "CacheDatasetV2",
    "DecodeProtoFile",
    "GetSessionFile",
    "Shell",
    "ExecuteCommand",
    "RunCommand",
    "System",
    "Exec",
    "MergeV2CheckpointsDelete",
    "FileSystemSetConfiguration",
    "KafkaDataset",
    "GcsConfigureCredentials",
];

/// Looks at a TensorFlow graph.
pub(super) fn look_at_tensorflow(walk: &mut Walk, reader: &dyn ReadAt, spot: Spot<'_>) {
    let graph = tensorflow::read(reader);
    for (name, at) in &graph.operations {
        let plain = name.rsplit('>').next().unwrap_or(name);
        if FILE_OPERATIONS.contains(&plain) {
            walk.hit(
                Rule::SavedmodelFileOp,
                Severity::Alarm,
                format!("the graph holds `{}`", super::pickle_calls::shown(plain)),
                spot.member,
                *at,
            );
        }
    }
    for at in graph.printing_to_files {
        walk.hit(Rule::SavedmodelFileOp, Severity::Alarm, "the graph prints into a file", spot.member, at);
    }
    if let Some(why) = graph.unread {
        // Any small text could be a message by chance: only what began like a graph is one.
        if !graph.operations.is_empty() || spot.name.ends_with(".pb") {
            walk.unread(spot.member, why);
        }
    }
}

/// Looks at a TensorFlow Lite model: operations of TensorFlow come with their names.
pub(super) fn look_at_lite(walk: &mut Walk, reader: &dyn ReadAt, spot: Spot<'_>) {
    let names = ["FlexReadFile", "FlexWriteFile", "FlexPyFunc", "FlexEagerPyFunc", "FlexMatchingFiles", "FlexLoadLibrary"];
    let mut at = 0;
    while at < reader.size().min(1 << 30) {
        let bytes = match reader.read_range(at, 1 << 20) {
            Ok(bytes) => bytes,
            Err(error) => return walk.unread(spot.member, error.to_string()),
        };
        for place in memchr::memmem::find_iter(&bytes, b"Flex") {
            for name in names.iter().filter(|name| bytes[place..].starts_with(name.as_bytes())) {
                walk.hit(Rule::SavedmodelFileOp, Severity::Alarm, format!("the model holds `{name}`"), spot.member, at + place as u64);
            }
        }
        at += (bytes.len() as u64).max(65) - 64;
        if bytes.len() < 1 << 20 {
            break;
        }
    }
}

/// Looks at an ONNX model.
pub(super) fn look_at_onnx(walk: &mut Walk, reader: &dyn ReadAt, spot: Spot<'_>) {
    let model = onnx::read(reader);
    if !model.is_onnx && !spot.name.ends_with(".onnx") {
        return;
    }
    for (location, at) in &model.external {
        let shown = super::pickle_calls::shown(location);
        if outside(location) {
            walk.hit(
                Rule::OnnxExternalData,
                Severity::Alarm,
                format!("a tensor is read from `{shown}`, outside the folder of the model"),
                spot.member,
                *at,
            );
        }
    }
    for (what, at) in model.odd_external {
        walk.hit(Rule::OnnxExternalData, Severity::Alarm, what, spot.member, at);
    }
    for (domain, name, at) in &model.operations {
        if runs_python(name) {
            walk.hit(
                Rule::OnnxCustomOp,
                Severity::Alarm,
                format!("the operation `{}` runs Python", super::pickle_calls::shown(name)),
                spot.member,
                *at,
            );
        } else if !is_known_domain(domain) && !model.local_domains.contains(domain) {
            let what = format!(
                "the operation `{}` comes from a library for `{}`",
                super::pickle_calls::shown(name),
                super::pickle_calls::shown(domain)
            );
            walk.hit(Rule::OnnxCustomOp, Severity::Alarm, what, spot.member, *at);
        }
    }
    for (key, value) in &model.metadata {
        if value.contains("{{") || value.contains("{%") {
            for (severity, what) in super::template::faults(value) {
                walk.hit(Rule::ChatTemplate, severity, format!("`{}` {what}", super::pickle_calls::shown(key)), spot.member, 0);
            }
        }
    }
    if let Some(why) = model.unread {
        walk.unread(spot.member, why);
    }
}

fn runs_python(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    lower.starts_with("pyop")
        || lower.starts_with("pyfunc")
        || lower.starts_with("python")
        || lower == "pycustomop"
        || lower.starts_with("pycustom")
}

fn is_known_domain(domain: &str) -> bool {
    let known = [
        "",
        "ai.onnx",
        "ai.onnx.ml",
        "ai.onnx.training",
        "ai.onnx.preview",
        "ai.onnx.preview.training",
        "ai.onnx.contrib",
        "ai.graphcore",
        "com.ms.internal.nhwc",
        "com.nvidia",
        "trt",
        "nv",
        "ort",
        "org.pytorch.aten",
        "aten",
        "prim",
        "pkg.onnxscript.torch_lib",
        "pkg.onnxscript.torch_lib.common",
        "org.openvinotoolkit",
        "mmdeploy",
        "mmcv",
        "tensorrt",
        "torch.onnx",
        "com.amd",
        "com.qti.aisw",
        "com.xilinx",
        "onnxruntime",
    ];
    known.contains(&domain)
        || domain.starts_with("com.microsoft")
        || domain.starts_with("pkg.")
        || domain.starts_with("org.pytorch")
        || domain.starts_with("ai.onnx.")
}

fn outside(location: &str) -> bool {
    let name = location.replace('\\', "/");
    name.is_empty()
        || name.starts_with('/')
        || name.starts_with('~')
        || name.contains("://")
        || name.contains('\0')
        || name.contains('%')
        || name.contains('$')
        || name.get(1..2) == Some(":")
        || name.split('/').any(|part| part == ".." || part.trim() == "..")
}
