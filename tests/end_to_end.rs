//! The main job for real: make a project, install from its locks, lint, type, test, train or serve, attack, scan;
//! then take out one safeguard after the other and see the stage that should go red do so.
//!
//! Needs Python 3.11 to 3.13 and a package index. `HIGHROAD_E2E` names other kinds than the two small ones:
//! `HIGHROAD_E2E=pytorch-training,tensorflow-training cargo test --test end_to_end -- --nocapture`
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use support::{Folder, Run, git};

/// A project in its folder, with both environments made.
struct Project {
    folder: Folder,
    kind: String,
}

impl Project {
    fn root(&self) -> std::path::PathBuf {
        self.folder.join("demo")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = self.folder.command(program);
        command.current_dir(self.root());
        command
    }

    /// Runs a make target and prints how it ended, for the run that is kept as a record.
    #[track_caller]
    fn make(&self, target: &str) -> Run {
        let run = Run::of(self.command("make").args(["-s", target]));
        println!("--- {}: make {target}: exit {}\n{}{}", self.kind, run.code, tail(&run.out), tail(&run.err));
        run
    }

    /// Runs one security stage.
    fn stage(&self, stage: &str) -> Run {
        Run::of(self.command("bash").args(["security/run.sh", stage]))
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Replaces a text that must be there.
    #[track_caller]
    fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} does not hold `{from}`");
        self.write(path, text.replace(from, to));
    }

    /// Removes the lines that hold `part`; there must be one.
    #[track_caller]
    fn drop_lines(&self, path: &str, part: &str) {
        let text = self.read(path);
        let kept: String = text.lines().filter(|line| !line.contains(part)).map(|line| format!("{line}\n")).collect();
        assert_ne!(kept, text, "{path} has no line with `{part}`");
        self.write(path, kept);
    }

    fn append(&self, path: &str, text: &str) {
        self.write(path, format!("{}{text}", self.read(path)));
    }

    fn restore(&self, commit: &str) {
        git(&self.root(), &["reset", "-q", "--hard", commit]);
        git(&self.root(), &["clean", "-qfd"]);
    }
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(14)..].iter().map(|line| format!("    {line}\n")).collect()
}

fn kinds() -> Vec<String> {
    let named = std::env::var("HIGHROAD_E2E").unwrap_or_default();
    let named: Vec<String> = named.split(',').filter(|kind| !kind.is_empty()).map(str::to_owned).collect();
    if named.is_empty() { vec!["sklearn-tabular".to_owned(), "llm-app".to_owned()] } else { named }
}

/// A safeguard that is taken out, or a fault that is planted, and the stage that must go red, saying `word`.
struct Fault {
    name: &'static str,
    plant: fn(&Project),
    stage: &'static str,
    word: &'static str,
}

fn token() -> String {
    format!("ghp_{}{}", "Zx9Qw3Er7Ty1Ui5O", "p2As4Df6Gh8Jk0LzXcVb")
}

const SECURITY: &str = ".github/workflows/security.yml";

const FAULTS: &[Fault] = &[
    Fault {
        name: "a key in the history, gone from the tree",
        plant: |p| {
            p.write("src/demo/keys.py", format!("TOKEN = \"{}\"\n", token()));
            git(&p.root(), &["add", "-A"]);
            git(&p.root(), &["commit", "-q", "--no-verify", "-m", "oops"]);
            git(&p.root(), &["rm", "-q", "src/demo/keys.py"]);
            git(&p.root(), &["commit", "-q", "--no-verify", "-m", "gone"]);
        },
        stage: "secrets",
        word: "keys.py",
    },
    Fault {
        name: "a key in a file that is not committed yet",
        plant: |p| p.write("configs/extra.toml", format!("token = \"{}\"\n", token())),
        stage: "secrets",
        word: "extra.toml",
    },
    Fault {
        name: "a denied release in a lock",
        plant: |p| p.append("locks/requirements-run.txt", &format!("litellm==1.82.8 \\\n    --hash=sha256:{}\n", "0".repeat(64))),
        stage: "dependencies",
        word: "litellm",
    },
    Fault {
        name: "a lock entry without its hashes",
        plant: |p| p.append("locks/requirements-run.txt", "idna==3.11\n"),
        stage: "dependencies",
        word: "idna",
    },
    Fault {
        name: "another package index in a lock",
        plant: |p| p.append("locks/requirements-dev.txt", "--extra-index-url https://packages.example.com/simple\n"),
        stage: "dependencies",
        word: "index",
    },
    Fault {
        name: "a dependency that is not in the lock",
        plant: |p| p.edit("pyproject.toml", "dependencies = [\n", "dependencies = [\n    \"left-pad>=1\",\n"),
        stage: "dependencies",
        word: "left-pad",
    },
    Fault { name: "eval of a text", plant: |p| p.write("src/demo/bad.py", "print(eval(input()))\n"), stage: "code", word: "bad.py" },
    Fault {
        name: "a pickle is loaded, and the line says not to look",
        plant: |p| p.write("src/demo/bad.py", "import pickle  # noqa # nosec\n\nprint(pickle.loads(b\"\"))  # noqa # nosec\n"),
        stage: "code",
        word: "bad.py",
    },
    Fault {
        name: "code of a hub is trusted, in a notebook",
        plant: |p| {
            let source = "from transformers import AutoModel\\nAutoModel.from_pretrained('a/b', trust_remote_code=True)";
            p.write("docs/try.ipynb", format!("{{\"cells\":[{{\"cell_type\":\"code\",\"execution_count\":null,\"id\":\"a\",\"metadata\":{{}},\"outputs\":[],\"source\":[\"{source}\"]}}],\"metadata\":{{}},\"nbformat\":4,\"nbformat_minor\":5}}\n"));
        },
        stage: "code",
        word: "try.ipynb",
    },
    Fault {
        name: "the repository's own configuration tells the tools to look away",
        plant: |p| {
            p.write(".bandit", "[bandit]\nexclude = /src\nskips = B102,B307\n");
            p.write("ruff.toml", "exclude = [\"src\"]\n");
            p.write("src/demo/bad.py", "print(eval(input()))\n");
        },
        stage: "code",
        word: "bad.py",
    },
    Fault {
        name: "a pickle that runs a command, under another name",
        plant: |p| {
            let mut pickle = b"\x80\x04cposix\nsystem\n(S'echo planted'\ntR.".to_vec();
            pickle.extend(b"");
            p.write("artifacts/weights.bin", pickle);
        },
        stage: "models",
        word: "weights.bin",
    },
    Fault {
        name: "a model that nobody recorded",
        plant: |p| {
            let header = b"{}      ";
            let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
            bytes.extend(header);
            p.write("artifacts/unknown.safetensors", bytes);
        },
        stage: "models",
        word: "unknown.safetensors",
    },
    Fault {
        name: "an action by tag",
        plant: |p| p.edit(SECURITY, &pin(p, SECURITY, "actions/checkout@"), "actions/checkout@v7"),
        stage: "workflows",
        word: "unpinned",
    },
    Fault {
        name: "the token may write everything",
        plant: |p| p.edit(SECURITY, "permissions: {}", "permissions: write-all"),
        stage: "workflows",
        word: "permissions",
    },
    Fault {
        name: "credentials stay in the checkout",
        plant: |p| p.edit(SECURITY, "persist-credentials: false", "persist-credentials: true"),
        stage: "workflows",
        word: "artipacked",
    },
    Fault {
        name: "untrusted text in a shell",
        plant: |p| {
            p.append(SECURITY, "\n  evil:\n    name: evil\n    runs-on: ubuntu-24.04\n    permissions: {}\n    steps:\n      - run: echo \"${{ github.event.pull_request.title }}\"\n")
        },
        stage: "workflows",
        word: "template-injection",
    },
    Fault {
        name: "a job that may fail",
        plant: |p| p.edit(SECURITY, "    timeout-minutes:", "    continue-on-error: true\n    timeout-minutes:"),
        stage: "workflows",
        word: "continue-on-error",
    },
    Fault { name: "a workflow that does not parse", plant: |p| p.append(SECURITY, "  - : [\n"), stage: "workflows", word: "security.yml" },
    Fault { name: "a stage that CI no longer runs", plant: |p| p.edit(SECURITY, " models,", ""), stage: "workflows", word: "models" },
    Fault {
        name: "updates without a cool-down",
        plant: |p| p.drop_lines(".github/dependabot.yml", "default-days"),
        stage: "workflows",
        word: "dependabot",
    },
    Fault { name: "the container runs as root", plant: |p| p.drop_lines("Dockerfile", "USER "), stage: "container", word: "root" },
    Fault {
        name: "a base image by tag",
        plant: |p| {
            let digest = p.read("Dockerfile").split("@sha256:").nth(1).unwrap()[..64].to_owned();
            p.edit("Dockerfile", &format!("@sha256:{digest}"), "");
        },
        stage: "container",
        word: "digest",
    },
    Fault {
        name: "a remote script in the image",
        plant: |p| p.append("Dockerfile", "RUN curl -s https://example.com/install.sh | sh\n"),
        stage: "container",
        word: "Dockerfile",
    },
    Fault {
        name: "a secret in the image",
        plant: |p| p.append("Dockerfile", "ENV API_TOKEN=abc\n"),
        stage: "container",
        word: "API_TOKEN",
    },
    Fault { name: "everything goes into the build", plant: |p| p.write(".dockerignore", ""), stage: "container", word: ".dockerignore" },
    Fault {
        name: "hadolint is told to look away",
        plant: |p| {
            p.write(".hadolint.yaml", "ignored: [DL3002, DL3007]\n");
            p.append("Dockerfile", "# hadolint ignore=DL3002\nUSER root\n");
        },
        stage: "container",
        word: "root",
    },
    Fault {
        name: "a component list that is out of date",
        plant: |p| p.edit("sbom.cdx.json", "\"version\": \"", "\"version\": \"9"),
        stage: "sbom",
        word: "sbom.cdx.json",
    },
    Fault {
        name: "a data set that is not the one that was registered",
        plant: |p| {
            let data = p
                .read("datasets.toml")
                .lines()
                .find_map(|line| line.strip_prefix("path = \"").map(|rest| rest.trim_end_matches('"').to_owned()))
                .unwrap();
            p.append(&data, "1,2,3\n");
        },
        stage: "provenance",
        word: "data-changed",
    },
    Fault {
        name: "a test that fails",
        plant: |p| p.write("tests/test_bad.py", "def test_bad() -> None:\n    assert False\n"),
        stage: "tests",
        word: "test_bad",
    },
    Fault { name: "code that mypy refuses", plant: |p| p.write("src/demo/bad.py", "x: int = \"a\"\n"), stage: "tests", word: "bad.py" },
];

/// Returns the pinned action that starts with `action`, as it stands in the file.
fn pin(project: &Project, path: &str, action: &str) -> String {
    let text = project.read(path);
    let at = text.find(action).unwrap_or_else(|| panic!("{path} has no {action}"));
    text[at..].chars().take(action.len() + 40).collect()
}

/// What stands in the GitLab pipeline instead, with the same environments.
const GITLAB_FAULTS: &[Fault] = &[
    Fault {
        name: "an image by tag",
        plant: |p| {
            let digest = p.read(".gitlab-ci.yml").split("@sha256:").nth(1).unwrap()[..64].to_owned();
            p.edit(".gitlab-ci.yml", &format!("@sha256:{digest}"), "");
        },
        stage: "workflows",
        word: "digest",
    },
    Fault {
        name: "a job that may fail",
        plant: |p| p.append(".gitlab-ci.yml", "\nextra:\n  stage: test\n  script: [\"true\"]\n  allow_failure: true\n"),
        stage: "workflows",
        word: "allow_failure",
    },
    Fault {
        name: "a file from elsewhere",
        plant: |p| p.append(".gitlab-ci.yml", "\ninclude:\n  - remote: https://example.com/ci.yml\n"),
        stage: "workflows",
        word: "include",
    },
    Fault {
        name: "a pipeline that does not parse",
        plant: |p| p.append(".gitlab-ci.yml", "  - : [\n"),
        stage: "workflows",
        word: ".gitlab-ci.yml",
    },
];

#[test]
fn every_kind_works_and_every_safeguard_is_missed() {
    let kinds = kinds();
    // Side by side: much of the time goes into fetching and unpacking.
    std::thread::scope(|scope| {
        let runs: Vec<_> = kinds.iter().map(|kind| scope.spawn(move || prove(kind))).collect();
        let failed: Vec<String> = runs.into_iter().filter_map(|run| run.join().err()).map(|panic| message(&panic)).collect();
        assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    });
}

/// What a panic said.
fn message(panic: &Box<dyn std::any::Any + Send>) -> String {
    panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

/// Makes a project of `kind`, shows that it works, then takes out one safeguard after the other.
fn prove(kind: &str) {
    let project = Project { folder: Folder::new(), kind: kind.to_owned() };
    project.folder.project(kind, "github");
    works(&project);
    let commit = git(&project.root(), &["rev-parse", "HEAD"]).trim().to_owned();
    let mut missed = Vec::new();
    for fault in FAULTS {
        (fault.plant)(&project);
        let run = project.stage(fault.stage);
        let said = format!("{}{}", run.out, run.err);
        if run.code != 1 || !said.contains(fault.word) {
            missed.push(format!("{}: stage {} ended {} and said\n{}", fault.name, fault.stage, run.code, tail(&said)));
        }
        println!("{kind}: {}: stage {} exit {}", fault.name, fault.stage, run.code);
        for planted in ["artifacts/weights.bin", "artifacts/unknown.safetensors"] {
            let _ = std::fs::remove_file(project.root().join(planted));
        }
        project.restore(&commit);
    }
    if kind != "llm-app" {
        altered_model(&project, &mut missed);
    }
    assert!(missed.is_empty(), "{kind}: {} safeguards were not missed:\n{}", missed.len(), missed.join("\n"));
    #[cfg(unix)]
    gitlab(&project);
}

/// Everything that a person does in the first hour ends well.
fn works(project: &Project) {
    project.make("setup").success();
    for target in ["lint", "type", "test"] {
        project.make(target).success();
    }
    assert_eq!(git(&project.root(), &["status", "--porcelain"]), "", "set-up and tests leave the tree as it was");
    if project.kind == "llm-app" {
        serves(project);
    } else {
        project.make("train").success();
        project.make("evaluate").success();
        Run::of(project.command("make").args(["-s", "predict", "INPUT=data/example.csv"])).success();
        assert!(project.read("models.toml").contains("sha256:"), "the training run fills the inventory");
        // The person keeps what the run recorded: the hook lets it through.
        git(&project.root(), &["add", "-A"]);
        git(&project.root(), &["commit", "-qm", "Record the first model"]);
    }
    project.make("redteam").success();
    let run = Run::of(project.command("bash").arg("security/run.sh"));
    println!("--- {}: make security: exit {}\n{}", project.kind, run.code, tail(&run.out));
    let row = |stage: &str| run.out.lines().rfind(|line| line.starts_with(&format!("{stage} "))).unwrap_or_default().to_owned();
    for stage in ["secrets", "code", "models", "workflows", "container", "sbom", "provenance", "tests"] {
        assert!(row(stage).contains(" pass "), "{}: {}\n{}{}", project.kind, row(stage), run.out, run.err);
    }
    // Green only where the advisory service answered; where it cannot be reached, the stage says so.
    let dependencies = row("dependencies");
    match run.code {
        0 => assert!(dependencies.contains(" pass "), "{dependencies}"),
        3 => assert!(dependencies.contains("COULD NOT CHECK"), "{dependencies}"),
        code => panic!("exit {code}\n{}{}", run.out, run.err),
    }
    assert!(row("policy").contains("not applicable"), "{}", row("policy"));
    // Where Highroad is installed, the stage and the hook use it.
    let own = Path::new(env!("CARGO_BIN_EXE_highroad")).parent().unwrap();
    let path = format!("{}:{}", own.display(), std::env::var("PATH").unwrap());
    let policy = || Run::of(project.command("bash").args(["security/run.sh", "policy"]).env("PATH", &path));
    let run = policy();
    assert!(run.code == 0 && run.out.contains("policy        pass"), "{}{}", run.out, run.err);
    let ignored = project.read(".gitignore");
    std::fs::write(project.root().join(".gitignore"), ignored.replace(".env\n", "")).unwrap();
    let run = policy();
    assert!(run.code == 1 && run.out.contains("ignore-rule-missing"), "{}{}", run.out, run.err);
    std::fs::write(project.root().join(".gitignore"), ignored).unwrap();
    assert_eq!(git(&project.root(), &["status", "--porcelain"]), "", "the stages leave the tree as it was");
}

/// Where the service of the test listens.
const PORT: u16 = 18973;

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The service starts with its stub, says that it is well, refuses a stranger and answers a known person.
fn serves(project: &Project) {
    let mut command = project.command(".venv/bin/python");
    command.args(["-m", "demo", "serve"]).env("PORT", PORT.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    let _server = Server(command.spawn().unwrap());
    let ask = |head: &str, body: &str| -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", PORT))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        write!(
            stream,
            "{head}\r\nHost: 127.0.0.1:{PORT}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    let started = Instant::now();
    let health = loop {
        match ask("GET /health/ready HTTP/1.1", "") {
            Ok(answer) if answer.contains(" 200 ") => break answer,
            Ok(_) | Err(_) if started.elapsed() < Duration::from_secs(60) => std::thread::sleep(Duration::from_millis(100)),
            other => panic!("the service did not come up: {other:?}"),
        }
    };
    assert!(health.contains("200"));
    let question = "{\"question\": \"What is this service for?\"}";
    let refused = ask("POST /v1/ask HTTP/1.1", question).unwrap();
    assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");
    let token = project.read("artifacts/dev-token");
    let answered = ask(&format!("POST /v1/ask HTTP/1.1\r\nAuthorization: Bearer {}", token.trim()), question).unwrap();
    assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
    println!("--- {}: serve: {}", project.kind, answered.lines().last().unwrap_or_default());
}

/// A model file that changed after it was recorded is found, and is not loaded.
fn altered_model(project: &Project, missed: &mut Vec<String>) {
    let inventory = project.read("models.toml");
    let path = inventory.lines().find_map(|line| line.strip_prefix("artifact = \"")).expect("an artifact").trim_end_matches('"').to_owned();
    let file = project.root().join(&path);
    let mut bytes = std::fs::read(&file).unwrap();
    let whole = bytes.clone();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    let run = project.stage("models");
    if run.code != 1 {
        missed.push(format!("an altered model: stage models ended {}\n{}{}", run.code, tail(&run.out), tail(&run.err)));
    }
    let predict = Run::of(project.command("make").args(["-s", "predict", "INPUT=data/example.csv"]));
    if predict.code == 0 {
        missed.push("an altered model was loaded".to_owned());
    }
    std::fs::write(file, whole).unwrap();
}

/// The GitLab pipeline's stage, in a project of its own that borrows the environments.
#[cfg(unix)]
fn gitlab(github: &Project) {
    let project = Project { folder: Folder::new(), kind: format!("{} on GitLab", github.kind) };
    project.folder.project(&github.kind, "gitlab");
    for environment in [".venv", ".venv-security"] {
        std::os::unix::fs::symlink(github.root().join(environment), project.root().join(environment)).unwrap();
    }
    project.stage("workflows").success();
    let commit = git(&project.root(), &["rev-parse", "HEAD"]).trim().to_owned();
    for Fault { name, plant, stage, word } in GITLAB_FAULTS {
        plant(&project);
        let run = project.stage(stage);
        println!("{}: {name}: exit {}", project.kind, run.code);
        assert!(run.code == 1 && format!("{}{}", run.out, run.err).contains(word), "{name}: exit {}\n{}{}", run.code, run.out, run.err);
        git(&project.root(), &["reset", "-q", "--hard", &commit]);
    }
}

/// A missing Python is said before anything is made.
#[test]
#[cfg(unix)]
fn set_up_without_python_says_what_is_missing() {
    let folder = Folder::new();
    let demo = folder.project("sklearn-tabular", "none");
    let tools = folder.join("tools");
    std::fs::create_dir(&tools).unwrap();
    for tool in ["bash", "sh", "git", "make", "dirname", "mkdir", "rm", "cat", "sed", "awk", "printf", "env", "grep", "uname"] {
        if let Some(path) = highroad::base::env::find_program(tool) {
            std::os::unix::fs::symlink(path, tools.join(tool)).unwrap();
        }
    }
    let run = Run::of(folder.command("make").arg("setup").current_dir(Path::new(&demo)).env("PATH", &tools));
    assert_eq!(run.code, 2, "{}{}", run.out, run.err);
    assert!(run.err.contains("Python 3.11") && run.err.contains("next:"), "{}", run.err);
    assert!(!demo.join(".venv").exists());
}
