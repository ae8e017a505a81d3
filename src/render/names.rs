//! Which names a project may bear: its name is also the name of a Python package.

/// The longest name, in characters: PyPI and file systems take more, people do not.
const LONGEST: usize = 50;

/// Keywords of Python 3.13 (`keyword.kwlist` and `softkwlist`) in lower case.
const KEYWORDS: &str = "and as assert async await break case class continue def del elif else except false finally for from \
    global if import in is lambda match none nonlocal not or pass raise return true try type while with yield";

/// Modules of the standard library of Python 3.11 to 3.13 (`sys.stdlib_module_names`, without private ones):
/// a package of that name would hide the module, or be hidden by it.
const STANDARD_LIBRARY: &str = "abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect \
    builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall \
    concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm \
    decimal difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput \
    fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq \
    hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3 \
    linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt \
    multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev pathlib \
    pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd \
    py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy \
    sched secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd \
    sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau \
    symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap this threading time timeit \
    tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata \
    unittest urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp \
    zipfile zipimport zlib zoneinfo";

/// Names that mean something else in a project of ours or on the paths of its tools.
const TAKEN: &str =
    "artifacts audit configs conftest data docs locks notebooks pip redteam scripts security setuptools src test tests venv wheel";

/// Tells why `name` cannot be the name of a project, or nothing where it can.
///
/// `dependencies` are the requirements and modules of the kind: a project that bears the name of one would hide it.
pub fn problem<'a>(name: &str, dependencies: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() {
        return Some("a project needs a name".to_owned());
    }
    if let Some(c) = name.chars().find(|c| !fits(*c)) {
        return Some(format!("`{}` does not fit: use lower-case letters, digits and hyphens", c.escape_default()));
    }
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Some("it must start with a letter".to_owned());
    }
    if name.ends_with('-') || name.contains("--") {
        return Some("a hyphen must stand between letters or digits".to_owned());
    }
    if name.len() > LONGEST {
        return Some(format!("it has {} characters, at most {LONGEST} fit", name.len()));
    }
    let package = name.replace('-', "_");
    let among = |list: &str| list.split_whitespace().any(|word| word == package || word == name);
    if among(KEYWORDS) {
        return Some("it is a keyword of Python".to_owned());
    }
    if among(STANDARD_LIBRARY) {
        return Some("it is a module of Python's standard library".to_owned());
    }
    if among(TAKEN) {
        return Some("it is the name of a folder in the project itself".to_owned());
    }
    let bears = |requirement: &str| {
        let distribution =
            requirement.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.')).next().unwrap_or_default();
        distribution.to_lowercase().replace(['_', '.'], "-") == name
    };
    dependencies
        .into_iter()
        .find(|requirement| bears(requirement))
        .map(|_| "it is the name of a package that the project depends on".to_owned())
}

/// Returns the name that `text` suggests, such as a folder's, or nothing where none comes out.
pub fn suggest(text: &str) -> Option<String> {
    let mut name = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            name.push(c);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    let name = name.trim_end_matches('-').trim_start_matches(|c: char| c.is_ascii_digit() || c == '-').to_owned();
    problem(&name, []).is_none().then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn says_what_is_wrong_with_a_name() {
        assert_eq!(problem("churn-model2", ["numpy>=2"]), None);
        for (name, part) in [
            ("", "needs a name"),
            ("Churn", "`C` does not fit"),
            ("a b", "` ` does not fit"),
            ("2fast", "start with a letter"),
            ("a--b", "hyphen"),
            ("a-", "hyphen"),
            ("class", "keyword"),
            ("json", "standard library"),
            ("tests", "folder in the project"),
            ("numpy", "depends on"),
            ("scikit-learn", "depends on"),
        ] {
            let found = problem(name, ["numpy>=2", "scikit_learn[x]>=1 ; python_version < '4'"]).unwrap();
            assert!(found.contains(part), "{name}: {found}");
        }
        assert!(problem(&"a".repeat(51), []).unwrap().contains("51"));
    }

    #[test]
    fn suggests_a_name_from_a_folder() {
        assert_eq!(suggest("My Churn_Model!").as_deref(), Some("my-churn-model"));
        assert_eq!(suggest("2026 plan").as_deref(), Some("plan"));
        assert_eq!(suggest("___"), None);
        assert_eq!(suggest("tests"), None);
    }

    proptest! {
        #[test]
        fn a_suggestion_is_always_valid(text in ".{0,40}") {
            if let Some(name) = suggest(&text) {
                prop_assert_eq!(problem(&name, []), None);
            }
        }
    }
}
