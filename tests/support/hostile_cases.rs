//! The hostile cases, by what they attack.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, unreachable_pub, reason = "tests look at files from outside")]

use std::path::Path;

use super::hostile::{Case, RawRepository, TOOLS, Tool, write};

/// All cases.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for tool in TOOLS {
        cases.extend(names(tool));
        cases.extend(objects(tool));
        cases.extend(rendered_names(tool));
        cases.extend(answers(tool));
        cases.extend(folders(tool));
        cases.extend(escapes(tool));
    }
    cases.extend(repositories());
    cases.extend(jinja());
    cases.extend(liquid());
    cases.extend(copier_settings());
    cases.extend(cookiecutter_settings());
    cases.extend(cargo_generate_settings());
    cases.extend(code());
    cases.extend(roads());
    cases.extend(much_from_little());
    cases
}

/// Names that only git's objects can have, and names that lead out.
fn names(tool: Tool) -> Vec<Case> {
    let long = "x".repeat(300);
    let names: Vec<(&str, Vec<u8>)> = vec![
        ("dots", b"..".to_vec()),
        ("dot", b".".to_vec()),
        ("empty", b"".to_vec()),
        ("git", b".git".to_vec()),
        ("GIT", b".GIT".to_vec()),
        ("git ignored by hfs", ".g\u{200c}it".as_bytes().to_vec()),
        ("git on windows", b"git~1".to_vec()),
        ("slash", b"../../PWNED".to_vec()),
        ("absolute", b"/tmp/PWNED".to_vec()),
        ("drive", b"C:\\PWNED".to_vec()),
        ("drive alone", b"C:".to_vec()),
        ("backslashes", b"..\\..\\PWNED".to_vec()),
        ("device", b"con".to_vec()),
        ("device with ending", b"NUL.txt".to_vec()),
        ("escape", b"\x1b[31mred\x07".to_vec()),
        ("bidi", "a\u{202e}txt.exe".as_bytes().to_vec()),
        ("trailing dot", b"trailing.".to_vec()),
        ("stream", b"file:stream".to_vec()),
        ("no UTF-8", b"\xff\xfe\x80".to_vec()),
        ("newline", b"a\nb".to_vec()),
        ("long", long.into_bytes()),
        ("percent", b"%2e%2e%2fPWNED".to_vec()),
    ];
    names
        .into_iter()
        .map(|(what, name)| {
            Case::import(format!("{}: a file called {what}", tool.name), move |folder| {
                let repository = RawRepository::new(folder);
                let blob = repository.blob(b"content\n");
                repository.template(tool, &[("100644", &name, blob)]);
            })
        })
        .collect()
}

/// Twins, links, submodules, devices, and objects that are not what they are called.
fn objects(tool: Tool) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |what: &str, make: Box<dyn Fn(&RawRepository) + Send + Sync>| {
        cases.push(Case::import(format!("{}: {what}", tool.name), move |folder| make(&RawRepository::new(folder))));
    };
    for (what, one, two) in [
        ("case twins", "Readme".to_owned(), "README".to_owned()),
        ("unicode twins", "\u{e9}".to_owned(), "e\u{301}".to_owned()),
        ("the same name twice", "a".to_owned(), "a".to_owned()),
    ] {
        add(
            what,
            Box::new(move |repository| {
                let blob = repository.blob(b"x");
                repository.template(tool, &[("100644", one.as_bytes(), blob), ("100644", two.as_bytes(), blob)]);
            }),
        );
    }
    add(
        "a file that is a folder, too",
        Box::new(move |repository| {
            let blob = repository.blob(b"x");
            let inner = repository.tree(&[("100644", b"b", blob)]);
            repository.template(tool, &[("100644", b"a", blob), ("40000", b"A", inner), ("40000", b"a", inner)]);
        }),
    );
    for (what, target) in [
        ("to a file outside", "/etc/passwd"),
        ("upwards", "../../secret"),
        ("to itself", "link"),
        ("to a folder outside", "/etc"),
        ("with an escape", "\u{1b}[31m"),
    ] {
        let make = move |repository: &RawRepository| {
            let blob = repository.blob(target.as_bytes());
            repository.template(tool, &[("120000", b"link", blob)]);
        };
        add(&format!("a link {what}"), Box::new(make));
    }
    for mode in ["160000", "100777", "010644", "060000", "0", "140000"] {
        let make = move |repository: &RawRepository| {
            let blob = repository.blob(b"x");
            repository.template(tool, &[(mode, b"odd", blob)]);
        };
        add(&format!("the mode {mode}"), Box::new(make));
    }
    add(
        "a folder that is a file",
        Box::new(move |repository| {
            let blob = repository.blob(b"x");
            repository.template(tool, &[("40000", b"folder", blob)]);
        }),
    );
    add(
        "an object that is missing",
        Box::new(move |repository| repository.template(tool, &[("100644", b"gone", git2::Oid::from_str(&"1".repeat(40)).unwrap())])),
    );
    add(
        "a thousand folders in each other",
        Box::new(move |repository| {
            let mut id = repository.tree(&[("100644", b"f", repository.blob(b"x"))]);
            for _ in 0..1000 {
                id = repository.tree(&[("40000", b"d", id)]);
            }
            repository.template(tool, &[("40000", b"d", id)]);
        }),
    );
    add(
        "two to the sixtieth files by folders that repeat",
        Box::new(move |repository| {
            let mut id = repository.tree(&[("100644", b"f", repository.blob(b"x"))]);
            for _ in 0..30 {
                id = repository.tree(&[("40000", b"a", id), ("40000", b"b", id), ("40000", b"c", id), ("40000", b"d", id)]);
            }
            repository.template(tool, &[("40000", b"d", id)]);
        }),
    );
    add(
        "a file of 64 MiB of zeros",
        Box::new(move |repository| {
            let blob = repository.blob(&vec![0; 64 << 20]);
            repository.template(tool, &[("100644", b"zeros", blob)]);
        }),
    );
    add(
        "a hundred files of 3 MiB",
        Box::new(move |repository| {
            let blob = repository.blob(&vec![b'x'; 3 << 20]);
            let names: Vec<String> = (0..100).map(|at| format!("f{at:03}")).collect();
            let entries: Vec<_> = names.iter().map(|name| ("100644", name.as_bytes(), blob)).collect();
            repository.template(tool, &entries);
        }),
    );
    cases
}

/// Repositories that are hostile whatever is in them.
fn repositories() -> Vec<Case> {
    let tool = TOOLS[2];
    let mut cases = vec![
        Case::import("a million entries in one folder", move |folder| {
            let repository = RawRepository::new(folder);
            let blob = repository.blob(b"x");
            let names: Vec<String> = (0..1_000_000).map(|at| format!("{at:06}")).collect();
            let entries: Vec<_> = names.iter().map(|name| ("100644", name.as_bytes(), blob)).collect();
            let many = repository.tree(&entries);
            repository.template(tool, &[("40000", b"many", many)]);
        }),
        Case::import("a hundred thousand packed tags", move |folder| {
            let repository = RawRepository::new(folder);
            let blob = repository.blob(b"x");
            let settings = repository.blob(b"");
            let tree = repository.tree(&[("100644", b"a", blob), ("100644", b"cargo-generate.toml", settings)]);
            let id = repository.commit(tree, "v0.0.0");
            let mut packed = "# pack-refs with: peeled fully-peeled sorted \n".to_owned();
            for at in 0..100_000 {
                packed.push_str(&format!("{id} refs/tags/v1.{at:06}\n"));
            }
            write(&folder.join("template"), "packed-refs", packed);
        }),
        Case::import("tags on tags on tags", move |folder| {
            let repository = RawRepository::new(folder);
            let tree = repository.tree(&[("100644", b"a", repository.blob(b"x"))]);
            let mut id = repository.commit(tree, "v1");
            let mut kind = "commit";
            for at in 0..50 {
                let text = format!("object {id}\ntype {kind}\ntag t{at}\ntagger A <a@example.com> 1700000000 +0000\n\nx\n");
                id = repository.raw(git2::ObjectType::Tag, text.as_bytes());
                kind = "tag";
            }
            repository.name("refs/tags/v2", id);
        }),
        Case::import("a tag of a file", move |folder| {
            let repository = RawRepository::new(folder);
            let blob = repository.blob(b"x");
            repository.template(tool, &[("100644", b"a", blob)]);
            repository.name("refs/tags/v9", blob);
        }),
        Case::import("a commit of ten megabytes", move |folder| {
            let repository = RawRepository::new(folder);
            let tree = repository.tree(&[("100644", b"a", repository.blob(b"x"))]);
            let text = format!(
                "tree {tree}\nauthor A <a@example.com> 1700000000 +0000\ncommitter A <a@example.com> 1700000000 +0000\n\n{}",
                "x".repeat(10 << 20)
            );
            let id = repository.raw(git2::ObjectType::Commit, text.as_bytes());
            repository.name("refs/tags/v1", id);
        }),
    ];
    for (what, seconds) in
        [("before all calendars", "-99999999999999"), ("after all calendars", "99999999999999999"), ("that is no number", "x")]
    {
        cases.push(Case::import(format!("a time {what}"), move |folder| {
            let repository = RawRepository::new(folder);
            let settings = repository.blob(b"");
            let tree = repository.tree(&[("100644", b"cargo-generate.toml", settings)]);
            let text = format!("tree {tree}\nauthor A <a@example.com> {seconds} +0000\ncommitter A <a@example.com> {seconds} +0000\n\nx\n");
            let id = repository.raw(git2::ObjectType::Commit, text.as_bytes());
            repository.name("refs/tags/v1", id);
        }));
    }
    for (what, config) in [
        (
            "a pager, a monitor and a shell",
            "[core]\n\tfsmonitor = touch RAN\n\tpager = touch RAN\n\tsshCommand = touch RAN\n[alias]\n\tx = !touch RAN\n",
        ),
        ("a file that includes itself", "[include]\n\tpath = config\n"),
        ("filters", "[filter \"x\"]\n\tsmudge = touch RAN\n\tclean = touch RAN\n\trequired = true\n"),
        ("a working tree outside", "[core]\n\tworktree = ../../..\n\thooksPath = /tmp\n"),
    ] {
        cases.push(Case::import(format!("git settings with {what}"), move |folder| {
            let repository = RawRepository::new(folder);
            let blob = repository.blob(b"* filter=x\n");
            repository.template(tool, &[("100644", b".gitattributes", blob)]);
            let place = folder.join("template/config");
            let before = std::fs::read_to_string(&place).unwrap();
            std::fs::write(place, format!("{before}{config}")).unwrap();
        }));
    }
    cases
}

/// File names whose rendering leads out.
fn rendered_names(tool: Tool) -> Vec<Case> {
    [
        "{{ \"..\" }}",
        "{{ \"..\" }}/{{ \"..\" }}/PWNED",
        "{{ '/tmp/PWNED' }}",
        "{{ '../../PWNED' }}",
        "{{ 'C:' }}",
        "{{ '.git' }}/hooks/pre-commit",
        "{{ '.gi' }}{{ 't' }}/config",
        "{{ 'con' }}",
        "{{ 'a' }}{% raw %}/../../PWNED{% endraw %}",
        "{{ 'nul.txt' }}",
        "{{ '' }}",
        "{% if false %}x{% endif %}",
        "{{ 'x' * 99999 }}",
        "{{ '%2e%2e' }}",
        "{{ 'README.md' }}",
        "{{ 'readme.MD' }}",
        "{{ undefined_thing.x.y }}",
        "{{ name",
        "{{ '\\u001b[31m' }}",
    ]
    .into_iter()
    .map(|name| {
        Case::import(format!("{}: a file called `{name}`", tool.name), move |folder| {
            // Names that no file system holds come as git's objects.
            let repository = RawRepository::new(folder);
            let blob = repository.blob(b"content\n");
            let mut parts: Vec<&str> = name.split('/').collect();
            let last = parts.pop().unwrap();
            let mut entry = ("100644", last.as_bytes().to_vec(), blob);
            for part in parts.into_iter().rev() {
                let id = repository.tree(&[(entry.0, &entry.1, entry.2)]);
                entry = ("40000", part.as_bytes().to_vec(), id);
            }
            let readme = repository.blob(b"hello\n");
            repository.template(tool, &[("100644", b"README.md", readme), (entry.0, &entry.1, entry.2)]);
        })
    })
    .collect()
}

/// Answers that lead out, or that are templates.
fn answers(tool: Tool) -> Vec<Case> {
    let key = "name";
    ["../../PWNED", "/tmp/PWNED", "{{ 7 * 7 }}", "{% include '/etc/passwd' %}", "a\u{1b}[31m", "..", ".git", "con", "a\nb", "\u{202e}x"]
        .into_iter()
        .map(|answer| {
            Case::answered(
                format!("{}: the answer `{}`", tool.name, answer.escape_debug()),
                move |folder| {
                    let name = if tool.name == "cookiecutter" { "{{cookiecutter.name}}" } else { "{{name}}" };
                    tool.with(folder, &format!("{name}.txt"), format!("{name}\n").as_bytes());
                },
                &[format!("{key}={answer}")],
            )
        })
        .collect()
}

/// Plain folders with what is no file.
fn folders(tool: Tool) -> Vec<Case> {
    let mut cases = Vec::new();
    for (what, target) in [("a file outside", "../../secret"), ("a folder outside", "../.."), ("itself", "link"), ("a device", "/dev/zero")]
    {
        cases.push(Case::import(format!("{}: a folder with a link to {what}", tool.name), move |folder| {
            tool.with(folder, "a", b"x");
            std::os::unix::fs::symlink(target, folder.join("template").join(tool.root).join("link")).unwrap();
        }));
    }
    cases.push(Case::import(format!("{}: a folder with a pipe", tool.name), move |folder| {
        tool.with(folder, "a", b"x");
        let pipe = folder.join("template").join(tool.root).join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
    }));
    cases.push(Case::import(format!("{}: settings that are a link", tool.name), move |folder| {
        tool.with(folder, "a", b"x");
        let config = folder.join("template").join(tool.config);
        std::fs::remove_file(&config).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", config).unwrap();
    }));
    cases.push(Case::import(format!("{}: settings that are a pipe", tool.name), move |folder| {
        tool.with(folder, "a", b"x");
        let config = folder.join("template").join(tool.config);
        std::fs::remove_file(&config).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(config).status().unwrap().success());
    }));
    cases
}

/// Texts that would drive a terminal.
fn escapes(tool: Tool) -> Vec<Case> {
    let mut cases = Vec::new();
    for (what, bad) in [("colour", "\\u001b[31m"), ("title", "\\u001b]0;owned\\u0007"), ("direction", "\\u202e"), ("return", "a\\rb")] {
        let settings = match tool.name {
            "copier" => format!(
                "_templates_suffix: \"\"\nname:\n  type: str\n  help: \"{bad}\"\n  default: \"{bad}\"\n  choices: [\"{bad}\", \"b\"]\n_tasks: [\"{bad}\"]\n\"{bad}\": 1\n"
            ),
            "cookiecutter" => format!(
                "{{\"slug\": \"demo\", \"name\": \"{bad}\", \"{bad}\": [\"{bad}\", \"b\"], \"__prompts__\": {{\"name\": \"{bad}\"}}, \"_extensions\": [\"{bad}\"]}}"
            ),
            _ => format!(
                "[placeholders.name]\nprompt = \"{bad}\"\ntype = \"string\"\ndefault = \"{bad}\"\n[hooks]\npre = [\"{bad}\"]\n[conditional.\"{bad}\"]\nignore = [\"{bad}\"]\n[template]\nvcs = \"{bad}\"\n"
            ),
        };
        cases.push(Case::import(format!("{}: settings with the escape {what}", tool.name), move |folder| {
            tool.with(folder, "a", b"x");
            write(&folder.join("template"), tool.config, &settings);
        }));
    }
    cases.push(Case::import(format!("{}: a syntax error in settings with an escape", tool.name), move |folder| {
        tool.with(folder, "a", b"x");
        write(&folder.join("template"), tool.config, "{[\u{1b}[31m\u{7}\u{202e}: = ]");
    }));
    cases
}

fn with_body(tool: Tool, what: &str, body: impl Into<Vec<u8>>) -> Case {
    let body = body.into();
    Case::import(format!("{}: {what}", tool.name), move |folder| tool.with(folder, "bomb.txt", &body))
}

/// Six lists: each of the last five holds the one before a hundred times.
fn shared_lists(use_it: &str) -> String {
    let list = format!("[{}]", vec!["ns.a"; 100].join(", "));
    format!("{{% set ns = namespace(a='x') %}}{{% for i in range(6) %}}{{% set ns.a = {list} %}}{{% endfor %}}{use_it}")
}

/// The same with lists that grow, which the method tells.
fn growing_lists(use_it: &str) -> String {
    let put = "{% for i in range(6) %}{% set n = [] %}{% for j in range(100) %}{% set _ = n.append(ns.a) %}{% endfor %}{% set ns.a = n %}{% endfor %}";
    format!("{{% set ns = namespace(a='x') %}}{put}{use_it}")
}

/// Contents that would never end, or fill the memory, in the two tools with Jinja.
fn jinja() -> Vec<Case> {
    let deep = |open: &str, close: &str, times: usize| format!("{}x{}", open.repeat(times), close.repeat(times));
    let bodies: Vec<(&str, String)> = vec![
        ("a long range", "{% for a in range(1000000000) %}x{% endfor %}".into()),
        ("ranges in ranges", "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}x{% endfor %}{% endfor %}{% endfor %}".into()),
        ("a text times a billion", "{{ 'x' * 1000000000 }}".into()),
        ("a list times a billion", "{{ [1] * 1000000000 }}".into()),
        ("doubling", format!("{{% set a = 'xxxxxxxxxx' %}}{}{{{{ a }}}}", "{% set a = a ~ a %}".repeat(60))),
        ("doubling in a loop", "{% set ns = namespace(a='xxxxxxxxxx') %}{% for i in range(90) %}{% set ns.a = ns.a ~ ns.a %}{% endfor %}{{ ns.a }}".into()),
        ("a macro that calls itself", "{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(1) }}".into()),
        ("macros that double", "{% macro a(n) %}{{ b(n) }}{{ b(n) }}{% endmacro %}{% macro b(n) %}{{ a(n) }}{{ a(n) }}{% endmacro %}{{ a(1) }}".into()),
        ("an include of itself", "{% include 'bomb.txt' %}".into()),
        ("an include from outside", "{% include '../../../../etc/passwd' %}{% include '/etc/passwd' %}".into()),
        ("an extends of itself", "{% extends 'bomb.txt' %}".into()),
        ("an import from outside", "{% from '/etc/passwd' import x %}{{ x }}".into()),
        ("a wide format", "{{ '%2000000000d' | format(1) }}{{ '%*d' | format(2000000000, 1) }}".into()),
        ("a wide centre", "{{ 'x' | center(2000000000) }}".into()),
        ("a wide indent", "{{ 'x\\ny' | indent(2000000000, true) }}".into()),
        ("a replace that multiplies", "{% set a = 'x' * 60000 %}{{ a | replace('x', a) | replace('x', a) }}".into()),
        ("a join that multiplies", "{% set a = 'x' * 60000 %}{{ a | list | join(a) }}".into()),
        ("a power", "{{ 9 ** 9 ** 9 ** 9 }}{{ 99999999999 ** 999999 }}".into()),
        ("a division by zero", "{{ 1 / 0 }}{{ 1 % 0 }}{{ 1 // 0 }}".into()),
        ("deep blocks", deep("{% if true %}", "{% endif %}", 20_000)),
        ("deep loops", deep("{% for a in [1,2] %}", "{% endfor %}", 60)),
        ("deep brackets", format!("{{{{ {} }}}}", deep("(", ")", 50_000))),
        ("deep lists", format!("{{{{ {} }}}}", deep("[", "]", 50_000))),
        ("deep maps", format!("{{{{ {} }}}}", deep("{'a':", "}", 20_000))),
        ("many nots", format!("{{{{ {} x }}}}", "not ".repeat(50_000))),
        ("many minuses", format!("{{{{ {}1 }}}}", "-".repeat(50_000))),
        ("a long chain of filters", format!("{{{{ 'x'{} }}}}", " | upper".repeat(50_000))),
        ("a long chain of attributes", format!("{{{{ x{} }}}}", ".a".repeat(50_000))),
        ("a long sum", format!("{{{{ 1{} }}}}", " + 1".repeat(50_000))),
        ("a long concatenation", format!("{{{{ 'a'{} }}}}", " ~ 'a'".repeat(50_000))),
        ("many tags", "{{ 1 }}".repeat(500_000)),
        ("no end", "{% for a in range(10) %}{{".into()),
        ("a comment without end", "{#".repeat(100_000)),
        ("classes of Python", "{{ ''.__class__.__mro__[1].__subclasses__() }}{{ self.__init__.__globals__.__builtins__.open('RAN', 'w') }}{{ cycler.__init__.__globals__.os.popen('touch RAN').read() }}".into()),
        ("much lorem ipsum", "{{ lipsum(n=100000000) }}".into()),
        ("a regular expression that backtracks", "{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | regex_replace('(a+)+$', 'x') }}".into()),
        ("escapes in an error", "{{ \u{1b}[31m }}".into()),
        ("a slice of much", "{{ ('x' * 1000)[::-1] * 100000000 }}".into()),
        ("a product of lists", "{% set a = range(9999) | list %}{% for x in a | batch(1) %}{{ a | join }}{% endfor %}".into()),
        ("a loop that calls itself", "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}".into()),
        ("a call block without end", "{% macro m() %}{{ caller() }}{% call m() %}x{% endcall %}{% endmacro %}{% call m() %}x{% endcall %}".into()),
        ("pretty printing of much", "{{ range(99999) | list | tojson(indent=99999) }}".into()),
        ("a replace method that multiplies", "{% set a = 'x' * 60000 %}{{ a.replace('x', a) | length }}".into()),
        ("a replace method that multiplies, counted", "{% set a = 'x' * 60000 %}{{ a.replace('x', a, 59999) | length }}".into()),
        ("a wrapstring that multiplies", "{% set a = 'x ' * 30000 %}{{ a | wordwrap(1, wrapstring=a) | length }}".into()),
        ("a comment that multiplies", "{% set a = 'x' * 60000 %}{{ a | comment(newline='x', decoration=a) | length }}".into()),
        ("a comment that multiplies by its newline", "{% set a = 'x' * 60000 %}{{ a | comment('plain', newline='x', decoration='xx', prefix_count=1, beginning=a) | comment(newline='x', decoration=a) | length }}".into()),
        ("a slug whose separator multiplies", "{% set a = 'x-' * 30000 %}{{ a | slugify(separator=a) | length }}".into()),
        ("a slug whose replacements multiply", "{% set a = 'x' * 60000 %}{{ a | slugify(replacements=[['x', a]]) | length }}".into()),
        ("tabs that become much", "{{ ('\\t' * 2000000).expandtabs(64) | length }}".into()),
        ("quotes of quotes", "{{ (\"'\" * 5000000) | quote | length }}".into()),
        ("JSON of a list in a list in a list", shared_lists("{{ ns.a | to_json | length }}")),
        ("YAML of a list in a list in a list", shared_lists("{{ ns.a | to_nice_yaml | length }}")),
        ("sorted JSON of a list in a list in a list", shared_lists("{{ ns.a | tojson | length }}")),
        ("jsonify of a list in a list in a list", shared_lists("{{ ns.a | jsonify | length }}")),
        ("the text of a list in a list in a list", shared_lists("{{ ns.a | string | length }}")),
        ("a list in a list in a list, written out", shared_lists("{{ ns.a }}")),
        ("a growing list in a list in a list", growing_lists("{{ ns.a | length }}")),
        ("JSON of a growing list in a list in a list", growing_lists("{{ ns.a | to_json | length }}")),
        ("the text of a growing list in a list in a list", growing_lists("{{ ns.a | string | length }}")),
        ("a growing list in a list in a list, written out", growing_lists("{{ ns.a }}")),
        ("JSON of a list times a billion", "{{ ([1] * 1000000000) | to_json | length }}".into()),
        ("the text of a list times a billion", "{{ ([1] * 1000000000) | string | length }}".into()),
        ("JSON of deep lists with a wide indent", "{% set a = {'a': {'a': {'a': {'a': {'a': {'a': range(60000) | list}}}}}} %}{{ a | to_nice_json(indent=64) | length }}".into()),
        ("a growing list that is put in the last one", "{% set ns = namespace(a=[]) %}{% set first = ns.a %}{% for x in range(200) %}{% for y in range(200) %}{% set n = [] %}{% set _ = ns.a.append(n) %}{% set ns.a = n %}{% endfor %}{% endfor %}{{ first }}{{ first | string | length }}".into()),
        ("a namespace that holds itself", "{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}{{ ns | string }}".into()),
        ("twenty thousand lists in each other", "{% set ns = namespace(a=[]) %}{% for i in range(200) %}{% for j in range(100) %}{% set ns.a = [ns.a] %}{% endfor %}{% endfor %}{{ ns.a }}{{ ns.a | string }}".into()),
        ("two mappings that hold each other", "{% set a = {} %}{% set b = {'a': a} %}{% set _ = a.update({'b': b}) %}{{ a }}{{ a | string }}{{ a | to_json }}".into()),
        ("a mapping in a list that it holds", "{% set a = {} %}{% set b = [a] %}{% set _ = a.update({'b': b}) %}{{ a }}{{ b | string }}{{ b | to_json }}".into()),
        ("a set block that doubles", format!("{{% set a = 'x' %}}{}", "{% set a %}{{ a }}{{ a }}{% endset %}".repeat(60))),
    ];
    bodies.into_iter().flat_map(|(what, body)| [with_body(TOOLS[0], what, body.clone()), with_body(TOOLS[1], what, body)]).collect()
}

/// The same for liquid.
fn liquid() -> Vec<Case> {
    let deep = |open: &str, close: &str, times: usize| format!("{}x{}", open.repeat(times), close.repeat(times));
    let bodies: Vec<(&str, String)> = vec![
        ("a long range", "{% for a in (1..9000000000) %}x{% endfor %}".into()),
        ("a range from variables", "{% assign n = 9000000000 %}{% for a in (1..n) %}x{% endfor %}".into()),
        ("loops in loops", format!("{{% assign a = '{}' | split: ',' %}}{}", "x,".repeat(3000), deep("{% for x in a %}", "{% endfor %}", 3))),
        ("doubling by append", format!("{{% assign a = 'xxxxxxxxxx' %}}{}{{{{ a }}}}", "{% assign a = a | append: a %}".repeat(60))),
        ("doubling by capture", format!("{{% assign a = 'xxxxxxxxxx' %}}{}{{{{ a }}}}", "{% capture a %}{{ a }}{{ a }}{% endcapture %}".repeat(60))),
        ("doubling in a loop", format!("{{% assign a = 'x' %}}{{% assign l = '{}' | split: ',' %}}{{% for i in l %}}{{% capture a %}}{{{{ a }}}}{{{{ a }}}}{{% endcapture %}}{{% endfor %}}", "x,".repeat(3000))),
        ("a replace that multiplies", "{% assign a = 'x' %}{% assign a = a | replace: 'x', 'xxxxxxxxxxxxxxxxxxxx' | replace: 'x', 'xxxxxxxxxxxxxxxxxxxx' | replace: 'x', 'xxxxxxxxxxxxxxxxxxxx' %}{{ a | replace: 'x', a | replace: 'x', a }}".into()),
        ("a join that multiplies", "{% assign a = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' | replace: 'x', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' | replace: 'x', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' %}{{ a | split: '' | join: a }}".into()),
        ("lists that double", format!("{{% assign a = 'x,x' | split: ',' %}}{}", "{% assign a = a | concat: a %}".repeat(60))),
        ("url encoding of url encoding", format!("{{{{ '%%%%%%%%'{} }}}}", " | url_encode".repeat(39))),
        ("a wide date", "{{ '2024-01-01' | date: '%999999999Y' }}".into()),
        ("the clock", "{{ 'now' | date: '%s' }}{{ 'today' | date: '%Y' }}".into()),
        ("deep blocks", deep("{% if name %}", "{% endif %}", 100_000)),
        ("deep captures", deep("{% capture a %}", "{% endcapture %}", 10_000)),
        ("many tags", "{{ name }}".repeat(400_000)),
        ("many tags that set", (0..50_000).map(|at| format!("{{% assign a{at} = name %}}")).collect()),
        ("a long tag", format!("{{{{ name{} }}}}", " | upcase".repeat(200_000))),
        ("a tag without end", "{{ name | ".repeat(200_000)),
        ("an include", "{% include 'bomb.txt' %}{% render '/etc/passwd' %}".into()),
        ("the filter that runs code", "{{ 'x.rhai' | rhai }}".into()),
        ("many variables that are missing", (0..5_000).map(|at| format!("{{{{ missing{at} }}}}")).collect()),
        ("github expressions", "${{ secrets.X }} ${{ '{{' }} {{ '}}' }}".into()),
        ("tables", format!("{{% assign a = '{}' | split: ',' %}}{{% tablerow x in a cols: 1 %}}{{% tablerow y in a cols: 1 %}}{{{{ x }}}}{{% endtablerow %}}{{% endtablerow %}}", "x,".repeat(3500))),
        ("cycles and counters", "{% increment a %}{% decrement a %}{% cycle 'a', 'b' %}".repeat(3000)),
        ("a slice out of bounds", "{{ 'abc' | slice: -99999999999, 99999999999 }}{{ 'abc' | truncate: 99999999999 }}".into()),
        ("a division by zero", "{{ 1 | divided_by: 0 }}{{ 1 | modulo: 0 }}".into()),
        ("numbers too large", "{{ 9223372036854775807 | plus: 1 | times: 9223372036854775807 }}{{ -9223372036854775808 | abs }}".into()),
        ("an escape in an error", "{{ \u{1b}[31m }}".into()),
        ("deep indexes", format!("{{{{ name{} }}}}", "[0]".repeat(2000))),
        ("a case of many", format!("{{% case name %}}{}{{% endcase %}}", "{% when 'x' %}y".repeat(15_000))),
    ];
    bodies.into_iter().map(|(what, body)| with_body(TOOLS[2], what, body)).collect()
}

fn with_settings(tool: Tool, what: &str, settings: impl Into<Vec<u8>>) -> Case {
    let settings = settings.into();
    Case::import(format!("{}: {what}", tool.name), move |folder| {
        tool.with(folder, "a.txt", b"x");
        write(&folder.join("template"), tool.config, &settings);
    })
}

fn copier_settings() -> Vec<Case> {
    let laughs: String = (0..30)
        .map(|at| {
            if at == 0 {
                "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned()
            } else {
                format!("a{at}: &a{at} [{}]\n", vec![format!("*a{}", at - 1); 10].join(","))
            }
        })
        .collect();
    let settings: Vec<(&str, String)> = vec![
        ("a billion laughs", laughs),
        ("an anchor in itself", "a: &a [*a]\nb: *a\n".into()),
        ("merges of merges", (0..40).map(|at| format!("k{at}: &k{at}\n  <<: [*k{}, *k{}]\n", at.max(1) - 1, at.max(1) - 1)).collect()),
        ("deep lists", "[".repeat(100_000)),
        ("deep maps", (0..3000).map(|at| format!("{}a:\n", " ".repeat(at))).collect()),
        ("deep flow maps", "{a: ".repeat(50_000)),
        ("a Python object", "a: !!python/object/apply:os.system [\"touch RAN\"]\nb: !!python/name:os.system\n".into()),
        ("an include from outside", "a: !include /etc/passwd\nb: !include ../../secret\n--- !include /etc/passwd\n".into()),
        ("a hundred thousand questions", (0..100_000).map(|at| format!("q{at}:\n  type: str\n")).collect()),
        ("a key of a megabyte", format!("? {}\n: 1\n", "k".repeat(1 << 20))),
        ("a default of a megabyte", format!("a:\n  type: str\n  default: {}\n", "d".repeat(1 << 20))),
        ("ten thousand choices", format!("a:\n  type: str\n  choices: [{}]\n", (0..10_000).map(|at| format!("c{at}")).collect::<Vec<_>>().join(","))),
        ("a default without end", "a:\n  type: str\n  default: \"{% for x in range(9999999) %}{% for y in range(9999999) %}x{% endfor %}{% endfor %}\"\n".into()),
        ("a validator without end", "a:\n  type: str\n  default: x\n  validator: \"{% for x in range(9999999) %}{% for y in range(9999999) %}x{% endfor %}{% endfor %}\"\n".into()),
        ("a condition without end", "a:\n  type: str\n  default: x\n  when: \"{% for x in range(9999999) %}{% for y in range(9999999) %}x{% endfor %}{% endfor %}\"\n".into()),
        ("defaults that double", (0..60).map(|at| if at == 0 { "a0:\n  type: str\n  default: xxxxxxxxxx\n".to_owned() } else { format!("a{at}:\n  type: str\n  default: \"{{{{ a{0} }}}}{{{{ a{0} }}}}\"\n", at - 1) }).collect()),
        ("a folder outside", "_subdirectory: ../../..\n".into()),
        ("a folder that is a template outside", "_subdirectory: \"{{ '../..' }}\"\n".into()),
        ("an absolute folder", "_subdirectory: /etc\n".into()),
        ("an answers file outside", "_answers_file: ../../PWNED\n".into()),
        ("delimiters that are one", "_envops:\n  block_start_string: \"{{\"\n  variable_start_string: \"{{\"\n".into()),
        ("delimiters that are empty", "_envops:\n  block_start_string: \"\"\n  block_end_string: \"\"\n  variable_start_string: \"\"\n".into()),
        ("patterns that explode", format!("_exclude: [\"{}\"]\n", "{a,b}".repeat(2000))),
        ("a pattern of stars", format!("_exclude: [\"{}x\"]\n", "*".repeat(20_000))),
        ("numbers too large", "a:\n  type: int\n  default: 99999999999999999999999999999999999999\nb:\n  type: float\n  default: 1e999999\n".into()),
        ("not text", "\u{0}\u{1}\u{2}".into()),
        ("many documents", "---\na: 1\n".repeat(50_000)),
        ("keys twice", "a: 1\na: 2\n_tasks: []\n_tasks: [touch RAN]\n".into()),
        ("a list", "- a\n- b\n".into()),
        ("a number", "42\n".into()),
        ("nothing", String::new()),
        ("types that are not", "a:\n  type: [1, 2]\n  choices: 5\n  default: {x: y}\nb: null\nc: [[1]]\n".into()),
        ("questions called as what there is", "_copier_conf: 1\n__proto__: 1\nname: 2\nroad: 3\n\"..\": 4\n\"\": 5\n".into()),
    ];
    let mut cases: Vec<Case> = settings.into_iter().map(|(what, settings)| with_settings(TOOLS[0], what, settings)).collect();
    cases.push(with_settings(TOOLS[0], "settings in no encoding", b"\xff\xfe\xff\x80a: 1\n".to_vec()));
    cases
}

fn cookiecutter_settings() -> Vec<Case> {
    let settings: Vec<(&str, String)> = vec![
        ("deep lists", "[".repeat(200_000)),
        ("deep maps", "{\"a\":".repeat(100_000)),
        ("a hundred thousand questions", format!("{{{}}}", (0..100_000).map(|at| format!("\"q{at}\": \"x\"")).collect::<Vec<_>>().join(","))),
        ("a number too large", "{\"slug\": \"demo\", \"a\": 1e999999, \"b\": 99999999999999999999999999999999999}".into()),
        ("keys twice", "{\"slug\": \"a\", \"slug\": \"../PWNED\"}".into()),
        ("a slug that leads out", "{\"slug\": \"../../PWNED\"}".into()),
        ("a slug that is absolute", "{\"slug\": \"/tmp/PWNED\"}".into()),
        ("a slug that is a template", "{\"slug\": \"{{ '..' }}/{{ '..' }}/PWNED\"}".into()),
        ("a slug that is empty", "{\"slug\": \"\"}".into()),
        ("a default without end", "{\"slug\": \"demo\", \"a\": \"{% for x in range(9999999) %}{% for y in range(9999999) %}x{% endfor %}{% endfor %}\"}".into()),
        ("defaults that double", format!("{{\"slug\": \"demo\", \"a0\": \"xxxxxxxxxx\"{}}}", (1..60).map(|at| format!(", \"a{at}\": \"{{{{cookiecutter.a{0}}}}}{{{{cookiecutter.a{0}}}}}\"", at - 1)).collect::<String>())),
        ("a default of itself", "{\"slug\": \"demo\", \"a\": \"{{cookiecutter.a}}\"}".into()),
        ("values of every kind", "{\"slug\": \"demo\", \"a\": null, \"b\": true, \"c\": 1.5, \"d\": {\"x\": {\"y\": [1]}}, \"e\": [], \"f\": [[1]]}".into()),
        ("a list", "[1, 2]".into()),
        ("a text", "\"x\"".into()),
        ("nothing", String::new()),
        ("patterns that explode", format!("{{\"slug\": \"demo\", \"_copy_without_render\": [\"{}\"]}}", "[!a]*".repeat(3000))),
        ("patterns of stars", format!("{{\"slug\": \"demo\", \"_copy_without_render\": [\"{}x\"]}}", "*a".repeat(3000))),
        ("engine settings", "{\"slug\": \"demo\", \"_jinja2_env_vars\": {\"variable_start_string\": \"\", \"block_start_string\": \"{{\"}}".into()),
        ("templates outside", "{\"templates\": {\"a\": {\"path\": \"../../..\", \"title\": \"x\", \"description\": \"y\"}, \"b\": {\"path\": \"/etc\"}}}".into()),
        ("templates in themselves", "{\"templates\": {\"a\": {\"path\": \".\", \"title\": \"x\", \"description\": \"y\"}}}".into()),
        ("a local module", "{\"slug\": \"demo\", \"_extensions\": [\"local_extensions.Evil\", \"os.system\"]}".into()),
        ("keys that are Python's", "{\"slug\": \"demo\", \"__class__\": \"x\", \"_template\": \"/etc\", \"_output_dir\": \"/tmp\", \"_repo_dir\": \"/etc\", \"\": \"x\", \"..\": \"y\"}".into()),
        ("ten thousand choices", format!("{{\"slug\": \"demo\", \"a\": [{}]}}", (0..10_000).map(|at| format!("\"c{at}\"")).collect::<Vec<_>>().join(","))),
        ("a value of a megabyte", format!("{{\"slug\": \"demo\", \"a\": \"{}\"}}", "v".repeat(1 << 20))),
        ("a mark of byte order", "\u{feff}{\"slug\": \"demo\"}".into()),
    ];
    let mut cases: Vec<Case> = settings.into_iter().map(|(what, settings)| with_settings(TOOLS[1], what, settings)).collect();
    cases.push(with_settings(TOOLS[1], "settings in no encoding", b"{\"slug\": \"\xff\xfe\"}".to_vec()));
    cases
}

fn cargo_generate_settings() -> Vec<Case> {
    let slot = |rest: &str| format!("[placeholders.name]\nprompt = \"n\"\ntype = \"string\"\ndefault = \"demo\"\n{rest}\n");
    let settings: Vec<(&str, String)> = vec![
        ("deep lists", format!("a = {}", "[".repeat(100_000))),
        ("deep maps", format!("a = {}", "{a=".repeat(50_000))),
        ("deep keys", format!("{}a = 1", "a.".repeat(50_000))),
        ("deep tables", format!("[{}a]\n", "a.".repeat(50_000))),
        ("a hundred thousand placeholders", (0..20_000).map(|at| format!("[placeholders.q{at}]\nprompt = \"p\"\n")).collect()),
        ("a huge regular expression", slot("regex = \"((((a{100}){100}){100}){100})\"")),
        ("a regular expression of brackets", slot(&format!("regex = \"{}\"", "(".repeat(50_000)))),
        ("a regular expression that breaks out", slot("regex = \"a)(b\"")),
        ("patterns that explode", format!("[template]\ninclude = [\"{}\"]\n", "{a,b}".repeat(2000))),
        ("a pattern of brackets", format!("[template]\nexclude = [\"{}\"]\n", "[".repeat(20_000))),
        ("a pattern of stars", format!("[template]\nexclude = [\"{}x\"]\n", "**/".repeat(5000))),
        ("a hundred thousand patterns", format!("[template]\nexclude = [{}]\n", "\"a*\",".repeat(20_000))),
        ("ignoring what lies outside", "[template]\nignore = [\"../../secret\", \"/etc/passwd\", \"..\", \"\", \".\", \"/\"]\n".into()),
        ("sub-templates in themselves", "[template]\nsub_templates = [\".\", \"\", \"./.\"]\n".into()),
        ("sub-templates outside", "[template]\nsub_templates = [\"../..\", \"/etc\", \"a/../../..\"]\n".into()),
        ("a deep condition", format!("[conditional.'{}a{}']\nignore = [\"a\"]\n", "(".repeat(1500), ")".repeat(1500))),
        ("a condition of nots", format!("[conditional.'{}a']\nignore = [\"a\"]\n", "!".repeat(3500))),
        ("a long condition", format!("[conditional.'a{}']\nignore = [\"a\"]\n", " || a".repeat(700))),
        ("a very long condition", format!("[conditional.'a{}']\nignore = [\"a\"]\n", " || a".repeat(50_000))),
        ("a condition that runs code", "[conditional.'system::command(\"touch RAN\")']\nignore = [\"a\"]\n[conditional.'file::write(\"RAN\", \"x\"); true']\nignore = [\"a\"]\n".into()),
        ("ten thousand conditions", (0..10_000).map(|at| format!("[conditional.'name == \"{at}\"']\nignore = [\"a\"]\n")).collect()),
        ("conditions on each other", (1..300).map(|at| format!("[conditional.'p{} == \"x\"'.placeholders.p{at}]\nprompt = \"p\"\ntype = \"string\"\ndefault = \"x\"\n", at - 1)).collect()),
        ("reserved names", "[placeholders.project-name]\nprompt = \"x\"\n".into()),
        ("names that are no names", "[placeholders.\"../x\"]\nprompt = \"x\"\n".into()),
        ("values of the wrong kind", "template = 5\nplaceholders = [1]\nhooks = \"x\"\nconditional = 3\n".into()),
        ("keys twice", "[template]\ninclude = []\n[template]\nexclude = []\n".into()),
        ("numbers too large", "[placeholders.a]\nprompt = \"x\"\ndefault = 99999999999999999999999999999\n".into()),
        ("ten thousand choices", slot(&format!("choices = [\"demo\",{}]", (0..10_000).map(|at| format!("\"c{at}\",")).collect::<String>()))),
        ("a default of a megabyte", format!("[placeholders.a]\nprompt = \"x\"\ntype = \"string\"\ndefault = \"{}\"\n", "v".repeat(200_000))),
        ("nothing", String::new()),
        ("settings of a megabyte", "#".repeat(1 << 20)),
    ];
    let mut cases: Vec<Case> = settings.into_iter().map(|(what, settings)| with_settings(TOOLS[2], what, settings)).collect();
    cases.push(with_settings(TOOLS[2], "settings in no encoding", b"a = \"\xff\xfe\"".to_vec()));
    cases.push(Case::import("cargo-generate: an ignore list that explodes", |folder| {
        TOOLS[2].with(folder, "a.txt", b"x");
        write(&folder.join("template"), ".genignore", format!("{}\n{}\n!{}\n", "{a,b}".repeat(2000), "[".repeat(9999), "**/".repeat(5000)));
    }));
    cases
}

/// Everything by which the tools run code when they generate.
fn code() -> Vec<Case> {
    let touch = "#!/bin/sh\ntouch RAN ../RAN ../../RAN\n";
    let mut cases = vec![Case::import("copier: tasks, migrations, extensions", move |folder| {
        let settings = "_templates_suffix: \"\"\n_tasks:\n  - touch RAN\n  - [touch, ../RAN]\n  - command: touch RAN\n    when: true\n_migrations:\n  - version: v1\n    command: touch RAN\n_jinja_extensions: [local.Evil]\n_external_data:\n  x: /etc/passwd\na:\n  type: str\n  default: \"{{ _external_data.x }}\"\n";
        TOOLS[0].with(folder, "{{ _external_data }}.txt", b"{{ _external_data.x }}");
        write(&folder.join("template"), "copier.yml", settings);
        write(&folder.join("template"), "local.py", "open('RAN', 'w')\n");
    })];
    for hook in [
        "pre_gen_project.py",
        "post_gen_project.py",
        "pre_prompt.py",
        "pre_gen_project.sh",
        "post_gen_project.sh",
        "pre_prompt.sh",
        "post_gen_project",
    ] {
        cases.push(Case::import(format!("cookiecutter: the hook {hook}"), move |folder| {
            TOOLS[1].with(folder, "a.txt", b"x");
            let text = if hook.ends_with(".py") { "open('RAN', 'w'); open('../RAN', 'w')\n" } else { touch };
            write(&folder.join("template"), &format!("hooks/{hook}"), text);
            let path = folder.join("template/hooks").join(hook);
            std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        }));
    }
    for moment in ["init", "pre", "post"] {
        cases.push(Case::import(format!("cargo-generate: a hook at {moment}"), move |folder| {
            TOOLS[2].with(folder, "a.txt", b"x");
            write(
                &folder.join("template"),
                "cargo-generate.toml",
                format!("[hooks]\n{moment} = [\"x.rhai\", \"../../secret\", \"/etc/passwd\"]\n"),
            );
            write(&folder.join("template"), "x.rhai", "file::write(\"RAN\", \"x\"); system::command(\"touch\", [\"RAN\"]);\n");
        }));
    }
    cases.push(Case::import("all tools at once", |folder| {
        for tool in TOOLS {
            tool.with(folder, "a.txt", b"x");
        }
    }));
    for (what, argument) in
        [("upwards", "../.."), ("absolute", "/etc"), ("with a dot", "a/./b"), ("that is a link", "link"), ("with an escape", "\u{1b}[31m")]
    {
        cases.push(Case::of(
            format!("a subfolder {what}"),
            |folder| {
                TOOLS[2].with(folder, "a.txt", b"x");
                std::os::unix::fs::symlink("/etc", folder.join("template/link")).unwrap();
            },
            &["road", "import", "template", "--into", "store", "--subfolder", argument],
        ));
    }
    cases
}

/// Folders that say they are roads.
fn roads() -> Vec<Case> {
    const ROAD: &str = "schema = 1\nid = \"r\"\npublisher = \"p\"\ntitle = \"t\"\nversion = \"2026.1.0\"\nreleased = \"2026-01-01\"\nsupported-until = \"2027-01-01\"\nupgrades-from = []\nkinds = [\"k\"]\nlayers = []\n";
    const KIND: &str = "title = \"k\"\n[[file]]\npath = \"**\"\nwhy = \"w\"\nownership = \"merged\"\n";
    let made = |what: &str, make: Box<dyn Fn(&Path) + Send + Sync>| {
        Case::of(
            format!("a road with {what}"),
            move |folder: &Path| {
                let road = folder.join("road");
                write(&road, "road.toml", ROAD);
                write(&road, "questions.toml", "question = []\n");
                write(&road, "kinds/k/kind.toml", KIND);
                write(&road, "kinds/k/files/README.md", "x\n");
                make(&road);
            },
            &["new", "made", "--road", "road", "--yes", "--no-git"],
        )
    };
    let with = |what: &str, path: &'static str, text: String| made(what, Box::new(move |road| write(road, path, &text)));
    let mut cases = vec![
        with("a kind that leads out", "road.toml", ROAD.replace("[\"k\"]", "[\"../../..\"]")),
        with("an absolute kind", "road.toml", ROAD.replace("[\"k\"]", "[\"/etc\"]")),
        with("a version that leads out", "road.toml", ROAD.replace("2026.1.0", "../../x")),
        with("a version that is endless", "road.toml", ROAD.replace("2026.1.0", &format!("1.1.{}", "1".repeat(100_000)))),
        with("an escape in its title", "road.toml", ROAD.replace("\"t\"", "\"\\u001b[31m\"")),
        with("a direction in its title", "road.toml", ROAD.replace("\"t\"", "\"\\u202e\"")),
        with("an escape in a broken manifest", "road.toml", format!("{ROAD}\u{1b}[31m = = ")),
        with("deep lists", "road.toml", format!("{ROAD}x = {}", "[".repeat(100_000))),
        with("a hundred thousand kinds", "road.toml", ROAD.replace("[\"k\"]", &format!("[{}]", "\"k\",".repeat(100_000)))),
        with("a dialect that is not known", "kinds/k/kind.toml", format!("{KIND}[dialect]\ntool = \"\\u001b[31m\"\n")),
        with("a dialect of the wrong kind", "kinds/k/kind.toml", format!("{KIND}[dialect]\ntool = 5\n")),
        with("a rule that explodes", "kinds/k/kind.toml", KIND.replace("**", &"{a,b}".repeat(1500))),
        with("a condition without end", "kinds/k/kind.toml", format!("when = \"range(99999999) | list | length\"\n{KIND}")),
        with("a deep condition", "kinds/k/kind.toml", format!("when = \"{}1\"\n{KIND}", "(".repeat(20_000))),
        with(
            "a question with a huge pattern",
            "kinds/k/kind.toml",
            format!(
                "title = \"k\"\n[[question]]\nkey = \"a\"\nask = \"a\"\nhelp = \"h\"\ntype = \"text\"\ndefault = \"x\"\npattern = \"(((x{{100}}){{100}}){{100}})\"\n{}",
                &KIND[12..]
            ),
        ),
        with("liquid without end", "kinds/k/files/a.txt.liquid", "{% for a in (1..99999999) %}x{% endfor %}".to_owned()),
        with(
            "liquid that doubles",
            "kinds/k/files/a.txt.liquid",
            format!("{{% assign a = 'xxxxxxxxxx' %}}{}{{{{ a }}}}", "{% assign a = a | append: a %}".repeat(60)),
        ),
        with(
            "Jinja without end",
            "kinds/k/files/a.txt.jinja",
            "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}".to_owned(),
        ),
        with(
            "Jinja that doubles",
            "kinds/k/files/a.txt.jinja",
            format!("{{% set a = 'xxxxxxxxxx' %}}{}{{@ a @}}", "{% set a = a ~ a %}".repeat(60)),
        ),
        with(
            "a Jinja namespace that holds itself",
            "kinds/k/files/a.txt.jinja",
            "{% set ns = namespace() %}{% set ns.a = ns %}{@ ns @}".to_owned(),
        ),
        with("Jinja that multiplies", "kinds/k/files/a.txt.jinja", "{@ 'x' * 2000000000 @}".to_owned()),
        with("a name that leads out", "kinds/k/files/{@ '..' @}/{@ '..' @}/PWNED", "x".to_owned()),
        with("a name in git's folder", "kinds/k/files/{@ '.git' @}/config", "x".to_owned()),
        with("a name that is a device", "kinds/k/files/{@ 'con' @}", "x".to_owned()),
        with("case twins by rendering", "kinds/k/files/{@ 'readme' @}.MD", "x".to_owned()),
    ];
    cases.push(made("a link in it", Box::new(|road| std::os::unix::fs::symlink("/etc/passwd", road.join("kinds/k/files/link")).unwrap())));
    cases.push(made("a link for a folder", Box::new(|road| std::os::unix::fs::symlink("/etc", road.join("kinds/k/files/etc")).unwrap())));
    cases.push(made(
        "a pipe in it",
        Box::new(|road| assert!(std::process::Command::new("mkfifo").arg(road.join("kinds/k/files/pipe")).status().unwrap().success())),
    ));
    cases.push(made(
        "twenty thousand files",
        Box::new(|road| (0..12_000).for_each(|at| write(road, &format!("kinds/k/files/{}/{at}", at % 100), ""))),
    ));
    for (what, index) in [
        (
            "a version that leads out",
            "[[version]]\nversion = \"../../..\"\nreleased = \"2026-01-01\"\ndigest = \"sha256:00\"\n[version.golden]\n".to_owned(),
        ),
        (
            "an escape",
            "[[version]]\nversion = \"\\u001b[31m\"\nreleased = \"2026-01-01\"\ndigest = \"sha256:00\"\n[version.golden]\n".to_owned(),
        ),
        (
            "a version that is missing",
            format!(
                "[[version]]\nversion = \"2026.1.0\"\nreleased = \"2026-01-01\"\ndigest = \"sha256:{}\"\n[version.golden]\n",
                "0".repeat(64)
            ),
        ),
        (
            "a hundred thousand versions",
            "[[version]]\nversion = \"2026.1.0\"\nreleased = \"2026-01-01\"\ndigest = \"x\"\ngolden = {}\n".repeat(100_000),
        ),
        ("deep lists", "[".repeat(100_000)),
    ] {
        cases.push(Case::of(
            format!("a store with {what}"),
            move |folder| write(folder, "road/index.toml", &index),
            &["new", "made", "--road", "road", "--yes", "--no-git"],
        ));
    }
    cases
}

/// Small things that become much, beyond one template's text.
fn much_from_little() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.push(Case::import("copier: a thousand files of much", move |folder| {
        TOOLS[0].with(folder, "{% yield x from range(1000) %}{{ x }}{% endyield %}.txt", b"{{ 'x' * 2600000 }}");
    }));
    cases.push(Case::import("copier: a thousand copies of much", move |folder| {
        TOOLS[0].with(folder, "{% yield x from range(1000) %}{{ x }}{% endyield %}.bin", &vec![0xff; 3 << 20]);
    }));
    cases.push(Case::import("copier: a hundred templates of much", move |folder| {
        (0..100).for_each(|at| TOOLS[0].with(folder, &format!("{at}.txt"), b"{{ 'x' * 2600000 }}"));
    }));
    cases.push(Case::import("cookiecutter: a hundred templates of much", move |folder| {
        (0..100).for_each(|at| TOOLS[1].with(folder, &format!("{at}.txt"), b"{{ 'x' * 2600000 }}"));
    }));
    for (tool, most) in [(TOOLS[0], 9), (TOOLS[1], 6)] {
        cases.push(Case::import(format!("{}: as much as is taken", tool.name), move |folder| {
            (0..most).for_each(|at| tool.with(folder, &format!("{at}.txt"), b"{{ 'x' * 2600000 }}"));
        }));
    }
    cases.push(Case::import("cargo-generate: a hundred templates of much", move |folder| {
        let body = format!("{{% assign a = 'x' %}}{}{{{{ a }}}}", "{% assign a = a | append: a %}".repeat(20));
        (0..100).for_each(|at| TOOLS[2].with(folder, &format!("{at}.txt"), body.as_bytes()));
    }));
    cases.push(Case::import("names that are no UTF-8 in folders that repeat", move |folder| {
        let repository = RawRepository::new(folder);
        let blob = repository.blob(b"x");
        let names: Vec<Vec<u8>> = (0..60_000).map(|at| [b"\xff".as_slice(), format!("{at:05}").as_bytes()].concat()).collect();
        let entries: Vec<_> = names.iter().map(|name| ("100644", name.as_slice(), blob)).collect();
        let many = repository.tree(&entries);
        let folders: Vec<String> = (0..4_000).map(|at| format!("{at:04}")).collect();
        let folders: Vec<_> = folders.iter().map(|name| ("40000", name.as_bytes(), many)).collect();
        repository.template(TOOLS[2], &folders);
    }));
    cases.push(Case::import("folders of folders that repeat", move |folder| {
        let repository = RawRepository::new(folder);
        let names: Vec<String> = (0..60_000).map(|at| format!("{at:05}")).collect();
        let mut id = repository.tree(&[("100644", b"f", repository.blob(b"x"))]);
        for _ in 0..3 {
            let entries: Vec<_> = names.iter().map(|name| ("40000", name.as_bytes(), id)).collect();
            id = repository.tree(&entries);
        }
        repository.template(TOOLS[2], &[("40000", b"many", id)]);
    }));
    for (what, byte) in [("", b"x"), (" that is no UTF-8", b"\xff")] {
        cases.push(Case::import(format!("four thousand folders with a long name{what}"), move |folder| {
            let repository = RawRepository::new(folder);
            let inner = repository.tree(&[("100644", &byte.repeat(60_000), repository.blob(b"x"))]);
            let folders: Vec<String> = (0..4_000).map(|at| format!("{at:04}")).collect();
            let folders: Vec<_> = folders.iter().map(|name| ("40000", name.as_bytes(), inner)).collect();
            repository.template(TOOLS[2], &folders);
        }));
    }
    cases.push(Case::import("cookiecutter: a long sum where an extension may bring variables", |folder| {
        TOOLS[1].with(folder, "a.txt", format!("{{{{ 1{} }}}}", " + 1".repeat(50_000)).as_bytes());
        write(&folder.join("template"), TOOLS[1].config, "{\"slug\": \"demo\", \"name\": \"demo\", \"_extensions\": [\"local.Evil\"]}");
    }));
    cases.push(Case::import("copier: a delimiter that stands nowhere is looked for at every tag", |folder| {
        TOOLS[0].with(folder, "a.txt", format!("{}{}", "{{1}}".repeat(19_000), "x".repeat(1_900_000)).as_bytes());
    }));
    cases.push(Case::of(
        "a file of answers that each are looked for in all of it",
        |folder| {
            let mut text = "_commit: v1\n_src_path: gh:org/template\n".to_owned();
            (0..60_000).for_each(|at| text.push_str(&format!("a{at:05}: v{at:05}\n")));
            write(folder, ".copier-answers.yml", text);
            write(folder, "README.md", "# A project\n");
            git2::Repository::init(folder).unwrap();
        },
        &["adopt", "--dry-run"],
    ));
    cases.extend(later_versions());
    cases
}

/// Versions of a road that make much of a project, or of the road that they inherit from.
fn later_versions() -> Vec<Case> {
    const UPGRADE: [&str; 5] = ["upgrade", "demo", "--road", "store", "--yes"];
    let mut cases = Vec::new();
    let mut upgrade = |what: &str, migration: &'static str, with: usize, prepare: Box<dyn Fn(&Path) + Send + Sync>| {
        let make = move |folder: &Path| {
            version(folder, 0, "");
            run(folder, &["new", "demo", "--road", "store/2026.1.0", "--yes"]);
            prepare(&folder.join("demo"));
            let text = migration.replace("MUCH", &"y".repeat(with));
            version(folder, 1, &format!("[[migration]]\nversion = \"2026.1.1\"\nwhy = \"It is so.\"\n{text}\n"));
        };
        cases.push(Case::of(format!("an upgrade with {what}"), make, &UPGRADE));
    };
    let letters = |project: &Path| write(project, "mine.txt", "a ".repeat(500_000));
    let text = "replace-text = { files = \"**\", find = \"a\", with = \"MUCH\" }";
    upgrade("a text that becomes much", text, 60_000, Box::new(letters));
    upgrade("a text that becomes a megabyte", text, 1 << 20, Box::new(letters));
    let pin = "replace-pin = { find = \"aaa\", with = \"MUCH\" }";
    upgrade("a pin that becomes much", pin, 900, Box::new(|project| write(project, "mine.txt", "aaa ".repeat(500_000))));
    upgrade("a pin that becomes a megabyte", pin, 1 << 20, Box::new(|project| write(project, "mine.txt", "aaa ".repeat(500_000))));
    let many = |project: &Path| (0..400).for_each(|at| write(project, &format!("{at}.md"), "a ".repeat(300)));
    upgrade(
        "a text that becomes much in many files",
        "replace-text = { files = \"*.md\", find = \"a\", with = \"MUCH\" }",
        6_000,
        Box::new(many),
    );
    let labels = |project: &Path| (0..60).for_each(|at| write(project, &format!("labels/{at}.txt"), "0 0.5 0.5 0.1 0.1\n".repeat(100_000)));
    upgrade("a pin in a project of a hundred megabytes of labels", pin, 9, Box::new(labels));
    for (what, path, long) in [
        ("a long sum", "a.txt.jinja", format!("{{@ 1{} @}}", " + 1".repeat(50_000))),
        ("a long sum in a condition", "a.txt.jinja", format!("{{% if 1{} %}}x{{% endif %}}", " + 1".repeat(50_000))),
    ] {
        cases.push(Case::of(
            format!("a road with {what}, looked at"),
            move |folder| {
                version(folder, 0, "");
                write(&folder.join("source-0/kinds/k/files"), path, &long);
            },
            &["road", "lint", "source-0"],
        ));
    }
    cases.push(Case::of(
        "an overlay whose edit becomes much",
        |folder| {
            run(folder, &["road", "init", "base"]);
            let readme = folder.join("base/kinds/library/files/README.md.jinja");
            let text = std::fs::read_to_string(&readme).unwrap();
            std::fs::write(readme, format!("{text}{}\n", "q".repeat(60_000))).unwrap();
            run(folder, &["road", "release", "base", "store"]);
            run(folder, &["road", "init", "over", "--from", "store"]);
            let manifest = folder.join("over/road.toml");
            let text = std::fs::read_to_string(&manifest).unwrap();
            let edit = format!(
                "[[edit]]\nfiles = [\"kinds/library/files/README.md.jinja\"]\nfind = \"q\"\nwith = \"{}\"\nwhy = \"w\"\n",
                "y".repeat(60_000)
            );
            std::fs::write(manifest, format!("{text}\n{edit}")).unwrap();
        },
        &["road", "lint", "over"],
    ));
    cases
}

/// Releases a version of a small road to `store`.
fn version(folder: &Path, number: usize, more: &str) {
    let source = folder.join(format!("source-{number}"));
    let from = if number == 0 { "" } else { "\"2026.1.0\"" };
    let road = format!(
        "schema = 1\nid = \"r\"\npublisher = \"p\"\ntitle = \"t\"\nversion = \"2026.1.{number}\"\nreleased = \"2026-01-0{}\"\n\
         supported-until = \"2099-01-01\"\nupgrades-from = [{from}]\nkinds = [\"k\"]\nlayers = []\n{more}",
        number + 1
    );
    write(&source, "road.toml", road);
    write(
        &source,
        "questions.toml",
        "[[question]]\nkey = \"name\"\nask = \"What?\"\nhelp = \"A name.\"\ntype = \"name\"\ndefault = \"demo\"\n",
    );
    write(&source, "kinds/k/kind.toml", "title = \"k\"\nsummary = \"s\"\n[[file]]\npath = \"**\"\nwhy = \"w\"\nownership = \"merged\"\n");
    write(&source, "kinds/k/files/README.md", format!("a version {number}\n"));
    // What is refused already when it is released comes to the upgrade as it is.
    if !ran(folder, &["road", "release", &format!("source-{number}"), "store"]) {
        std::fs::remove_dir_all(folder.join("store")).unwrap();
        std::fs::rename(&source, folder.join("store")).unwrap();
    }
}

fn ran(folder: &Path, arguments: &[&str]) -> bool {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_highroad"));
    super::support::clean(&mut command, folder);
    command.args(arguments).current_dir(folder).output().unwrap().status.success()
}

fn run(folder: &Path, arguments: &[&str]) {
    assert!(ran(folder, arguments), "{arguments:?}");
}
