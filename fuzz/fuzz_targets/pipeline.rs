#![no_main]
#[path = "shared.rs"]
mod shared;

/// The first byte chooses the name.
const NAMES: [&str; 8] = [".github/workflows/ci.yml", ".gitlab-ci.yml", "docker-compose.yml", "action.yml", "azure-pipelines.yml", ".circleci/config.yml", ".travis.yml", "Jenkinsfile"];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Some((first, rest)) = bytes.split_first() {
        shared::check(NAMES[usize::from(*first) % NAMES.len()], rest);
    }
});
