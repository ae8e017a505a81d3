//! A registry that a test writes itself, key by key and file by file, so that it can be wrong in every way; and servers of it.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    reason = "tests look at files from outside"
)]

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use highroad::base::digest::Digest;
use highroad::road::index::{Index, Published};
use highroad::road::registry::listing::{Entry, Listing};
use highroad::road::registry::{archive, archive_target, listing_target};
use highroad::road::source::read_folder;
use serde_json::{Value, json};

/// A key pair, made for the test.
#[derive(Clone)]
pub struct Key(Arc<Ed25519KeyPair>);

impl Key {
    pub fn new() -> Self {
        Self(Arc::new(Ed25519KeyPair::generate().unwrap()))
    }

    pub fn public(&self) -> Value {
        let hex: String = self.0.public_key().as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        json!({ "keytype": "ed25519", "keyval": { "public": hex }, "scheme": "ed25519" })
    }

    pub fn id(&self) -> String {
        Digest::of(canonical(&self.public()).as_bytes()).hex()
    }

    fn sign(&self, text: &str) -> String {
        self.0.sign(text.as_bytes()).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The canonical form of JSON that signatures are made over; for texts without control characters.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<&String, &Value> = map.iter().collect();
            let entries: Vec<String> =
                sorted.iter().map(|(key, value)| format!("{}:{}", canonical(&json!(key)), canonical(value))).collect();
            format!("{{{}}}", entries.join(","))
        }
        Value::Array(values) => format!("[{}]", values.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::String(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        other => other.to_string(),
    }
}

/// The keys of a role and how many of them have to sign.
#[derive(Clone)]
pub struct Role {
    pub keys: Vec<Key>,
    pub threshold: usize,
    /// How many of them do sign.
    pub signs: usize,
}

impl Role {
    pub fn of(count: usize, threshold: usize) -> Self {
        Self { keys: (0..count).map(|_| Key::new()).collect(), threshold, signs: threshold }
    }

    fn told(&self) -> Value {
        json!({ "keyids": self.keys.iter().map(Key::id).collect::<Vec<_>>(), "threshold": self.threshold })
    }
}

/// A registry in a folder.
pub struct Registry {
    pub folder: PathBuf,
    /// `root`, `timestamp`, `snapshot`, `targets`, and the road.
    pub roles: BTreeMap<String, Role>,
    pub versions: BTreeMap<String, u64>,
    /// When each role ends; in ten years where nothing is said.
    pub expires: BTreeMap<String, String>,
    pub road: String,
    targets: BTreeMap<String, Vec<u8>>,
}

impl Registry {
    /// Makes a registry with nothing in it.
    pub fn new(folder: &Path, road: &str) -> Self {
        let roles = [("root", 3, 2), ("timestamp", 1, 1), ("snapshot", 1, 1), ("targets", 2, 2), (road, 2, 2)];
        let mut registry = Self {
            folder: folder.to_owned(),
            roles: roles.iter().map(|(name, count, threshold)| ((*name).to_owned(), Role::of(*count, *threshold))).collect(),
            versions: BTreeMap::new(),
            expires: BTreeMap::new(),
            road: road.to_owned(),
            targets: BTreeMap::new(),
        };
        for part in ["metadata", "targets"] {
            std::fs::create_dir_all(folder.join(part)).unwrap();
        }
        registry.publish_root();
        registry
    }

    pub fn root(&self) -> PathBuf {
        self.folder.join("metadata/1.root.json")
    }

    pub fn fingerprint(&self) -> String {
        Digest::of(&std::fs::read(self.root()).unwrap()).to_string()
    }

    pub fn role(&mut self, name: &str) -> &mut Role {
        self.roles.get_mut(name).unwrap()
    }

    fn next(&mut self, role: &str) -> u64 {
        let version = self.versions.entry(role.to_owned()).or_insert(0);
        *version += 1;
        *version
    }

    fn signed(&self, role: &str, mut signed: Value) -> Vec<u8> {
        signed["spec_version"] = json!("1.0.31");
        let ends = self.expires.get(role).cloned().unwrap_or_else(|| "2036-01-01T00:00:00Z".to_owned());
        signed["expires"] = json!(ends);
        let text = canonical(&signed);
        let keys = self.roles[role].keys.iter().take(self.roles[role].signs);
        let signatures: Vec<Value> = keys.map(|key| json!({ "keyid": key.id(), "sig": key.sign(&text) })).collect();
        serde_json::to_vec(&json!({ "signed": signed, "signatures": signatures })).unwrap()
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.folder.join("metadata").join(name), bytes).unwrap();
    }

    /// Publishes the next root.
    pub fn publish_root(&mut self) {
        let version = self.next("root");
        let top = ["root", "timestamp", "snapshot", "targets"];
        let keys: serde_json::Map<String, Value> =
            top.iter().flat_map(|role| &self.roles[*role].keys).map(|key| (key.id(), key.public())).collect();
        let roles: serde_json::Map<String, Value> = top.iter().map(|role| ((*role).to_owned(), self.roles[*role].told())).collect();
        let root = json!({ "_type": "root", "version": version, "consistent_snapshot": true, "keys": keys, "roles": roles });
        self.put(&format!("{version}.root.json"), &self.signed("root", root));
    }

    /// Takes every version of a store, and publishes all.
    pub fn publish_store(&mut self, store: &Path) {
        self.publish_store_with(store, |_| {});
    }

    /// As `publish_store`, with what the publisher says of each version.
    pub fn publish_store_with(&mut self, store: &Path, change: impl Fn(&mut Published)) {
        let index: Index = toml::from_str(&std::fs::read_to_string(store.join("index.toml")).unwrap()).unwrap();
        let mut entries = Vec::new();
        for mut published in index.version {
            let folder = store.join(&published.version);
            let tree = read_folder(&folder).unwrap();
            self.targets.insert(archive_target(&self.road, &published.version), archive::pack(&tree).unwrap());
            change(&mut published);
            entries.push(Entry { published, manifest: std::fs::read_to_string(folder.join("road.toml")).unwrap() });
        }
        let listing = Listing::new(&self.road, entries).to_bytes().unwrap();
        self.targets.insert(listing_target(&self.road), listing);
        self.publish();
    }

    /// Puts a target in, or another one in its place.
    pub fn put_target(&mut self, path: &str, bytes: &[u8]) {
        self.targets.insert(path.to_owned(), bytes.to_vec());
    }

    /// Signs everything again, each in its next version.
    pub fn publish(&mut self) {
        self.publish_road();
        self.publish_targets();
        self.publish_snapshot();
        self.publish_timestamp();
    }

    pub fn publish_road(&mut self) {
        let mut targets = serde_json::Map::new();
        for (path, bytes) in &self.targets {
            let digest = Digest::of(bytes).hex();
            let (folder, name) = path.rsplit_once('/').unwrap();
            let folder = self.folder.join("targets").join(folder);
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(format!("{digest}.{name}")), bytes).unwrap();
            targets.insert(path.clone(), json!({ "length": bytes.len(), "hashes": { "sha256": digest } }));
        }
        let road = self.road.clone();
        let version = self.next(&road);
        let bytes = self.signed(&road, json!({ "_type": "targets", "version": version, "targets": targets }));
        self.put(&format!("{version}.{road}.json"), &bytes);
    }

    pub fn publish_targets(&mut self) {
        let version = self.next("targets");
        let role = &self.roles[&self.road];
        let keys: serde_json::Map<String, Value> = role.keys.iter().map(|key| (key.id(), key.public())).collect();
        let mut delegated = role.told();
        delegated["name"] = json!(self.road);
        delegated["paths"] = json!([format!("{}/*", self.road)]);
        delegated["terminating"] = json!(true);
        let delegations = json!({ "keys": keys, "roles": [delegated] });
        let targets = json!({ "_type": "targets", "version": version, "targets": {}, "delegations": delegations });
        self.put(&format!("{version}.targets.json"), &self.signed("targets", targets));
    }

    pub fn publish_snapshot(&mut self) {
        let version = self.next("snapshot");
        let mut meta = serde_json::Map::new();
        for role in ["targets".to_owned(), self.road.clone()] {
            let version = self.versions[&role];
            let bytes = std::fs::read(self.folder.join(format!("metadata/{version}.{role}.json"))).unwrap();
            let hashes = json!({ "sha256": Digest::of(&bytes).hex() });
            meta.insert(format!("{role}.json"), json!({ "version": version, "length": bytes.len(), "hashes": hashes }));
        }
        let bytes = self.signed("snapshot", json!({ "_type": "snapshot", "version": version, "meta": meta }));
        self.put(&format!("{version}.snapshot.json"), &bytes);
    }

    pub fn publish_timestamp(&mut self) {
        let version = self.next("timestamp");
        let snapshot = self.versions["snapshot"];
        let meta = json!({ "snapshot.json": { "version": snapshot } });
        self.put("timestamp.json", &self.signed("timestamp", json!({ "_type": "timestamp", "version": version, "meta": meta })));
    }
}

/// How a server answers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// The file.
    File,
    /// This status.
    Status(u16),
    /// A web page with status 200.
    Page,
    /// Nothing, for a long time.
    Silence,
    /// One byte now and then.
    Drip,
    /// Half of the file, with the length of all of it.
    Short,
    /// Bytes without end.
    Endless,
    /// This length, then bytes without end.
    Huge(u64),
    /// Sends on to this address.
    Redirect(String),
    /// A head without end.
    EndlessHead,
    /// No HTTP at all.
    Noise,
}

type Rule = Box<dyn Fn(&str) -> Answer + Send + Sync>;

/// A server of a folder on 127.0.0.1.
pub struct Server {
    pub address: String,
    stop: Arc<AtomicBool>,
    rule: Arc<Mutex<Rule>>,
    requests: Arc<Mutex<Vec<String>>>,
    sent: Arc<AtomicUsize>,
}

impl Server {
    pub fn of(folder: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let server = Self {
            address,
            stop: Arc::default(),
            rule: Arc::new(Mutex::new(Box::new(|_| Answer::File))),
            requests: Arc::default(),
            sent: Arc::default(),
        };
        let (folder, stop, rule) = (folder.to_owned(), server.stop.clone(), server.rule.clone());
        let (requests, sent) = (server.requests.clone(), server.sent.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let (folder, rule, requests, sent, stop) = (folder.clone(), rule.clone(), requests.clone(), sent.clone(), stop.clone());
                std::thread::spawn(move || {
                    let mut stream = stream;
                    let Some(path) = request(&mut stream) else { return };
                    let answer = rule.lock().unwrap()(&path);
                    requests.lock().unwrap().push(path.clone());
                    drop(reply(&mut stream, &folder.join(path.trim_start_matches('/')), &answer, &sent, &stop));
                });
            }
        });
        server
    }

    /// Answers otherwise from now on.
    pub fn answer(&self, rule: impl Fn(&str) -> Answer + Send + Sync + 'static) {
        *self.rule.lock().unwrap() = Box::new(rule);
    }

    pub fn always(&self, answer: Answer) {
        self.answer(move |_| answer.clone());
    }

    /// The paths that were asked for since the last call.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }

    /// How many bytes of endless answers were sent.
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::SeqCst)
    }

    /// Ends it: from now on nobody listens.
    pub fn end(&self) {
        self.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address.trim_start_matches("http://")));
        // The listener goes when its thread has seen the wish.
        for _ in 0..200 {
            if TcpStream::connect(self.address.trim_start_matches("http://")).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn request(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).ok()? == 0 || head.len() > 64 << 10 {
            return None;
        }
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).split_whitespace().nth(1).map(str::to_owned)
}

fn reply(stream: &mut TcpStream, path: &Path, answer: &Answer, sent: &AtomicUsize, stop: &AtomicBool) -> std::io::Result<()> {
    let file = std::fs::read(path).ok();
    let head = |status: &str, length: usize| format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    let endless = |stream: &mut TcpStream| -> std::io::Result<()> {
        let piece = [b' '; 64 << 10];
        while !stop.load(Ordering::SeqCst) {
            stream.write_all(&piece)?;
            sent.fetch_add(piece.len(), Ordering::SeqCst);
        }
        Ok(())
    };
    match (answer, file) {
        (Answer::File, None) => stream.write_all(head("404 Not Found", 0).as_bytes()),
        (Answer::File, Some(bytes)) => {
            stream.write_all(head("200 OK", bytes.len()).as_bytes())?;
            stream.write_all(&bytes)
        }
        (Answer::Status(status), _) => stream.write_all(head(&format!("{status} Told"), 0).as_bytes()),
        (Answer::Page, _) => {
            let page = "<!DOCTYPE html><html><body>Log in</body></html>";
            stream.write_all(format!("{}{page}", head("200 OK", page.len())).as_bytes())
        }
        (Answer::Silence, _) => {
            while !stop.load(Ordering::SeqCst) {
                std::thread::sleep(Duration::from_millis(10));
            }
            Ok(())
        }
        (Answer::Drip, _) => {
            stream.write_all(head("200 OK", 60_000).as_bytes())?;
            while !stop.load(Ordering::SeqCst) {
                stream.write_all(b" ")?;
                std::thread::sleep(Duration::from_millis(20));
            }
            Ok(())
        }
        (Answer::Short, bytes) => {
            let bytes = bytes.unwrap_or_else(|| vec![b' '; 100]);
            stream.write_all(head("200 OK", bytes.len()).as_bytes())?;
            stream.write_all(&bytes[..bytes.len() / 2])
        }
        (Answer::Endless, _) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            endless(stream)
        }
        (Answer::Huge(length), _) => {
            stream.write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n").as_bytes())?;
            endless(stream)
        }
        (Answer::Redirect(to), _) => {
            let text = format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            stream.write_all(text.as_bytes())
        }
        (Answer::EndlessHead, _) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nX-A: ")?;
            endless(stream)
        }
        (Answer::Noise, _) => stream.write_all(b"\x00\xff\x16\x03\x01 no http\r\n\r\n"),
    }
}
