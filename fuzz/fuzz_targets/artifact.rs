#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = highroad::scan::artifacts::scan_bytes(bytes);
});
