//! `shell-from-model-output`: what a model said is run as a command.

use super::code_findings::{python, report};
use super::guardrail::Content::Text;
use super::guardrail::{Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::code::Risk;

const ID: &str = "shell-from-model-output";

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "what a model said is run as a command",
        level: Level::Block,
        why: "A shell runs everything in the line that it is given. Whoever has a hand in the prompt has a hand in what the model says, and so in the line.",
        attack: "An assistant reads issues and runs the commands that a model suggests. Somebody opens an issue with hidden text that tells the model to suggest `curl … | sh`. The assistant runs it on the build machine and hands over its deploy keys.",
        fix: "Let the model choose a command of your own by name, check its arguments, and run it as a list: `subprocess.run([\"git\", \"log\", \"--\", path])`, never with `shell=True`. Where any command must run, run it in a container without network and secrets.",
        automatic: "",
        standards: &["OWASP-LLM LLM10:2026", "OWASP-LLM LLM03:2026", "ATLAS AML.T0050", "ATLAS AML.T0102", "ATLAS AML.T0053", "CWE CWE-78"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "an answer that the shell runs",
                files: &[(
                    "agent.py",
                    Text(
                        "import subprocess\nimport anthropic\n\nclient = anthropic.Anthropic()\nmessage = client.messages.create(model=\"m\", messages=[])\ncommand = message.content[0].text\nsubprocess.run(command, shell=True)\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a tool that runs commands",
                files: &[("agent.py", Text("from langchain_community.tools import ShellTool\n\ntools = [ShellTool()]\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "an answer that is one of the program's own words",
                files: &[(
                    "agent.py",
                    Text(
                        "import subprocess\nfrom openai import OpenAI\n\nanswer = OpenAI().responses.create(model=\"m\", input=\"which?\").output_text\nif answer not in (\"status\", \"log\"):\n    raise ValueError(answer)\nsubprocess.run([\"git\", answer], check=True)\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a command of the program's own beside a model",
                files: &[("train.py", Text("import os\nfrom openai import OpenAI\n\nclient = OpenAI()\nos.system(\"nvidia-smi\")\n"))],
            },
        ],
    },
    inspection: Inspection::each(python, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    report(subject, ID, Risk::Shell, sink);
}
