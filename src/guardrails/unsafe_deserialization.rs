//! `unsafe-deserialization`: reading a file runs what its author put in.

use super::code_findings::{python, report};
use super::guardrail::Content::Text;
use super::guardrail::{Context, Example, Guardrail, Inspection, Meta, Sink, Verdict};
use crate::repo::config::Level;
use crate::repo::subject::Subject;
use crate::scan::code::Risk;

const ID: &str = "unsafe-deserialization";

/// The guardrail.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a file is loaded in a way that can run code hidden in it",
        level: Level::Warn,
        why: "Pickles, and formats that hold them (PyTorch checkpoints, joblib, NumPy objects), are programs: loading one runs it. YAML with a full loader builds any Python object that the file names.",
        attack: "Somebody puts a model on a hub, or swaps a checkpoint in a bucket. Its pickle holds a call that opens a shell to their machine. The next training job or service that loads it runs the call before a single weight is read, with the job's cloud credentials.",
        fix: "Keep weights in safetensors and data in Parquet, JSON or plain NumPy arrays. Write `torch.load(path, weights_only=True)`, `yaml.safe_load(file)`, and leave `allow_pickle` out. Where a pickle must stay, check its SHA-256 against a value in the repository before it is loaded.",
        automatic: "Adds `weights_only=True` where the result goes straight into `load_state_dict`; for `yaml.load`, and where only the `state_dict` of the result is used, the change has to be asked for. Elsewhere it is yours to make.",
        standards: &["OWASP-ML ML06:2023", "OWASP-LLM LLM04:2026", "ATLAS AML.T0011.000", "ATLAS AML.T0018.002", "CWE CWE-502"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a checkpoint that goes straight into a model",
                files: &[("predict.py", Text("import torch as t\n\nmodel.load_state_dict(t.load(path, map_location=\"cpu\"))\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a pickle behind an alias",
                files: &[(
                    "app.py",
                    Text(
                        "import joblib as jl\nfrom pickle import load as read\n\nmodel = jl.load(\"model.joblib\")\nwith open(\"x.pkl\", \"rb\") as f:\n    data = read(f)\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a script for Python 2",
                files: &[(
                    "old.py",
                    Text("import cPickle\n\ntry:\n    roidb = cPickle.load(fid)\nexcept IOError, e:\n    print \"no cache\", e\n"),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a YAML file with the full loader",
                files: &[("config.py", Text("import yaml\n\nwith open(\"config.yml\") as f:\n    config = yaml.load(f)\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a notebook",
                files: &[(
                    "train.ipynb",
                    Text(
                        "{\n \"cells\": [\n  {\n   \"cell_type\": \"code\",\n   \"execution_count\": null,\n   \"metadata\": {},\n   \"outputs\": [],\n   \"source\": [\n    \"%matplotlib inline\\n\",\n    \"import numpy as np\\n\",\n    \"data = np.load(\\\"x.npy\\\", allow_pickle=True)\"\n   ]\n  }\n ],\n \"metadata\": {},\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "the safe forms",
                files: &[(
                    "predict.py",
                    Text(
                        "import numpy as np\nimport torch\nimport yaml\nfrom safetensors.torch import load_file\n\nmodel.load_state_dict(torch.load(path, weights_only=True))\nweights = load_file(\"model.safetensors\")\nconfig = yaml.load(text, Loader=yaml.SafeLoader)\nconfig = yaml.safe_load(text)\ndata = np.load(\"x.npy\", allow_pickle=False)\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a comment, a text, and a reader that allows a few types only",
                files: &[(
                    "reader.py",
                    Text(
                        "\"\"\"Never use pickle.load(f) here.\"\"\"\nimport pickle\n\nHELP = \"pickle.load(f) is unsafe\"  # nor torch.load(f)\n\n\nclass Restricted(pickle.Unpickler):\n    def find_class(self, module, name):\n        raise pickle.UnpicklingError(name)\n\n\ndata = Restricted(file).load()\n",
                    ),
                )],
            },
        ],
    },
    inspection: Inspection::each(python, look),
};

fn look(subject: &Subject<'_>, _: &Context<'_>, sink: &mut Sink) {
    report(subject, ID, Risk::Deserialization, sink);
}
