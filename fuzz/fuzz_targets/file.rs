#![no_main]
#[path = "shared.rs"]
mod shared;

/// The first byte chooses the name.
const NAMES: [&str; 12] = ["README.md", "data/people.csv", ".env", "config.json", "tokenizer_config.json", "models.toml", "datasets.toml", "threat-model.toml", ".gitignore", "Makefile", "run.sh", "highroad.lock"];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some((first, rest)) = bytes.split_first() {
        shared::check(NAMES[usize::from(*first) % NAMES.len()], rest);
    }
});
