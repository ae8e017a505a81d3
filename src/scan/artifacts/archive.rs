//! Looks into zip and tar archives: the members, and tricks that show two readers two archives.

use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;

use super::report::{Kind, Rule, Severity};
use super::walk::{Counted, Spot, Walk};
use super::{code_text, compressed, sniff};
use crate::base::read_at::ReadAt;
use crate::formats::feed::{Feed, Forward, Part};
use crate::formats::{tar, zip};

/// How large a source file may be that is looked into.
const SOURCE: u64 = 2 << 20;

/// Looks into a zip archive.
pub(super) fn look_at_zip(walk: &mut Walk, reader: &dyn ReadAt, spot: Spot<'_>) -> Kind {
    let archive = match zip::read(reader, walk.limits.members) {
        Ok(archive) => archive,
        Err(error) => {
            walk.unread(spot.member, error.to_string());
            return Kind::Zip;
        }
    };
    let trick = |walk: &mut Walk, severity, what: String, at| walk.hit(Rule::ArchiveTrick, severity, what, spot.member, at);
    if archive.directories > 1 {
        trick(walk, Severity::Suspicious, "the archive has more than one end record".to_owned(), 0);
    }
    if archive.repeated {
        trick(walk, Severity::Alarm, "the directory lists the same bytes more than once".to_owned(), 0);
    }
    if archive.prefix > 0 && archive.has_directory {
        trick(walk, Severity::Suspicious, format!("{} bytes stand before the archive", archive.prefix), 0);
    }
    if archive.trailing > 0 && archive.has_directory {
        trick(walk, Severity::Suspicious, format!("{} bytes stand after the archive", archive.trailing), 0);
    }
    if let Some(why) = &archive.broken {
        walk.unread(spot.member, why.clone());
    }
    let names = |end: &str| archive.members.iter().any(|member| member.name == end || member.name.ends_with(&format!("/{end}")));
    let torch = names("data.pkl");
    let script = archive.members.iter().any(|member| member.name.contains("code/") && member.name.ends_with(".py") && torch)
        || torch && names("constants.pkl");
    let keras = names("config.json") && (names("metadata.json") || names("model.weights.h5"));
    // Two places to look for the end of a member: what it claims, and where the next one begins.
    let mut order: Vec<usize> = (0..archive.members.len()).collect();
    order.sort_by_key(|at| archive.members[*at].header);
    let mut reached = 0u64;
    let mut next = vec![reader.size(); archive.members.len()];
    for pair in order.windows(2) {
        next[pair[0]] = archive.members[pair[1]].header;
    }
    for at in &order {
        let member = &archive.members[*at];
        if member.header < reached && archive.directories < 2 {
            trick(walk, Severity::Alarm, format!("`{}` overlaps another member", shown(&member.name)), member.header);
        } else if member.header > reached {
            hidden(walk, reader, reached, member.header, spot);
        }
        if member.data != u64::MAX {
            reached = reached.max(member.data.saturating_add(member.packed));
        }
    }
    let mut seen = std::collections::HashSet::new();
    for (at, member) in archive.members.iter().enumerate() {
        let path = join(spot.member, &member.name);
        if !walk.count_member(&path) {
            break;
        }
        if !seen.insert(member.name.as_str()) {
            walk.hit(
                Rule::ArchiveTrick,
                Severity::Alarm,
                "two members have this name: readers differ in which they take",
                &path,
                member.header,
            );
        }
        name_tricks(walk, &member.name, &path, member.header);
        look_at_member(walk, reader, member, next[at], Spot { name: &member.name, member: &path, depth: spot.depth + 1 }, torch);
    }
    if script {
        walk.hit(
            Rule::TorchscriptCode,
            Severity::Note,
            "the TorchScript archive brings code that runs when the model is used",
            spot.member,
            0,
        );
    }
    match (script, torch, keras) {
        (true, ..) => Kind::TorchScript,
        (_, true, _) => Kind::Torch,
        (_, _, true) => Kind::Keras,
        _ => Kind::Zip,
    }
}

/// Looks for a member that the directory does not list.
fn hidden(walk: &mut Walk, reader: &dyn ReadAt, from: u64, to: u64, spot: Spot<'_>) {
    let gap = to.saturating_sub(from);
    if gap < 30 {
        return;
    }
    let bytes = reader.read_range(from, usize::try_from(gap).unwrap_or(usize::MAX).min(4096)).unwrap_or_default();
    let Some(place) = memchr::memmem::find(&bytes, b"PK\x03\x04") else {
        // What stands before an archive may be a file of its own.
        if from == 0 && sniff::pickle(&bytes, true) {
            walk.look_at_part(reader, 0, to, spot);
        }
        return;
    };
    let header = from + place as u64;
    if let Ok(Some((local, data))) = zip::local(reader, header)
        && data < to
    {
        let path = join(spot.member, &local.name);
        walk.hit(Rule::ArchiveTrick, Severity::Alarm, "the member stands in the archive and not in its directory", &path, header);
        let member = zip::Member {
            name: local.name.clone(),
            flags: local.flags,
            method: local.method,
            crc: 0,
            packed: if local.packed > 0 { local.packed } else { to - data },
            size: local.size,
            header,
            data,
            link: false,
            local: None,
        };
        look_at_member(walk, reader, &member, to, Spot { name: &local.name, member: &path, depth: spot.depth + 1 }, false);
    }
}

fn look_at_member(walk: &mut Walk, reader: &dyn ReadAt, member: &zip::Member, next: u64, spot: Spot<'_>, torch: bool) {
    let trick = |walk: &mut Walk, severity, what: &str| walk.hit(Rule::ArchiveTrick, severity, what, spot.member, member.header);
    if member.name.ends_with('/') && member.packed == 0 && member.size == 0 {
        return;
    }
    if member.data == u64::MAX {
        trick(walk, Severity::Alarm, "the directory lists a member that is not where it says");
        return;
    }
    let mut method = member.method;
    let mut packed = member.packed;
    if let Some(local) = &member.local {
        if local.name != member.name
            && local.name.replace('\\', "/") != member.name.replace('\\', "/")
            && local.name.is_ascii()
            && member.name.is_ascii()
        {
            trick(
                walk,
                Severity::Alarm,
                &format!("the directory and the header before the member name it differently: `{}`", shown(&local.name)),
            );
        }
        if local.method != member.method {
            trick(walk, Severity::Alarm, "the directory and the header before the member say different methods");
        }
        if (local.flags ^ member.flags) & 1 != 0 {
            trick(walk, Severity::Alarm, "the directory and the header before the member differ in whether it is encrypted");
        }
        let sizes = local.flags & 8 == 0
            && local.packed != 0xffff_ffff
            && (local.packed != member.packed || local.size != 0xffff_ffff && local.size != member.size);
        if sizes {
            trick(walk, Severity::Alarm, "the directory and the header before the member say different sizes");
            packed = packed.max(local.packed);
        }
    }
    if method == 0 && member.size != member.packed && member.flags & 1 == 0 {
        trick(walk, Severity::Alarm, "the member is not compressed and says two sizes");
        packed = packed.max(member.size);
    }
    if packed == 0 && next > member.data && member.local.is_some() {
        packed = next - member.data;
        let head = reader.read_range(member.data, 4).unwrap_or_default();
        if head.starts_with(b"PK") {
            return;
        }
    }
    packed = packed.min(reader.size().saturating_sub(member.data));
    if member.packed > packed {
        walk.unread(spot.member, "the member ends behind the end of the file");
    }
    let part = Part::new(reader, member.data, packed);
    let encrypted = member.flags & 1 != 0 || member.local.as_ref().is_some_and(|local| local.flags & 1 != 0);
    if encrypted {
        // Encrypted bytes look like nothing; bytes that look like a pickle are not encrypted.
        let head = part.read_range(0, 4096).unwrap_or_default();
        let plain = method == 0
            && (sniff::kind(&head, packed <= 4096, spot.name) != Kind::Other
                || spot.name.ends_with("version") && head.trim_ascii().len() < 4);
        if !plain && !inflates(&part, member) {
            trick(walk, Severity::Suspicious, "the member is encrypted");
            walk.unread(spot.member, "it is encrypted");
            return;
        }
        if plain || method != 0 {
            trick(walk, Severity::Alarm, "the member says that it is encrypted, and is not");
        }
    }
    if method != 0 && packed > 0 && !inflates(&part, member) {
        let head = part.read_range(0, 4096).unwrap_or_default();
        if sniff::kind(&head, packed <= 4096, spot.name) != Kind::Other {
            trick(walk, Severity::Alarm, "the member says that it is compressed, and is not");
            method = 0;
        }
    } else if method == 0 && member.local.as_ref().is_some_and(|local| local.method != 0) {
        method = if sniff::kind(&part.read_range(0, 4096).unwrap_or_default(), packed <= 4096, spot.name) == Kind::Other { 8 } else { 0 };
    }
    if is_source(spot.name) {
        look_at_source(walk, &part, method, member.size, spot);
        return;
    }
    if method == 0 {
        let kind = walk.look(&part, spot.name, spot.member, spot.depth);
        check_sum(walk, &part, member, kind, spot);
        return;
    }
    let count = Rc::new(Cell::new(0));
    let mut forward = Forward::new(&part, 0);
    let counted = Counted { inner: &mut forward, count: Rc::clone(&count), left: u64::MAX };
    match compressed::member(method, member.size, Box::new(counted)) {
        Some(mut flow) => {
            walk.look_at_flow(&mut flow, &count, spot);
        }
        None => {
            if torch {
                trick(walk, Severity::Suspicious, "the member is compressed in a way that no model is");
            }
            walk.unread(spot.member, format!("it is compressed by method {method}, which cannot be read here"));
        }
    }
}

fn inflates(part: &Part<'_>, member: &zip::Member) -> bool {
    let mut first = [0; 64];
    member.method != 0
        && compressed::member(member.method, member.size, Box::new(Forward::new(part, 0)))
            .is_some_and(|mut flow| flow.read(&mut first).is_ok_and(|came| came > 0 || member.size == 0))
}

/// A wrong checksum stops some readers and not others.
fn check_sum(walk: &mut Walk, part: &Part<'_>, member: &zip::Member, kind: Kind, spot: Spot<'_>) {
    if kind != Kind::Pickle || part.size() > 4 << 20 || member.local.is_none() || member.crc == 0 {
        return;
    }
    if let Ok(bytes) = part.read_range(0, 4 << 20) {
        let mut crc = flate2::Crc::new();
        crc.update(&bytes);
        if crc.sum() != member.crc {
            walk.hit(Rule::ArchiveTrick, Severity::Suspicious, "the checksum of the member does not fit", spot.member, member.header);
        }
    }
}

fn is_source(name: &str) -> bool {
    name.ends_with(".py")
}

fn look_at_source(walk: &mut Walk, part: &Part<'_>, method: u16, size: u64, spot: Spot<'_>) {
    let Some(flow) = compressed::member(method, size, Box::new(Forward::new(part, 0))) else {
        walk.unread(spot.member, "it cannot be inflated");
        return;
    };
    let mut bytes = Vec::new();
    if flow.take(SOURCE).read_to_end(&mut bytes).is_err() && bytes.is_empty() {
        walk.unread(spot.member, "it cannot be inflated");
        return;
    }
    let rule = if spot.name.contains("code/") { Rule::TorchscriptCode } else { Rule::ArchiveTrick };
    walk.look_at_source(&String::from_utf8_lossy(&bytes), rule, spot.member);
    if sniff::pickle(&bytes[..bytes.len().min(4096)], bytes.len() <= 4096) {
        walk.look(&bytes, "", spot.member, spot.depth);
    }
}

/// Looks into a tar archive, front to back.
pub(super) fn look_at_tar(walk: &mut Walk, feed: &mut Feed<'_>, whole: Option<&dyn ReadAt>, spot: Spot<'_>) {
    let mut seen = std::collections::HashSet::new();
    loop {
        let at = feed.offset();
        let member = match tar::next(feed) {
            Ok(Some(member)) => member,
            Ok(None) => return,
            Err(why) => return walk.unread(spot.member, format!("the archive is damaged: {why}")),
        };
        let path = join(spot.member, &member.name);
        if !walk.count_member(&path) {
            return;
        }
        name_tricks(walk, &member.name, &path, at);
        if !seen.insert(member.name.clone()) && matches!(member.kind, b'0' | 0) {
            walk.hit(Rule::ArchiveTrick, Severity::Suspicious, "two members have this name: the later one replaces the earlier", &path, at);
        }
        match member.kind {
            b'1' | b'2' if leaves(&member.link, if member.kind == b'2' { &member.name } else { "" }) => {
                walk.hit(
                    Rule::ArchiveTrick,
                    Severity::Alarm,
                    format!("the link leads out of the archive, to `{}`", shown(&member.link)),
                    &path,
                    at,
                );
            }
            b'3' | b'4' | b'6' => walk.hit(Rule::ArchiveTrick, Severity::Alarm, "the member is a device", &path, at),
            _ => {}
        }
        let from = feed.offset();
        let inner = Spot { name: &member.name, member: &path, depth: spot.depth + 1 };
        let Some(end) = from.checked_add(member.size) else {
            return walk.unread(spot.member, "the archive is damaged: a size is too large");
        };
        if member.size > 0 {
            if let Some(reader) = whole {
                if is_source(&member.name) {
                    look_at_source(walk, &Part::new(reader, from, member.size), 0, member.size, inner);
                } else {
                    walk.look_at_part(reader, from, member.size, inner);
                }
            } else {
                let before = feed.limit(end);
                let count = Rc::new(Cell::new(u64::MAX >> 8));
                walk.look_at_flow(feed, &count, inner);
                feed.limit(before);
            }
        }
        let left = end.saturating_sub(feed.offset()).saturating_add(tar::padding(member.size));
        if !feed.skip(left) {
            if feed.offset() < end || feed.end() < end {
                walk.unread(spot.member, "the archive ends in the middle of a member");
            }
            return;
        }
    }
}

fn name_tricks(walk: &mut Walk, name: &str, path: &str, at: u64) {
    if leaves(name, "") {
        walk.hit(Rule::ArchiveTrick, Severity::Alarm, "the name of the member leads out of the folder that it is unpacked into", path, at);
    } else if name.contains('\0') || code_text::is_shell_name(name) {
        walk.hit(Rule::ArchiveTrick, Severity::Alarm, "the name of the member is made to be misread", path, at);
    }
}

/// Whether a name leads out of the folder; `from` is where a relative link starts.
fn leaves(name: &str, from: &str) -> bool {
    let name = name.replace('\\', "/");
    if name.starts_with('/') || name.starts_with('~') || name.get(1..2) == Some(":") {
        return true;
    }
    let mut depth = from.matches('/').count() as i64;
    for part in name.split('/') {
        match part {
            ".." => depth -= 1,
            "" | "." => {}
            _ => depth += 1,
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

fn join(outer: &str, name: &str) -> String {
    let name = shown(name);
    if outer.is_empty() { name } else { format!("{outer}/{name}") }
}

fn shown(name: &str) -> String {
    super::pickle_calls::shown(name)
}
