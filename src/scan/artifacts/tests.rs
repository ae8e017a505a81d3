//! Hostile and harmless files, assembled here.

use proptest::prelude::*;

use super::*;

fn verdict(bytes: &[u8]) -> Verdict {
    scan_bytes(bytes).verdict
}

/// Names are put together, so that no scanner stops at this source.
fn shell() -> String {
    ["cpo", "six\nsys", "tem\n"].concat()
}

#[test]
fn finds_a_call_in_every_shape() {
    let shell = shell();
    let shapes: Vec<Vec<u8>> = vec![
        [shell.as_bytes(), b"(S'true'\ntR."].concat(),
        [b"(S'true'\n", shell.replacen('c', "i", 1).as_bytes(), b"."].concat(),
        [b"(", shell.as_bytes(), b"S'true'\no."].concat(),
        [b"\x80\x02", shell.as_bytes(), b"q\x00X\x04\0\0\0true\x85R\xff"].concat(),
        [&b"\x80\x04]."[..], b"\x80\x02", shell.as_bytes(), b")R."].concat(),
        b"\x80\x04\x8c\x02os\x94\x8c\x06sys\x74em\x94\x93\x8c\x01x\x85R.".to_vec(),
        b"\x80\x04\x8c\x08builtins\x8c\x07getattr\x93}\x8c\x01x\x85\x86R.".to_vec(),
        [b"\x80\x04C\x1d\x80\x02", shell.as_bytes(), b")R.aaaaaaa."].concat(),
    ];
    for shape in shapes {
        assert_eq!(verdict(&shape), Verdict::Alarm, "{}", shape.escape_ascii());
    }
}

#[test]
fn takes_plain_data_as_clean_and_half_of_it_as_unknown() {
    let plain = b"\x80\x04\x95\x0a\0\0\0\0\0\0\0}\x8c\x02lr\x94K\x01s.";
    assert_eq!(verdict(plain), Verdict::Clean);
    assert_eq!(verdict(&plain[..16]), Verdict::Unscannable);
    assert_eq!(scan_bytes(b"import os\nprint(1)\n").kind, Kind::Other);
    assert_eq!(scan_bytes(b"class A:\n    pass\n").kind, Kind::Other);
    assert_eq!(scan_bytes(b"cat\ndog\nbird\n(x)\n").kind, Kind::Other);
}

#[test]
fn a_class_of_nobody_is_suspicious_only_when_it_is_made() {
    assert_eq!(verdict(b"\x80\x02cmy.package\nModel\n)\x81."), Verdict::Suspicious);
    assert_eq!(verdict(b"\x80\x02cmy.package\nModel\n."), Verdict::Clean);
}

#[test]
fn deep_values_neither_recurse_nor_grow() {
    let mut deep = vec![0x80, 4, b')'];
    deep.extend(std::iter::repeat_n(0x85, 300_000));
    deep.push(b'.');
    assert_eq!(verdict(&deep), Verdict::Clean);
    let mut doubled = vec![0x80, 4, b')'];
    for _ in 0..5000 {
        doubled.extend([b'2', 0x86]);
    }
    doubled.push(b'.');
    assert_eq!(verdict(&doubled), Verdict::Clean);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..600), head in 0usize..14) {
        let heads: [&[u8]; 14] = [
            b"", b"\x80\x04", b"PK\x03\x04", b"\x93NUMPY\x01\0", b"GGUF\x03\0\0\0", b"\x89HDF\r\n\x1a\n", b"\x1f\x8b\x08", b"\x78\x9c", b"BZh91AY&SY",
            b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"\x08\x08\x3a", b"(cx\ny\n",
        ];
        scan_bytes(&[heads[head], &bytes].concat());
    }

    #[test]
    fn never_panics_on_opcodes(codes in proptest::collection::vec(proptest::sample::select(&b"(.012NQRabdeloistuq)]}\x81\x85\x86\x87\x93\x94ch\x8cKU"[..]), 0..300)) {
        scan_bytes(&[&b"\x80\x04"[..], &codes].concat());
    }
}
