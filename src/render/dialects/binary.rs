//! Which files cookiecutter copies without rendering because they are not text.
//!
//! The tool asks the Python package `binaryornot` (0.6): an ending that binary formats have, else the first 512 bytes.
//! That package decides by a tree that was learnt from samples. For text in UTF-8 and for files with a known beginning the
//! rules here decide as it does; in the middle, for old encodings, they are simpler.

/// Endings of binary formats, by family.
const ENDINGS: &str = "3ds blend dae fbx glb stl usdz \
    7z bz2 cab gz jar lz lz4 lzma rar tar xz z zip zst \
    aac aif aiff alac ape flac m4a mid midi mp3 ogg opus wav wma \
    dwg dwf dxb step stp class dll o pyc pyo so wasm \
    accdb db dbf mdb sqlite sqlite3 dmg img iso qcow2 vdi vhd vmdk \
    doc docx epub mobi odt pages pdf ppt pptx xls xlsx com exe msi bin fw rom \
    eot otf ttc ttf woff woff2 gba n64 nds nes pak sav sfc smc shp shx \
    avif bmp cr2 cr3 dng gif heic heif ico jfif jp2 jpeg jpg jxl nef orf png psd raw tif tiff webp xcf \
    arrow avro fit fits hdf5 mat npy npz parquet pcap pcapng \
    avi flv m4v mkv mov mp4 mpeg mpg ogv webm wmv";

/// Beginnings of binary formats, as their specifications give them.
const BEGINNINGS: [&[u8]; 54] = [
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff\xe0",
    b"\xff\xd8\xff\xe1",
    b"GIF87a",
    b"GIF89a",
    b"BM",
    b"MM\0*",
    b"II*\0",
    b"\0\0\x01\0",
    b"%PDF-1.",
    b"SQLite format 3\0",
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"\xfd7zXZ\0",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xce\xfa\xed\xfe",
    b"\xfe\xed\xfa\xcf",
    b"\xcf\xfa\xed\xfe",
    b"MZ",
    b"\xca\xfe\xba\xbe",
    b"RIFF",
    b"OggS",
    b"fLaC",
    b"\0asm",
    b"wOFF",
    b"OTTO",
    b"\0\x01\0\0\0",
    b"\0\0\0\x01Bud1",
    b"wOF2",
    b"\0\0\0\x18ftypmp42",
    b"ID3",
    b"BZh",
    b"7z\xbc\xaf\x27\x1c",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"\x28\xb5\x2f\xfd",
    b"Rar!\x1a\x07",
    b"\x1aE\xdf\xa3",
    b"MThd",
    b"8BPS",
    b"\0\0\0\x1cftypheic",
    b"PAR1",
    b"dex\n",
    b"BC\xc0\xde",
    b"PACK",
    b"bplist",
    b"!<arch>\n",
    b"\x04\x22\x4d\x18",
    b"ARROW1",
    b"Obj\x01",
    b"]\0\0",
    b"\xa1\xb2\xc3\xd4",
    b"\xff\x06\0\0sNaPpY",
    b"070701",
];

/// How many bytes are looked at.
const LOOKED_AT: usize = 512;

/// Whether the tool copies a file of this name and content as it is.
pub(super) fn is_binary(name: &str, bytes: &[u8]) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    // A dot at the start begins a name, not an ending.
    if let Some((stem, ending)) = file.rsplit_once('.')
        && !stem.trim_start_matches('.').is_empty()
        && ENDINGS.split_whitespace().any(|known| known.eq_ignore_ascii_case(ending))
    {
        return true;
    }
    let start = &bytes[..bytes.len().min(LOOKED_AT)];
    !start.is_empty() && (BEGINNINGS.iter().any(|known| start.starts_with(known)) || reads_as_binary(start))
}

fn reads_as_binary(start: &[u8]) -> bool {
    let share = |count: usize| count as f64 / start.len() as f64;
    let controls = share(start.iter().filter(|byte| **byte < 32 && !matches!(byte, b'\t' | b'\n' | b'\r')).count());
    let nothing = share(start.iter().filter(|byte| **byte == 0).count());
    let printable = share(start.iter().filter(|byte| matches!(byte, 0x20..=0x7e)).count());
    // A character that the 512th byte cuts is no fault of the text.
    let utf8 = match std::str::from_utf8(start) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && start.len() == LOOKED_AT,
    };
    match (utf8, controls > 0.001) {
        (true, false) => false,
        (true, true) if nothing <= 0.163_978 => controls <= 0.006_212 || controls > 0.45,
        (true, true) => true,
        // An old 8-bit encoding; the tool then fails to read it as UTF-8.
        (false, false) => printable <= 0.758_706,
        (false, true) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decides_as_the_tool_does_for_usual_files() {
        for (name, bytes, binary) in [
            ("a/logo.PNG", &b"text"[..], true),
            ("a/.gitignore", b"*.pyc\n", false),
            ("a/.db", b"text\n", false),
            ("a.py", b"print('\xc3\xa4')\n", false),
            ("a.svg", b"<svg/>", false),
            ("empty.txt", b"", false),
            ("model", b"\x7fELF\x02\x01\x01\0", true),
            ("notes", b"BM is a word that starts like a bitmap", true),
            ("data", &[0, 1, 2, 3, 0, 0, 0, 250, 251, 252], true),
        ] {
            assert_eq!(is_binary(name, bytes), binary, "{name}");
        }
        let mut cut = vec![b'a'; 511];
        cut.extend("ä".as_bytes());
        assert!(!is_binary("cut.txt", &cut));
    }
}
