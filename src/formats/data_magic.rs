//! Tells a file of data by its name and its first bytes. Nothing is unpacked.
//!
//! Sources of the marks: the format specifications of Apache Parquet, Arrow, Avro and ORC, HDF5, NumPy's `npy`, SQLite,
//! Microsoft's compound file format, PKWARE's ZIP note, and the signatures of the usual compressors.

use memchr::memmem;

use super::model_magic;

/// What kind of data a file holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DataKind {
    /// Rows of text: CSV, TSV, JSON lines.
    Rows,
    /// A columnar or binary table.
    Table,
    /// An array of numbers.
    Array,
    /// A database.
    Database,
    /// A spreadsheet.
    Spreadsheet,
    /// Records for a training input pipeline.
    Records,
    /// A pickled data frame.
    Frame,
    /// An archive of data.
    Archive,
}

impl DataKind {
    /// Returns the words for it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Rows => "rows of data",
            Self::Table => "a table of data",
            Self::Array => "an array of data",
            Self::Database => "a database",
            Self::Spreadsheet => "a spreadsheet",
            Self::Records => "training records",
            Self::Frame => "a pickled data frame",
            Self::Archive => "an archive of data",
        }
    }
}

/// Endings of rows of text.
const ROWS: &[&str] = &["csv", "tsv", "psv", "jsonl", "ndjson", "jsonlines", "arff", "geojson", "conllu", "conll", "libsvm", "svmlight"];
/// Endings that the first bytes have to agree with or that have no mark of their own.
const BINARY: &[&str] = &[
    "parquet",
    "pq",
    "feather",
    "arrow",
    "avro",
    "orc",
    "npy",
    "npz",
    "h5",
    "hdf5",
    "hdf",
    "he5",
    "nc",
    "mat",
    "tfrecord",
    "tfrecords",
    "sqlite",
    "sqlite3",
    "db",
    "db3",
    "duckdb",
    "mdb",
    "xlsx",
    "xls",
    "xlsm",
    "ods",
    "rds",
    "rdata",
    "sas7bdat",
    "dta",
    "sav",
    "pkl",
    "pickle",
    "p",
    "data",
    "dat",
    "bin",
    "zip",
    "gz",
    "bz2",
    "xz",
    "zst",
    "tgz",
    "tar",
    "7z",
    "rar",
    "json",
    "idx3-ubyte",
    "idx1-ubyte",
];

/// Whether a file of that name can be data at all; what is not is never opened.
pub fn may_be_data(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
    ROWS.contains(&ending) || BINARY.contains(&ending) || lower.ends_with("-ubyte") || (ending.is_empty() && !lower.is_empty())
}

/// Tells the kind of data from the path and the first bytes; `None` where it is none.
pub fn kind_of(path: &str, size: u64, head: &[u8]) -> Option<DataKind> {
    let lower = path.to_ascii_lowercase();
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let has = |needle: &[u8]| memmem::find(head, needle).is_some();
    if head.is_empty() || head.starts_with(b"version https://git-lfs") {
        return None;
    }
    if head.starts_with(b"PAR1")
        || head.starts_with(b"FEA1")
        || head.starts_with(b"ARROW1")
        || head.starts_with(b"Obj\x01")
        || head.starts_with(b"ORC") && ending == "orc"
    {
        return Some(DataKind::Table);
    }
    if head.starts_with(b"SQLite format 3\0") || head.get(8..12) == Some(b"DUCK") {
        // A cache of thumbnails or an editor's index is no data of the project.
        return (!name.starts_with('.') && name != "thumbs.db").then_some(DataKind::Database);
    }
    if head.starts_with(b"\x93NUMPY") {
        return (!is_weights_path(&lower)).then_some(DataKind::Array);
    }
    if model_magic::is_hdf5(head) {
        let model = model_magic::sniff(head).is_some() || ending == "keras" || is_weights_path(&lower);
        return (!model).then_some(DataKind::Table);
    }
    let text = memchr::memchr(0, head).is_none();
    match ending {
        _ if ROWS.contains(&ending) => return rows(head, text),
        "json" => {
            return (size >= 100_000 && text && in_data_folder(&lower) && matches!(head.trim_ascii_start().first(), Some(b'[' | b'{')))
                .then_some(DataKind::Rows);
        }
        "data" | "dat" if text => return has_columns(head).then_some(DataKind::Rows),
        "tfrecord" | "tfrecords" => return (!text).then_some(DataKind::Records),
        "mat" => return head.starts_with(b"MATLAB ").then_some(DataKind::Array),
        "nc" => return head.starts_with(b"CDF").then_some(DataKind::Array),
        "sas7bdat" | "dta" | "sav" | "rds" | "rdata" => return (!text || head.starts_with(b"<stata_dta>")).then_some(DataKind::Table),
        "xls" => return head.starts_with(b"\xd0\xcf\x11\xe0").then_some(DataKind::Spreadsheet),
        "mdb" if name == "data.mdb" => return (!text).then_some(DataKind::Database),
        "pkl" | "pickle" | "p" => return (model_magic::is_pickle(head) && has(b"pandas") && has(b"DataFrame")).then_some(DataKind::Frame),
        _ => {}
    }
    if name.ends_with("-ubyte") || name.ends_with("-ubyte.gz") || name.ends_with("idx3-ubyte") {
        return Some(DataKind::Array);
    }
    if head.starts_with(b"PK\x03\x04") {
        return match ending {
            "xlsx" | "xlsm" | "ods" => Some(DataKind::Spreadsheet),
            "npz" => (!is_weights_path(&lower)).then_some(DataKind::Array),
            "zip" => (has_data_member(head) || in_data_folder(&lower)).then_some(DataKind::Archive),
            _ => None,
        };
    }
    let packed = head.starts_with(b"\x1f\x8b")
        || head.starts_with(b"BZh")
        || head.starts_with(b"\xfd7zXZ\0")
        || head.starts_with(b"\x28\xb5\x2f\xfd");
    let archive = packed || head.starts_with(b"7z\xbc\xaf\x27\x1c") || head.starts_with(b"Rar!") || head.get(257..262) == Some(b"ustar");
    if archive && !is_weights_path(&lower) {
        let inner = name.rsplit_once('.').and_then(|(stem, _)| stem.rsplit_once('.')).map_or("", |(_, inner)| inner);
        let rows = packed && (ROWS.contains(&inner) || matches!(inner, "json" | "parquet"));
        return (rows || in_data_folder(&lower) || is_data_name(name)).then_some(DataKind::Archive);
    }
    None
}

/// Rows are text; a compressed or binary file of that name is told by its own mark.
fn rows(head: &[u8], text: bool) -> Option<DataKind> {
    let utf16 = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    let page = head.trim_ascii_start().get(..9).is_some_and(|start| start.eq_ignore_ascii_case(b"<!doctype"));
    ((text || utf16) && !page).then_some(DataKind::Rows)
}

/// Whether the first lines all have the same number of columns, and at least three.
fn has_columns(head: &[u8]) -> bool {
    let lines: Vec<&[u8]> = head.split(|byte| *byte == b'\n').take(12).filter(|line| !line.trim_ascii().is_empty()).collect();
    // The last one may be cut.
    let lines = lines.get(..lines.len().saturating_sub(1)).unwrap_or_default();
    if lines.len() < 5 {
        return false;
    }
    [b',', b'\t', b';', b'|', b' '].iter().any(|delimiter| {
        let columns = |line: &[u8]| line.trim_ascii().split(|byte| byte == delimiter).filter(|part| !part.is_empty()).count();
        let first = columns(lines[0]);
        let numbers =
            lines.iter().any(|line| line.trim_ascii().split(|byte| byte == delimiter).filter(|part| is_number(part)).count() >= 2);
        first >= 3 && numbers && lines.iter().all(|line| columns(line) == first)
    })
}

fn is_number(part: &[u8]) -> bool {
    let part = part.trim_ascii();
    !part.is_empty()
        && part.iter().all(|c| c.is_ascii_digit() || matches!(c, b'.' | b'-' | b'+' | b'e' | b'E'))
        && part.iter().any(u8::is_ascii_digit)
}

/// Whether the first member that a zip names has an ending of data.
fn has_data_member(head: &[u8]) -> bool {
    memmem::find_iter(head, b"PK\x03\x04").any(|at| {
        let Some(length) = head.get(at + 26..at + 28) else { return false };
        let length = usize::from(u16::from_le_bytes([length[0], length[1]]));
        let Some(name) = head.get(at + 30..at + 30 + length) else { return false };
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        ROWS.contains(&ending) || matches!(ending, "parquet" | "npy" | "jpg" | "jpeg" | "wav" | "xlsx")
    })
}

/// Whether a path lies in a folder that people keep data in.
pub fn in_data_folder(path: &str) -> bool {
    let folder = |part: &str| {
        matches!(
            part.to_ascii_lowercase().as_str(),
            "data" | "dataset" | "datasets" | "corpus" | "corpora" | "raw" | "annotations" | "training_data" | "train_data" | "input_data"
        )
    };
    path.rsplit_once('/').is_some_and(|(folders, _)| folders.split('/').any(folder))
}

fn is_data_name(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    stem.split(['_', '-', ' ']).any(|part| matches!(part, "data" | "dataset" | "datasets" | "corpus" | "images" | "train" | "samples"))
}

/// Whether a path says that it is weights.
fn is_weights_path(lower: &str) -> bool {
    lower
        .split(['/', '_', '-', '.'])
        .any(|part| matches!(part, "weights" | "weight" | "checkpoint" | "checkpoints" | "ckpt" | "model" | "models" | "pretrained"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn goes_by_content_where_the_name_lies() {
        assert_eq!(kind_of("a/b.csv", 9, b"a,b\n1,2\n"), Some(DataKind::Rows));
        assert_eq!(kind_of("a/b.csv", 9, b"<!DOCTYPE html>"), None);
        assert_eq!(kind_of("a/cache.bin", 9, b"PAR1\x15"), Some(DataKind::Table));
        assert_eq!(kind_of("a/x.db", 9, b"SQLite format 3\0"), Some(DataKind::Database));
        assert_eq!(kind_of("a/x.db", 9, b"plain text"), None);
        assert_eq!(kind_of("m/model.h5", 9, b"\x89HDF\r\n\x1a\n keras_version"), None);
        assert_eq!(kind_of("d/iris.data", 9, b"5.1,3.5,1.4,x\n4.9,3.0,1.4,x\n4,3,1,x\n4,3,1,x\n4,3,1,x\n4,3"), Some(DataKind::Rows));
        assert_eq!(kind_of("d/notes.dat", 9, b"a text\nof some lines, here\nand more\nand\nx\ny\n"), None);
        assert_eq!(kind_of("config/big.json", 200_000, b"{\"a\":1}"), None);
        assert_eq!(kind_of("data/big.json", 200_000, b"[{\"a\":1}]"), Some(DataKind::Rows));
        assert_eq!(kind_of("model/x.pkl", 20_000, b"\x80\x04\x95ccopy_reg"), None);
    }

    proptest! {
        #[test]
        fn never_panics(path in ".{0,20}", bytes: Vec<u8>) {
            let _ = kind_of(&path, 10_000, &bytes);
            let _ = kind_of("a.zip", 10_000, &bytes);
            let _ = kind_of("a.dat", 10_000, &bytes);
        }
    }
}
