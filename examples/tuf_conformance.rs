//! Highroad's own client of signed registries behind the command line that the public TUF client conformance suite drives
//! (<https://github.com/theupdateframework/tuf-conformance>, `CLIENT-CLI.md`). A thin shell: every decision is the client's.
//!
//! `scripts/tuf-conformance.sh` builds and runs it.
#![expect(clippy::print_stderr, clippy::disallowed_methods, reason = "the suite's protocol: files, messages, exit codes")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use highroad::base::clock;
use highroad::base::diagnostic::Diagnostic;
use highroad::road::registry::cache::Cache;
use highroad::road::registry::client::{Address, Client};
use highroad::road::registry::transport::Transport;

/// The largest file that is downloaded, in bytes.
const LARGEST: u64 = 64 << 20;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let mut flags: Vec<(String, String)> = Vec::new();
    let mut words = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix("--") {
            Some(name) => flags.push((name.to_owned(), arguments.next().ok_or("a value is missing")?)),
            None => words.push(argument),
        }
    }
    let flag = |name: &str| flags.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let metadata = PathBuf::from(flag("metadata-dir").ok_or("--metadata-dir is missing")?);
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["init", root] => std::fs::copy(root, metadata.join("root.json")).map(drop).map_err(|error| error.to_string()),
        ["refresh"] => with_client(&metadata, flag("metadata-url"), None, |_| Ok(())),
        ["download"] => {
            let folder = PathBuf::from(flag("target-dir").ok_or("--target-dir is missing")?);
            let names = flags.iter().filter(|(name, _)| name == "target-name").map(|(_, value)| value.as_str());
            with_client(&metadata, flag("metadata-url"), flag("target-base-url"), |client| {
                names.clone().try_for_each(|name| download(client, &folder, name))
            })
        }
        other => Err(format!("no such command: {other:?}")),
    }
}

/// The suite looks into one folder of metadata; the client keeps that folder beside others.
fn with_client(
    metadata: &Path,
    url: Option<&str>,
    targets: Option<&str>,
    work: impl FnOnce(&mut Client) -> Result<(), Diagnostic>,
) -> Result<(), String> {
    let parsed = |text: Option<&str>| {
        let text = format!("{}/", text.unwrap_or("http://localhost").trim_end_matches('/'));
        text.parse().map_err(|_| format!("no address: {text}"))
    };
    let address = Address { metadata: parsed(url)?, targets: parsed(targets)? };
    let cache = Cache::with_metadata(metadata.with_file_name("cache"), metadata.to_owned());
    let transport = Transport::new();
    let result = Client::open(&cache, &transport, address, clock::now());
    result.map_err(Diagnostic::from).and_then(|mut client| work(&mut client)).map_err(|error| error.to_string())
}

fn download(client: &mut Client, folder: &Path, name: &str) -> Result<(), Diagnostic> {
    let missing = || Diagnostic::usage("target", "the registry names no such file").at(name);
    let target = client.find(name)?.ok_or_else(missing)?;
    let path = folder.join(name.replace('/', "%2F"));
    let known = std::fs::read(&path).is_ok_and(|bytes| target.is(&bytes));
    if !known {
        let bytes = client.download(name, &target, LARGEST)?;
        std::fs::write(&path, bytes).map_err(|error| Diagnostic::failed("disk", error.to_string()))?;
    }
    Ok(())
}
