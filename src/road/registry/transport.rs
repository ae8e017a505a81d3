//! Fetches one file from a registry: over HTTP, HTTPS or from a folder, within bounds of size and time.
//!
//! Nothing that comes back is trusted: the caller checks signatures and digests. What this module keeps is that an answer
//! ends, that it is no larger than asked for, and that a refusal says what the server did.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use ureq::http::Response;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, Error, Timeout};
use url::Url;

use crate::base::diagnostic::Diagnostic;
use crate::base::{fs, interrupt};

/// How long a connection, and each wait for the next bytes, may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long a whole answer may take, before what its size adds.
const OVERALL: Duration = Duration::from_secs(30);
/// The slowest rate that is waited for, in bytes a second.
const SLOWEST: u64 = 4 << 10;
/// How often a wait looks whether the person stops.
const SLICE: Duration = Duration::from_millis(50);
/// How often an answer may send us on.
const MOST_REDIRECTS: usize = 5;
/// The largest head of an answer, in bytes.
const LARGEST_HEAD: usize = 32 << 10;

/// Why a file was not fetched.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Missed {
    /// The server says that there is no such file.
    Missing(Diagnostic),
    /// The server could not be reached, or its answer is of no use.
    Unreachable(Diagnostic),
}

impl From<Missed> for Diagnostic {
    fn from(missed: Missed) -> Self {
        match missed {
            Missed::Missing(diagnostic) | Missed::Unreachable(diagnostic) => diagnostic,
        }
    }
}

/// Fetches files.
#[derive(Clone, Debug)]
pub struct Transport {
    agent: Agent,
    patience: Duration,
    overall: Duration,
}

impl Default for Transport {
    fn default() -> Self {
        Self::new()
    }
}

impl Transport {
    /// Makes a transport that trusts the machine's own certificates and honours its proxy variables.
    pub fn new() -> Self {
        let (patience, overall) = patience();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).unversioned_rustls_crypto_provider(provider).build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .user_agent(concat!("highroad/", env!("CARGO_PKG_VERSION")))
            .http_status_as_error(false)
            // Each step is looked at here: a registry on one scheme must not lead to another.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_response_header_size(LARGEST_HEAD)
            .timeout_resolve(Some(patience))
            .timeout_connect(Some(patience))
            .timeout_recv_response(Some(patience))
            .timeout_per_read(Some(patience))
            .build()
            .new_agent();
        Self { agent, patience, overall }
    }

    /// Fetches a file of at most `limit` bytes.
    ///
    /// # Errors
    /// [`Missed::Missing`] where the server says so (404, 410, and 403, which stores of objects say for what is not there);
    /// [`Missed::Unreachable`] for every other answer than the whole file in time.
    pub fn fetch(&self, url: &Url, limit: u64) -> Result<Vec<u8>, Missed> {
        match url.scheme() {
            "http" | "https" => self.in_slices(url, limit),
            "file" => from_folder(url, limit),
            other => Err(unreachable(url, format!("`{other}` is no scheme that a registry can have"), "use https, http or file")),
        }
    }

    /// Waits for an answer, and looks meanwhile whether the person stops: a wait for a server can be long.
    fn in_slices(&self, url: &Url, limit: u64) -> Result<Vec<u8>, Missed> {
        let (sender, receiver) = mpsc::channel();
        let (transport, place) = (self.clone(), url.clone());
        // Where the person stops, the thread waits on, until the process ends a moment later.
        std::thread::spawn(move || drop(sender.send(transport.over_http(&place, limit))));
        loop {
            match receiver.recv_timeout(SLICE) {
                Ok(answer) => return answer,
                Err(mpsc::RecvTimeoutError::Timeout) => interrupt::check().map_err(Missed::Unreachable)?,
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    return Err(unreachable(url, "the wait for it ended without an answer", REACH));
                }
            }
        }
    }

    fn over_http(&self, url: &Url, limit: u64) -> Result<Vec<u8>, Missed> {
        let end = Instant::now() + self.overall + Duration::from_secs(limit / SLOWEST);
        let mut place = url.clone();
        for _ in 0..=MOST_REDIRECTS {
            let left = end.saturating_duration_since(Instant::now());
            let answer = self.agent.get(place.as_str()).config().timeout_global(Some(left)).build().call();
            let answer = answer.map_err(|error| unreachable(url, self.told(&error), REACH))?;
            match answer.status().as_u16() {
                200 => return self.body(url, answer, limit),
                status @ (301 | 302 | 303 | 307 | 308) => place = next(url, &place, status, &answer)?,
                status @ (403 | 404 | 410) => return Err(Missed::Missing(missing(url, &format!("the server answered {status}")))),
                status => return Err(unreachable(url, format!("the server answered {status}"), SERVER)),
            }
        }
        Err(unreachable(url, format!("the server sent us on more than {MOST_REDIRECTS} times"), SERVER))
    }

    /// Reads what the server sends, no more than `limit` bytes of it, and not slower than the slowest rate.
    fn body(&self, url: &Url, answer: Response<Body>, limit: u64) -> Result<Vec<u8>, Missed> {
        let start = Instant::now();
        let header = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        if header("content-type").is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html")) {
            return Err(web_page(url));
        }
        let told = header("content-length").and_then(|length| length.parse::<u64>().ok());
        if told.is_some_and(|told| told > limit) {
            return Err(too_large(url, limit));
        }
        let mut bytes = Vec::new();
        let mut piece = [0; 16 << 10];
        let mut reader = answer.into_body().into_reader();
        loop {
            let read = reader.read(&mut piece).map_err(|error| unreachable(url, self.told(&Error::from(error)), REACH))?;
            if read == 0 {
                break;
            }
            bytes.extend_from_slice(&piece[..read]);
            if bytes.len() as u64 > limit {
                return Err(too_large(url, limit));
            }
            interrupt::check().map_err(Missed::Unreachable)?;
            // A server that drips keeps each single wait short.
            let passed = start.elapsed();
            if passed > self.patience && u128::from(bytes.len() as u64) * 1000 < passed.as_millis() * u128::from(SLOWEST) {
                return Err(unreachable(url, format!("it sends slower than {SLOWEST} bytes a second"), REACH));
            }
        }
        if let Some(told) = told.filter(|told| *told != bytes.len() as u64) {
            return Err(unreachable(url, format!("the answer ended after {} of {told} bytes", bytes.len()), REACH));
        }
        if is_web_page(&bytes) {
            return Err(web_page(url));
        }
        Ok(bytes)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the errors of ureq are its own, and it adds more")]
    fn told(&self, error: &Error) -> String {
        match error {
            Error::Timeout(Timeout::Global | Timeout::PerCall) => "the whole answer takes too long".to_owned(),
            Error::Timeout(_) => format!("the server did not answer, or not go on, within {} seconds", self.patience.as_secs().max(1)),
            Error::HostNotFound => "no such host is known".to_owned(),
            Error::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => "the answer ended too soon".to_owned(),
            other => other.to_string(),
        }
    }
}

const REACH: &str = "check the network, the address and the proxy variables, then run it again";
const SERVER: &str = "ask whoever runs the registry";

fn patience() -> (Duration, Duration) {
    match crate::base::env::told_patience() {
        Some(told) => (Duration::from_millis(told), Duration::from_millis(told)),
        None => (PATIENCE, OVERALL),
    }
}

fn next(url: &Url, place: &Url, status: u16, answer: &Response<Body>) -> Result<Url, Missed> {
    let target = answer.headers().get("location").and_then(|value| value.to_str().ok()).and_then(|text| place.join(text).ok());
    match target {
        Some(target) if target.scheme() == url.scheme() => Ok(target),
        Some(target) => Err(unreachable(
            url,
            format!("the server sends us on ({status}) from {} to {}", url.scheme(), target.scheme()),
            "name the address that it leads to, if that is the registry",
        )),
        None => Err(unreachable(url, format!("the server sends us on ({status}) to nowhere"), SERVER)),
    }
}

fn from_folder(url: &Url, limit: u64) -> Result<Vec<u8>, Missed> {
    let path: PathBuf = url.to_file_path().map_err(|()| unreachable(url, "it is no path of this machine", "write `file:///…`"))?;
    match fs::look(&path) {
        Ok(fs::Found::Nothing) => return Err(Missed::Missing(missing(url, "there is no such file"))),
        // A folder of somebody else could lead anywhere with a link; what is read is checked all the same.
        Ok(fs::Found::Folder(_) | fs::Found::Other(_)) => {}
        Err(error) if error.why.to_lowercase().contains("not a directory") => return Err(Missed::Missing(error)),
        Err(error) => return Err(Missed::Unreachable(error)),
    }
    fs::durable::read(&path, limit).map_err(Missed::Unreachable)
}

/// Whether what came is a web page: a log-in, a "not found" that says 200, a list of files.
fn is_web_page(bytes: &[u8]) -> bool {
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(bytes.len());
    let head: Vec<u8> = bytes[start..].iter().take(14).map(u8::to_ascii_lowercase).collect();
    head.starts_with(b"<!doctype html") || head.starts_with(b"<html") || head.starts_with(b"<head")
}

fn web_page(url: &Url) -> Missed {
    unreachable(
        url,
        "the server answered with a web page (HTML) in place of the file",
        "look at the address in a browser: a log-in, a proxy or a wrong path answers so",
    )
}

fn too_large(url: &Url, limit: u64) -> Missed {
    unreachable(url, format!("the server sends more than the {limit} bytes that the file may have"), SERVER)
}

fn missing(url: &Url, why: &str) -> Diagnostic {
    Diagnostic::usage("registry-missing", "a file of the registry is not there")
        .at(url.as_str())
        .because(why)
        .fix("check the address of the source, or ask whoever runs the registry")
}

fn unreachable(url: &Url, why: impl Into<String>, fix: &str) -> Missed {
    let diagnostic = Diagnostic::failed("registry-unreachable", "the registry gave no usable answer");
    Missed::Unreachable(diagnostic.at(url.as_str()).because(why).fix(fix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_web_page_is_told_from_json() {
        assert!(is_web_page(b" \n<!DOCTYPE html><p>") && is_web_page(b"<HTML>"));
        assert!(!is_web_page(b"{\"signed\": \"<html>\"}") && !is_web_page(b""));
    }

    #[test]
    fn other_schemes_are_refused() {
        let missed = Transport::new().fetch(&Url::parse("ftp://example.com/x").unwrap(), 1);
        assert!(matches!(missed, Err(Missed::Unreachable(_))));
    }
}
