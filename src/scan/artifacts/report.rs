//! What a scan of one file says: hits, what could not be read, and the verdict that follows.

/// How many hits one file may have; more would say nothing more.
const HITS: usize = 200;

/// What a hit belongs to; each is the id of a guardrail.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Rule {
    /// The file is, or holds, a pickle.
    PickleArtifact,
    /// A pickle calls or names what it should not.
    UnsafePickle,
    /// An archive is built to be read in two ways, or to harm its reader.
    ArchiveTrick,
    /// A NumPy file holds Python objects.
    ObjectArray,
    /// A Keras model brings code or names it.
    KerasCode,
    /// A TorchScript archive brings code.
    TorchscriptCode,
    /// A TensorFlow graph reads or writes files, or runs Python.
    SavedmodelFileOp,
    /// An ONNX tensor lies outside the model's folder.
    OnnxExternalData,
    /// An ONNX graph needs a library of somebody's.
    OnnxCustomOp,
    /// A chat template reaches into Python.
    ChatTemplate,
    /// A configuration has the loader run code from the model's folder.
    AutoMap,
    /// A safetensors header is not as the format wants it.
    SafetensorsHeader,
    /// A configuration names a callable that is called when it is read.
    ConfigInstantiation,
    /// The file could not be read to its end.
    UnscannableArtifact,
}

impl Rule {
    /// Returns the id of the guardrail.
    pub const fn id(self) -> &'static str {
        match self {
            Self::PickleArtifact => "pickle-artifact",
            Self::UnsafePickle => "unsafe-pickle",
            Self::ArchiveTrick => "archive-trick",
            Self::ObjectArray => "object-array",
            Self::KerasCode => "keras-code",
            Self::TorchscriptCode => "torchscript-code",
            Self::SavedmodelFileOp => "savedmodel-file-op",
            Self::OnnxExternalData => "onnx-external-data",
            Self::OnnxCustomOp => "onnx-custom-op",
            Self::ChatTemplate => "chat-template",
            Self::AutoMap => "auto-map",
            Self::SafetensorsHeader => "safetensors-header",
            Self::ConfigInstantiation => "config-instantiation",
            Self::UnscannableArtifact => "unscannable-artifact",
        }
    }
}

/// How bad a hit is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// Worth knowing; the file is clean.
    Note,
    /// Not known to be harmless.
    Suspicious,
    /// Built to do harm.
    Alarm,
}

/// One thing that was seen in a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hit {
    /// What it belongs to.
    pub rule: Rule,
    /// How bad it is.
    pub severity: Severity,
    /// What it is, in one sentence.
    pub what: String,
    /// The path inside nested containers, `outer.zip member/inner.pkl` as `member/inner.pkl`; empty for the file itself.
    pub member: String,
    /// Where it is, in the bytes of that member.
    pub offset: u64,
}

/// A part that could not be read to its end.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unread {
    /// The path inside nested containers; empty for the file itself.
    pub member: String,
    /// Why.
    pub why: String,
}

/// What a file is, by its bytes.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Kind {
    /// Nothing that is looked into: text, source, images.
    #[default]
    Other,
    /// A pickle.
    Pickle,
    /// A zip archive.
    Zip,
    /// A zip archive that `torch.save` wrote.
    Torch,
    /// A zip archive that `torch.jit.save` wrote.
    TorchScript,
    /// A `.keras` archive.
    Keras,
    /// A tar archive.
    Tar,
    /// One compressed stream.
    Compressed,
    /// A NumPy array.
    Numpy,
    /// HDF5.
    Hdf5,
    /// A TensorFlow graph.
    TensorFlow,
    /// A TensorFlow Lite model.
    TensorFlowLite,
    /// An ONNX model.
    Onnx,
    /// GGUF.
    Gguf,
    /// safetensors.
    Safetensors,
    /// A configuration or a template.
    Text,
    /// Compiled Python.
    Bytecode,
    /// A format that is known and cannot be read here.
    Closed,
}

/// What a scan says.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Verdict {
    /// Read to the end, and nothing found.
    #[default]
    Clean,
    /// Something that is not known to be harmless.
    Suspicious,
    /// Not read to the end: never clean.
    Unscannable,
    /// Built to do harm.
    Alarm,
}

/// What is known of a file after a scan.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ArtifactReport {
    /// What the file is.
    pub kind: Kind,
    /// What the scan says.
    pub verdict: Verdict,
    /// What was seen.
    pub hits: Vec<Hit>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// How many pickles the file holds, itself counted.
    pub pickles: usize,
}

impl ArtifactReport {
    /// Adds a hit, once.
    pub(super) fn add(&mut self, hit: Hit) {
        if self.hits.len() < HITS || hit.severity == Severity::Alarm && self.hits.len() < 2 * HITS {
            let known = self.hits.iter().any(|other| other.rule == hit.rule && other.what == hit.what && other.member == hit.member);
            if !known {
                self.hits.push(hit);
            }
        }
    }

    /// Adds a part that could not be read.
    pub(super) fn add_unread(&mut self, unread: Unread) {
        if self.unread.len() < HITS && !self.unread.contains(&unread) {
            self.unread.push(unread);
        }
    }

    /// Draws the verdict from what was seen.
    pub(super) fn judge(&mut self) {
        self.hits
            .sort_by(|a, b| (b.severity, a.rule, &a.member, a.offset, &a.what).cmp(&(a.severity, b.rule, &b.member, b.offset, &b.what)));
        self.verdict = match self.hits.first().map(|hit| hit.severity) {
            Some(Severity::Alarm) => Verdict::Alarm,
            _ if !self.unread.is_empty() => Verdict::Unscannable,
            Some(Severity::Suspicious) => Verdict::Suspicious,
            Some(Severity::Note) | None => Verdict::Clean,
        };
    }
}

/// What a scan may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many members all containers together may have.
    pub members: u64,
    /// How deep containers may lie in each other.
    pub depth: usize,
    /// How many bytes may be inflated.
    pub inflated: u64,
    /// How many bytes of opcodes and structure may be read.
    pub read: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { members: 100_000, depth: 6, inflated: 2 << 30, read: 8 << 30 }
    }
}
