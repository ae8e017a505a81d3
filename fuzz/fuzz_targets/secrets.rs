#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for hit in highroad::scan::secrets::scan("config.yml", bytes) {
        assert!(hit.range.start <= hit.range.end);
    }
});
