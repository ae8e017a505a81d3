use super::*;

fn tree(files: &[(&str, &[u8], Mode)]) -> Tree {
    let mut tree = Tree::default();
    for (path, bytes, mode) in files {
        tree.insert(RelPath::parse(path).unwrap(), File { bytes: bytes.to_vec(), mode: *mode }).unwrap();
    }
    tree
}

/// An archive of these blocks: what a hostile publisher would write by hand.
fn compressed(tar: &[u8]) -> Vec<u8> {
    zstd::encode_all(tar, 1).unwrap()
}

/// A tar archive of one entry whose header was changed after it was made, with a right sum.
fn changed(change: impl FnOnce(&mut Header)) -> Vec<u8> {
    let mut header = header("road.toml", 3, Mode::Plain).unwrap();
    change(&mut header);
    header.set_cksum();
    let mut tar = header.as_bytes().to_vec();
    tar.extend(b"abc");
    tar.resize(4 * BLOCK, 0);
    tar
}

fn named(name: &[u8]) -> Vec<u8> {
    changed(|header| {
        let field = &mut header.as_old_mut().name;
        field.fill(0);
        field[..name.len()].copy_from_slice(name);
    })
}

#[track_caller]
fn refused(tar: &[u8], word: &str) {
    let error = unpack(&compressed(tar)).unwrap_err();
    assert!(error.why.contains(word), "`{word}` is not in: {}", error.why);
    assert_eq!(error.code, "archive");
}

#[test]
fn the_same_files_are_the_same_bytes_and_come_back() {
    let long = format!("{}/{}", "a".repeat(120), "b".repeat(90));
    let one = tree(&[("road.toml", b"id", Mode::Plain), ("kinds/x/run.sh", b"", Mode::Executable), (&long, &[7; 512], Mode::Plain)]);
    let other = tree(&[(&long, &[7; 512], Mode::Plain), ("kinds/x/run.sh", b"", Mode::Executable), ("road.toml", b"id", Mode::Plain)]);
    let packed = pack(&one).unwrap();
    assert_eq!(packed, pack(&other).unwrap());
    let back = unpack(&packed).unwrap();
    assert_eq!(back, one);
    assert_eq!(back.digest(), one.digest());
    assert_eq!(unpack(&pack(&Tree::default()).unwrap()).unwrap(), Tree::default());
}

#[test]
fn what_the_form_cannot_hold_is_not_packed() {
    let deep = format!("{}x", "folder/".repeat(60));
    for path in ["a".repeat(101), deep] {
        let error = pack(&tree(&[(&path, b"", Mode::Plain)])).unwrap_err();
        assert_eq!(error.place.as_deref().map(|_| error.code), Some("archive"), "{path}");
    }
    let large = vec![0; LIMITS.file_bytes as usize + 1];
    assert!(pack(&tree(&[("large", &large, Mode::Plain)])).unwrap_err().why.contains("more than"));
}

#[test]
fn no_path_leaves_the_version() {
    for (name, word) in [
        (b"../road.toml" as &[u8], "climbs"),
        (b"a/../../x", "climbs"),
        (b"./road.toml", "climbs"),
        (b"/etc/passwd", "absolute"),
        (b"C:evil", "absolute"),
        (b"\\\\host\\x", "absolute"),
        (b"a\\..\\x", "not allowed"),
        (b".git/hooks/pre-commit", ".git"),
        (b".GIT/config", ".git"),
        (b"git~1/config", ".git"),
        (b"x/.g\xe2\x80\x8cit/config", ".git"),
        (b"nul.txt", "device name"),
        (b"x\x1b[2J", "not allowed"),
        (b"ends.", "ends with a dot"),
        (b"a//b", "empty part"),
        (b"", "empty part"),
        (b"folder/", "empty part"),
        (b"\xff\xfe", "UTF-8"),
    ] {
        refused(&named(name), word);
    }
    // What stands after the NUL is a name to one reader and nothing to another.
    refused(&named(b"road.toml\0/../x"), "header");
}

#[test]
fn only_regular_files_are_taken() {
    for (byte, word) in [
        (b'1', "link"),
        (b'2', "link"),
        (b'3', "device"),
        (b'4', "device"),
        (b'5', "folder"),
        (b'6', "device"),
        (b'7', "type"),
        (b'x', "extension"),
        (b'g', "extension"),
        (b'L', "extension"),
        (b'K', "extension"),
        (b'S', "holes"),
        (b'V', "type"),
        (b'Z', "type"),
    ] {
        refused(&changed(|header| header.set_entry_type(EntryType::new(byte))), word);
    }
    refused(&changed(|header| header.as_old_mut().linkflag = [0]), "type");
}

#[test]
fn nothing_but_our_own_headers_is_taken() {
    assert_eq!(unpack(&compressed(&changed(|_| {}))).unwrap().len(), 1);
    refused(&changed(|header| header.set_mode(0o4755)), "mode");
    refused(&changed(|header| header.set_mode(0o600)), "mode");
    refused(&changed(|header| header.set_uid(1)), "header");
    refused(&changed(|header| header.set_gid(1)), "header");
    refused(&changed(|header| header.set_mtime(1)), "header");
    refused(&changed(|header| header.as_ustar_mut().unwrap().set_username("root").unwrap()), "header");
    refused(&changed(|header| header.as_old_mut().linkname[0] = b'x'), "header");
    refused(&changed(|header| header.as_mut_bytes()[511] = 1), "header");
    refused(&changed(|header| header.as_mut_bytes()[257..265].copy_from_slice(b"ustar  \0")), "header");
    refused(&changed(|header| header.as_old_mut().size.copy_from_slice(b"0000000003 \0"[..12].try_into().unwrap())), "header");
    refused(&changed(|header| header.as_old_mut().size.fill(0xff)), "");
    refused(&changed(|header| header.set_size(LIMITS.file_bytes + 1)), "more than");
    let mut wrong_sum = changed(|_| {});
    wrong_sum[150] ^= 1;
    refused(&wrong_sum, "");
}

fn many(names: &[String], bytes: &[u8]) -> Vec<u8> {
    let mut tar = Vec::new();
    for name in names {
        tar.extend(header(name, bytes.len() as u64, Mode::Plain).unwrap().as_bytes());
        tar.extend(bytes);
        tar.resize(tar.len().next_multiple_of(BLOCK), 0);
    }
    tar.extend([0; 2 * BLOCK]);
    tar
}

#[test]
fn twins_and_doubles_are_refused() {
    let two = |one: &str, other: &str| many(&[one.to_owned(), other.to_owned()], b"x");
    refused(&two("a", "a"), "twice");
    refused(&two("b", "a"), "out of order");
    refused(&two("A", "a"), "case");
    refused(&two("a", "a/b"), "file and a folder");
    refused(&two("É", "é"), "case");
}

#[test]
fn what_is_read_at_once_is_bounded() {
    let names: Vec<String> = (0..=LIMITS.files).map(|number| format!("{number:06}")).collect();
    refused(&many(&names, b""), "more than 10000 files");
    // 12 MiB of zeros come in an archive of a few KiB.
    let names: Vec<String> = (0..3).map(|number| number.to_string()).collect();
    refused(&many(&names, &vec![0; 4 << 20]), "times as large");
    let deep: Vec<String> = (0..9_999).map(|number| format!("{number:04}/{}x", "y/".repeat(70))).collect();
    refused(&many(&deep, b""), "too deep");
    assert!(unpack(&vec![0; LIMIT as usize + 1]).unwrap_err().why.contains("more than"));
}

#[test]
fn nothing_hides_after_the_end() {
    let good = changed(|_| {});
    assert!(unpack(&compressed(&good)).is_ok());
    for cut in 1..=4 {
        refused(&good[..good.len() - cut * BLOCK / 2], "");
    }
    let mut more = good.clone();
    more.extend([0; BLOCK]);
    refused(&more, "after its end");
    more.extend(&good);
    refused(&more, "after its end");
    let mut filled = good.clone();
    filled[BLOCK + 100] = 1;
    refused(&filled, "zeros");
    for rest in [compressed(&good), b"x".to_vec(), vec![0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]] {
        let mut packed = compressed(&good);
        packed.extend(rest);
        assert!(unpack(&packed).unwrap_err().why.contains("after its compressed content"));
    }
}

#[test]
fn damage_and_other_formats_are_errors() {
    let packed = pack(&tree(&[("road.toml", &[b'x'; 2_000], Mode::Plain)])).unwrap();
    for at in 0..packed.len() {
        let mut damaged = packed.clone();
        damaged[at] ^= 0x55;
        if let Ok(read) = unpack(&damaged) {
            assert_eq!(read, unpack(&packed).unwrap(), "byte {at}");
        }
        assert!(unpack(&packed[..at]).is_err(), "cut at {at}");
    }
    for other in [b"" as &[u8], b"<html></html>", b"PK\x03\x04", &[0x1f, 0x8b, 8, 0], &[0x28, 0xb5, 0x2f, 0xfd]] {
        assert!(unpack(other).is_err());
    }
}

#[test]
fn a_window_that_takes_much_memory_is_refused() {
    let mut encoder = Encoder::new(Vec::new(), 1).unwrap();
    encoder.window_log(27).unwrap();
    io::Write::write_all(&mut encoder, &changed(|_| {})).unwrap();
    assert!(unpack(&encoder.finish().unwrap()).unwrap_err().why.contains("cannot be unpacked"));
}
