//! Places that a secret is left in: each writes one variable with its value as people do it there.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]

use serde_json::json;

use super::tokens::Planted;

/// A kind of place: its name, and what makes the path and the text of the `n`th file.
pub type Place = (&'static str, fn(&Planted, usize) -> (String, String));

/// The kinds of place.
pub const PLACES: &[Place] = &[
    ("python", python),
    ("env", |p, n| {
        (format!("services/s{n}/.env"), format!("# settings of the service\nLOG_LEVEL=info\n{}={}\nPORT=8080\n", p.name, p.value))
    }),
    ("env-quoted", |p, n| (format!("deploy/e{n}/.env.production"), format!("export {}=\"{}\"\nREGION=eu-west-1\n", p.name, p.value))),
    ("yaml", yaml),
    ("json", json_file),
    ("toml", |p, n| {
        (format!("config/t{n}.toml"), format!("[service]\nname = \"ranker\"\n{} = \"{}\"\nretries = 3\n", p.name.to_lowercase(), p.value))
    }),
    ("ini", |p, n| {
        (format!("config/i{n}.ini"), format!("[service]\nname = ranker\n{} = {}\nretries = 3\n", p.name.to_lowercase(), p.value))
    }),
    ("properties", |p, n| {
        (format!("config/p{n}.properties"), format!("app.name=ranker\n{}={}\n", p.name.to_lowercase().replace('_', "."), p.value))
    }),
    ("shell", shell),
    ("dockerfile", |p, n| {
        let line = if n.is_multiple_of(2) { format!("ENV {}={}", p.name, p.value) } else { format!("ARG {}=\"{}\"", p.name, p.value) };
        (format!("images/d{n}/Dockerfile"), format!("FROM python:3.12-slim\n{line}\nWORKDIR /app\nCOPY . .\n"))
    }),
    ("compose", |p, n| {
        let line =
            if n.is_multiple_of(2) { format!("      - {}={}", p.name, p.value) } else { format!("      {}: \"{}\"", p.name, p.value) };
        (format!("stacks/c{n}/docker-compose.yml"), format!("services:\n  api:\n    image: ranker:1\n    environment:\n{line}\n"))
    }),
    ("notebook-source", |p, n| {
        let lines = ["import os\n".to_owned(), format!("{} = \"{}\"\n", p.name.to_lowercase(), p.value), "print('ready')".to_owned()];
        (format!("notebooks/n{n}.ipynb"), notebook(&lines, &json!([])))
    }),
    ("notebook-output", |p, n| {
        let text = [format!("{}={}\n", p.name, p.value), "done\n".to_owned()];
        let outputs = if n.is_multiple_of(2) {
            json!([{"name": "stdout", "output_type": "stream", "text": text}])
        } else {
            json!([{"data": {"text/plain": [format!("{{'{}': '{}'}}", p.name, p.value)]}, "execution_count": 1, "metadata": {}, "output_type": "execute_result"}])
        };
        (format!("notebooks/o{n}.ipynb"), notebook(&["%env".to_owned()], &outputs))
    }),
    ("markdown", |p, n| {
        let text = if n.is_multiple_of(2) {
            format!("# Runbook {n}\n\nSet the key, then start the job:\n\n```sh\nexport {}={}\nmake train\n```\n", p.name, p.value)
        } else {
            format!("# Access {n}\n\n- {}: `{}`\n- owner: the platform team\n", p.name, p.value)
        };
        (format!("wiki/m{n}.md"), text)
    }),
    ("workflow", |p, n| {
        (
            format!(".github/workflows/w{n}.yml"),
            format!(
                "name: train\non: push\npermissions: {{}}\njobs:\n  train:\n    runs-on: ubuntu-24.04\n    env:\n      {}: \"{}\"\n    steps:\n      - run: make train\n",
                p.name, p.value
            ),
        )
    }),
    ("terraform", |p, n| {
        (
            format!("infra/t{n}/main.tf"),
            format!("variable \"{}\" {{\n  type    = string\n  default = \"{}\"\n}}\n", p.name.to_lowercase(), p.value),
        )
    }),
    ("netrc", |p, n| (format!("home/u{n}/.netrc"), format!("machine api.corp.internal\n  login robot\n  password {}\n", p.value))),
    ("pypirc", |p, n| {
        (
            format!("home/p{n}/.pypirc"),
            format!("[distutils]\nindex-servers = corp\n\n[corp]\nusername = __token__\npassword = {}\n", p.value),
        )
    }),
    ("kubeconfig", |p, n| {
        (
            format!("clusters/k{n}/kubeconfig"),
            format!("apiVersion: v1\nkind: Config\nusers:\n- name: robot\n  user:\n    token: \"{}\"\n", p.value),
        )
    }),
    ("kubernetes-secret", |p, n| {
        (
            format!("k8s/s{n}.yaml"),
            format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: ranker\nstringData:\n  {}: \"{}\"\n", p.name, p.value),
        )
    }),
    ("javascript", |p, n| {
        let text = if n.is_multiple_of(2) {
            format!("const {} = '{}';\nmodule.exports = {{ start }};\n", p.name, p.value)
        } else {
            format!("export const config = {{\n  retries: 3,\n  {}: \"{}\",\n}};\n", camel(&p.name), p.value)
        };
        (format!("web/j{n}.js"), text)
    }),
    ("typescript", |p, n| {
        (format!("web/t{n}.ts"), format!("export class Client {{\n  private readonly {}: string = \"{}\";\n}}\n", camel(&p.name), p.value))
    }),
    ("makefile", |p, n| (format!("jobs/m{n}/Makefile"), format!("{} := {}\n\ntrain:\n\tpython -m train\n", p.name, p.value))),
    ("log", |p, n| {
        (format!("runs/r{n}.log"), format!("2026-03-02 10:11:12 INFO starting\n2026-03-02 10:11:12 DEBUG {}={}\n", p.name, p.value))
    }),
];

fn python(p: &Planted, n: usize) -> (String, String) {
    let (name, value) = (&p.name, &p.value);
    let line = match n % 6 {
        0 => format!("{name} = \"{value}\""),
        1 => format!("client = Client(name=\"ranker\", {}='{value}')", name.to_lowercase()),
        2 => format!("os.environ[\"{name}\"] = \"{value}\""),
        3 => format!("settings = {{\n    \"region\": \"eu\",\n    \"{}\": \"{value}\",\n}}", name.to_lowercase()),
        4 => format!("{} = os.getenv(\"{name}\", \"{value}\")", name.to_lowercase()),
        _ => format!("# {name} = \"{value}\"  # the old one"),
    };
    (
        format!("src/app/p{n}.py"),
        format!("\"\"\"Starts the job.\"\"\"\nimport os\n\n{line}\n\n\ndef main() -> None:\n    print(\"ready\")\n"),
    )
}

fn yaml(p: &Planted, n: usize) -> (String, String) {
    let name = p.name.to_lowercase();
    let line = if n.is_multiple_of(2) {
        format!("  {name}: {}", quoted(&p.value))
    } else {
        format!("  - name: {}\n    value: \"{}\"", p.name, p.value)
    };
    (format!("config/y{n}.yaml"), format!("service:\n{line}\nretries: 3\n"))
}

/// YAML needs quotes around what holds `: ` or starts with a sign; people write the rest bare.
fn quoted(value: &str) -> String {
    let bare = !value.contains(": ") && !value.contains(" #") && value.starts_with(|c: char| c.is_ascii_alphanumeric());
    if bare { value.to_owned() } else { format!("\"{value}\"") }
}

fn json_file(p: &Planted, n: usize) -> (String, String) {
    // The value holds `\n` where it is a key in armour: as it stands, that is JSON's own escape.
    let name = if n.is_multiple_of(2) { p.name.to_lowercase() } else { camel(&p.name) };
    (
        format!("config/j{n}.json"),
        format!("{{\n  \"service\": {{\n    \"retries\": 3,\n    \"{name}\": \"{}\"\n  }}\n}}\n", p.value.replace('"', "\\\"")),
    )
}

fn shell(p: &Planted, n: usize) -> (String, String) {
    let line = match n % 3 {
        0 => format!("export {}=\"{}\"", p.name, p.value),
        1 => format!("{}='{}' python -m train", p.name, p.value),
        _ => format!("python -m train --{} {}", p.name.to_lowercase().replace('_', "-"), p.value),
    };
    (format!("scripts/s{n}.sh"), format!("#!/usr/bin/env bash\nset -euo pipefail\n{line}\necho done\n"))
}

/// A notebook with one code cell.
pub fn notebook(source: &[String], outputs: &serde_json::Value) -> String {
    let document = json!({
        "cells": [{"cell_type": "code", "execution_count": 1, "id": "c1", "metadata": {}, "outputs": outputs, "source": source}],
        "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    });
    serde_json::to_string_pretty(&document).unwrap() + "\n"
}

/// `API_KEY` as `apiKey`.
fn camel(name: &str) -> String {
    let mut out = String::new();
    for (place, word) in name.to_lowercase().split('_').enumerate() {
        let (first, rest) = word.split_at(1.min(word.len()));
        out += &if place == 0 { first.to_owned() } else { first.to_uppercase() };
        out += rest;
    }
    out
}
