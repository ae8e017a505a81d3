"""The policy of this project for its own pipeline.

No failure is ignored, nothing movable is run, and every security stage runs where changes come in.
"""

import argparse
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from security.checks.report import CouldNotCheck, Finding, Rules, conclude, could_not_check
from security.checks.yaml_tree import Node, Unparsed, read

TOOL = "workflow-policy"
DENIED = Path("security/denied.toml")
_COMMIT = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_SWALLOWS = re.compile(
    r"\|\|\s*(?:true|:|exit\s+0|echo\b|printf\b)|\bset\s+\+e\b|;\s*true\s*$", re.MULTILINE
)
_RUNS_STAGES = re.compile(r"security/run\.sh|\bmake\b[^\n]*\bsecurity\b|security/stages/[a-z]+\.sh")
DEFAULT_BRANCHES = frozenset(("main", "master", "*", "**"))
_MERGE_RULE = re.compile(
    r"\$CI_PIPELINE_SOURCE\s*==\s*[\"']merge_request_event[\"']|\$CI_MERGE_REQUEST_I?ID"
)
_BRANCH_RULE = re.compile(r"\$CI_COMMIT_BRANCH(?:\s*==\s*\$CI_DEFAULT_BRANCH)?")
_TEXT_KEYS = ("run", "script", "before_script", "after_script")

RULES = Rules(
    {
        "unparsed": ("The pipeline does not parse: {error}", "Make it valid YAML."),
        "ignored-failure": (
            "{what} lets a failing check look like a passing one.",
            "Remove it, or handle the one failure that you expect.",
        ),
        "stage-missing": (
            "No job runs the security stage `{stage}` for every change.",
            "Run `security/run.sh {stage}` in a job without conditions.",
        ),
        "conditional-stage": (
            "A condition can pass over the security stages of `{job}`.",
            "Remove the condition from the job and its steps, and let it need no other job.",
        ),
        "stage-trigger": (
            "Some changes do not run the security stages: {what}.",
            "Run them, without filters, on changes, on the default branch and, on GitHub, weekly.",
        ),
        "denied-action": (
            "`{name}` is denied: {why}",
            "Remove it and change every credential that it could reach.",
        ),
        "unpinned-action": (
            "`{name}` can be other code tomorrow.",
            "Name the full commit, with the version as a comment.",
        ),
        "default-permissions": (
            "The workflow takes the default rights of the repository.",
            "Write `permissions: {{}}` at the top and give each job what it needs.",
        ),
        "unpinned-image": (
            "`{name}` can be another image tomorrow.",
            "Name it with its digest: name:tag@sha256:...",
        ),
        "remote-include": (
            "A file from elsewhere becomes part of the pipeline and can change there.",
            "Keep the file here, or name it with `integrity` or the full commit.",
        ),
    }
)


def stage_names(root: Path) -> set[str]:
    """The stages that this project has."""
    return {path.stem for path in (root / "security/stages").glob("*.sh")}


def denied_actions(root: Path) -> dict[str, str]:
    """Actions that must not be used, and why."""
    document = tomllib.loads((root / DENIED).read_text(encoding="utf-8"))
    return {row["name"].lower(): row["what"] for row in document.get("action", [])}


def ignored_failures(path: str, tree: Node) -> Iterator[Finding]:
    """Settings and shell that let a failing step look like a passing one."""
    for key, node in tree.walk():
        if key in ("continue-on-error", "allow_failure") and node.text != "false":
            yield RULES.at(path, node.line, "ignored-failure", what=f"`{key}`")
        if key in _TEXT_KEYS and _SWALLOWS.search(node.text):
            yield RULES.at(path, node.line, "ignored-failure", what="This script")


def _called_stages(scripts: list[str], values: list[str], stages: set[str]) -> set[str]:
    """The stages that some scripts run, given the words of the job's variables and matrix."""
    called: set[str] = set()
    for script in scripts:
        for line in (text for text in script.splitlines() if _RUNS_STAGES.search(text)):
            if "make" in line or re.search(r"security/run\.sh[\"']?\s*$", line):
                called |= stages
            elif "$" in line:
                called |= stages & set(values)
            else:
                called |= stages & set(re.findall(r"[a-z]+", line))
    return called


def _missing(path: str, stages: set[str], called: set[str]) -> Iterator[Finding]:
    for stage in sorted(stages - called):
        yield RULES.at(path, 0, "stage-missing", stage=stage)


def github_uses(path: str, tree: Node, denied: dict[str, str]) -> Iterator[Finding]:
    """Actions that are not pinned by commit, or denied."""
    for key, node in tree.walk():
        if key != "uses" or not node.text or node.text.startswith("./"):
            continue
        name = "/".join(node.text.split("@")[0].lower().split("/")[:2])
        if name in denied:
            yield RULES.at(path, node.line, "denied-action", name=name, why=denied[name])
        if node.text.startswith("docker://"):
            pinned = bool(_DIGEST.search(node.text))
        else:
            pinned = bool(_COMMIT.fullmatch(node.text))
        if not pinned:
            yield RULES.at(path, node.line, "unpinned-action", name=node.text)


def _field(node: Node, name: str) -> Node:
    """A field of a mapping, an empty text where it has none."""
    return node.get(name) or Node(0, "")


def _triggers(tree: Node) -> dict[str, Node]:
    node = _field(tree, "on")
    named = [node.text, *(member.text for member in node.items)]
    return {**{name: Node(node.line, "") for name in named if name}, **node.fields}


def trigger_faults(tree: Node) -> list[tuple[int, str]]:
    """Line and words for each kind of change on which a workflow that runs stages would not run."""
    triggers = _triggers(tree)
    faults = []
    for name in ("pull_request", "push", "schedule"):
        node = triggers.get(name)
        if node is None:
            faults.append((_field(tree, "on").line, f"there is no `{name}`"))
            continue
        allowed = {"branches", "tags"} if name == "push" else {"branches"}
        for key in sorted(node.fields.keys() - allowed):
            faults.append((node.fields[key].line, f"`{name}` has the filter `{key}`"))
        branches = node.get("branches")
        if branches is None and "tags" in node.fields:
            faults.append((node.line, f"`{name}` runs for tags alone"))
        if branches is not None:
            named = branches.texts()
            if not DEFAULT_BRANCHES & set(named) or any(text.startswith("!") for text in named):
                faults.append((branches.line, f"`{name}` leaves the default branch out"))
        if name == "schedule" and not any(_field(item, "cron").text for item in node.items):
            faults.append((node.line, "the schedule has no time"))
    return faults


def github_stages(path: str, tree: Node, stages: set[str]) -> tuple[set[str], list[Finding]]:
    """The stages that a workflow runs, and conditions by which it could pass over them."""
    called: set[str] = set()
    findings = []
    for name, job in _field(tree, "jobs").fields.items():
        steps = _field(job, "steps").items
        running = [step for step in steps if _RUNS_STAGES.search(_field(step, "run").text)]
        if not running:
            continue
        conditions = [node.get("if") for node in (job, *running)]
        for condition in (*conditions, job.get("needs")):
            if condition is not None:
                findings.append(RULES.at(path, condition.line, "conditional-stage", job=name))
        strategy = _field(job, "strategy")
        if any(key == "exclude" for key, _ in strategy.walk()):
            findings.append(RULES.at(path, strategy.line, "conditional-stage", job=name))
        for step in running:
            words = strategy.texts() + _field(step, "env").texts()
            called |= _called_stages(_field(step, "run").texts(), words, stages)
    return called, findings


def check_github(root: Path) -> tuple[list[Finding], int]:
    """Findings in all workflows and local actions, and how many files there are."""
    folder = root / ".github"
    paths = sorted({*folder.glob("workflows/*.y*ml"), *folder.glob("actions/**/action.y*ml")})
    stages, denied = stage_names(root), denied_actions(root)
    findings: list[Finding] = []
    covered: set[str] = set()
    partly: list[tuple[set[str], list[Finding]]] = []
    for path in paths:
        name = path.relative_to(root).as_posix()
        try:
            tree = read(path)
        except Unparsed as error:
            findings.append(RULES.at(name, 0, "unparsed", error=error))
            continue
        findings += ignored_failures(name, tree)
        findings += github_uses(name, tree, denied)
        called, conditions = github_stages(name, tree, stages)
        findings += conditions
        faults = [
            RULES.at(name, line, "stage-trigger", what=what) for line, what in trigger_faults(tree)
        ]
        if faults:
            partly.append((called, faults))
        else:
            covered |= called
        if "workflows" in path.parts and tree.get("permissions") is None:
            findings.append(RULES.at(name, 1, "default-permissions"))
    findings += _missing(".github/workflows", stages, covered)
    for called, faults in partly:
        findings += faults if called - covered else []
    return findings, len(paths)


def _resolved(name: str, jobs: dict[str, Node], above: tuple[str, ...] = ()) -> dict[str, Node]:
    """The fields of a GitLab job with what it extends."""
    job = jobs.get(name)
    if job is None or name in above:
        return {}
    fields: dict[str, Node] = {}
    parents = job.get("extends")
    for parent in [] if parents is None else [parents.text, *(item.text for item in parents.items)]:
        fields = _joined(fields, _resolved(parent, jobs, (*above, name)))
    return _joined(fields, job.fields)


def _joined(lower: dict[str, Node], upper: dict[str, Node]) -> dict[str, Node]:
    joined = {**lower, **upper}
    if "variables" in lower and "variables" in upper:
        node = upper["variables"]
        joined["variables"] = Node(node.line, {**lower["variables"].fields, **node.fields})
    return joined


def gitlab_sources(path: str, tree: Node) -> Iterator[Finding]:
    """Images that are not named by digest and includes that can change."""
    for key, node in tree.walk():
        if key in ("image", "services"):
            named = [node.text] if node.text else []
            named += [name.text for name in [node.get("name")] if name]
            for text in named:
                if not _DIGEST.search(text):
                    yield RULES.at(path, node.line, "unpinned-image", name=text)
        if key == "include":
            yield from _include(path, node)


def _include(path: str, node: Node) -> Iterator[Finding]:
    remote = node.text.startswith("http") or (node.get("remote") and not node.get("integrity"))
    foreign = node.get("project") or node.get("component")
    pinned = re.fullmatch(r"[0-9a-f]{40}", _field(node, "ref").text)
    if remote or node.get("template") or (foreign and not pinned):
        yield RULES.at(path, node.line, "remote-include")


def gitlab_stages(path: str, tree: Node, stages: set[str]) -> Iterator[Finding]:
    """Stages that no job runs, and rules by which a job could be passed over."""
    called: set[str] = set()
    for name in tree.fields:
        if name.startswith("."):
            continue
        fields = _resolved(name, tree.fields)
        script = fields.get("script")
        if script is None or not any(_RUNS_STAGES.search(text) for text in script.texts()):
            continue
        conditions = [fields[key] for key in ("rules", "only", "except", "when") if key in fields]
        if "needs" in fields and fields["needs"].value != []:
            conditions.append(fields["needs"])
        for node in conditions:
            yield RULES.at(path, node.line, "conditional-stage", job=name)
        values = fields["variables"].texts() if "variables" in fields else []
        if not conditions:
            called |= _called_stages(script.texts(), values, stages)
    yield from _missing(path, stages, called)


def gitlab_triggers(path: str, tree: Node) -> Iterator[Finding]:
    """Rules of the whole pipeline that leave out merge requests or the default branch."""
    workflow = _field(tree, "workflow")
    rules = _field(workflow, "rules").items
    line = workflow.line or 1
    for rule in rules:
        if _field(rule, "when").text == "never":
            what = "a rule of `workflow` says `when: never`"
            yield RULES.at(path, rule.line, "stage-trigger", what=what)
    plain = [rule for rule in rules if rule.fields.keys() <= {"if", "when", "variables"}]
    plain = [rule for rule in plain if _field(rule, "when").text in ("", "always")]
    texts = [_field(rule, "if").text.strip() for rule in plain]
    for form, name in ((_MERGE_RULE, "merge requests"), (_BRANCH_RULE, "the default branch")):
        if not any(not text or form.fullmatch(text) for text in texts):
            what = f"`workflow` has no plain rule for {name}"
            yield RULES.at(path, line, "stage-trigger", what=what)


def check_gitlab(root: Path) -> tuple[list[Finding], int]:
    """Findings in the pipeline, and 1, or 0 when there is none."""
    name = ".gitlab-ci.yml"
    if not (root / name).is_file():
        return list(_missing(name, stage_names(root), set())), 0
    try:
        tree = read(root / name)
    except Unparsed as error:
        return [RULES.at(name, 0, "unparsed", error=error)], 1
    findings = [*ignored_failures(name, tree), *gitlab_sources(name, tree)]
    findings += gitlab_triggers(name, tree)
    findings += gitlab_stages(name, tree, stage_names(root))
    return findings, 1


def main() -> int:
    """Reads the command line and checks the project in the working folder."""
    parser = argparse.ArgumentParser(prog=TOOL, description=__doc__)
    parser.add_argument("--host", choices=("github", "gitlab"), required=True)
    parser.add_argument("--sarif", type=Path)
    arguments = parser.parse_args()
    check = check_github if arguments.host == "github" else check_gitlab
    try:
        findings, count = check(Path.cwd())
        if not count and not findings:
            raise CouldNotCheck("this project has neither a pipeline nor stages")
    except (CouldNotCheck, OSError, ValueError, KeyError) as error:
        return could_not_check(TOOL, error)
    clean = f"{count} files, every stage runs, nothing is ignored"
    return conclude(TOOL, findings, arguments.sarif, clean)


if __name__ == "__main__":
    sys.exit(main())
