#![no_main]
#[path = "shared.rs"]
mod shared;

/// The first byte chooses the name.
const NAMES: [&str; 12] = ["requirements.txt", "pyproject.toml", "setup.py", "setup.cfg", "Pipfile", "Pipfile.lock", "uv.lock", "poetry.lock", "pdm.lock", "pylock.toml", "environment.yml", "conda-lock.yml"];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some((first, rest)) = bytes.split_first() {
        shared::check(NAMES[usize::from(*first) % NAMES.len()], rest);
    }
});
