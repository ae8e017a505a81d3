//! `model-output-execution`: what a model said is run as code.

use super::code_findings::{python, report};
use super::guardrail::Content::Text;
use super::guardrail::{Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::code::Risk;

const ID: &str = "model-output-execution";

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "what a model said is run as Python code",
        level: Level::Block,
        why: "Whoever writes a part of the prompt (a user, a web page, a document) has a hand in what the model says. Running it gives them the rights of the process.",
        attack: "A user asks a data assistant for a chart, and adds that it should first read the environment and send it to an address. The model writes that code, and the program runs it with `exec`. The keys of the company's cloud account are gone with one question.",
        fix: "Let the model answer with data, parse it with `json.loads` or `ast.literal_eval`, and choose among functions of your own. Where code must run, run it in a container without network, secrets and write access.",
        automatic: "",
        standards: &[
            "OWASP-LLM LLM10:2026",
            "OWASP-LLM LLM03:2026",
            "OWASP-LLM LLM01:2026",
            "ATLAS AML.T0050",
            "ATLAS AML.T0051.001",
            "CWE CWE-94",
        ],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "an answer that is run",
                files: &[(
                    "agent.py",
                    Text(
                        "from openai import OpenAI\n\nclient = OpenAI()\n\n\ndef ask(prompt):\n    answer = client.chat.completions.create(model=\"m\", messages=[{\"role\": \"user\", \"content\": prompt}])\n    return answer.choices[0].message.content\n\n\ncode = ask(\"write code\").strip(\"`\")\nexec(code)\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "an agent that is given an interpreter",
                files: &[(
                    "agent.py",
                    Text(
                        "from langchain_experimental.agents import create_pandas_dataframe_agent\n\nagent = create_pandas_dataframe_agent(llm, df, allow_dangerous_code=True)\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "an answer that is parsed and looked up",
                files: &[(
                    "agent.py",
                    Text(
                        "import ast\nimport json\nfrom openai import OpenAI\n\nclient = OpenAI()\nanswer = client.chat.completions.create(model=\"m\", messages=[])\ndata = json.loads(answer.choices[0].message.content)\nTOOLS = {\"add\": add}\nTOOLS[data[\"tool\"]](data[\"x\"])\nvalues = ast.literal_eval(answer.choices[0].message.content)\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a model in evaluation mode, and code of the program's own",
                files: &[(
                    "train.py",
                    Text("import openai\n\nmodel.eval()\nresult = eval(\"1 + 1\")\nexec(open(\"configurator.py\").read())\n"),
                )],
            },
        ],
    },
    inspection: Inspection::each(python, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    report(subject, ID, Risk::ModelOutput, sink);
}
