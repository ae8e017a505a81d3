#![no_main]

use highroad::base::day::Day;
use highroad::repo::config::Config;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(config) = Config::read(text) {
        let today = Day::parse("2026-11-23").expect("a day");
        for waiver in &config.waiver {
            let _ = waiver.holds(today);
            let again: Config = Config::read(&format!("schema = 1\n{}", waiver.to_text())).expect("what we write we read");
            assert_eq!(&again.waiver[0], waiver);
        }
    }
});
