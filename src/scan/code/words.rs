//! The words that make a file worth parsing, found in one pass.
//!
//! A word alone is rarely enough: `pickle` is in many files, `pickle` beside something that loads is in few. So every word is
//! a sign of something, and a file is parsed where the signs of one risk are all there.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex::Regex;

/// The signs of a text, one bit each.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Signs(u16);

/// Worth parsing by itself.
const ENOUGH: u16 = 1;
/// A module whose loaders run code.
const MODULE: u16 = 1 << 1;
/// Something is loaded, or could be.
const LOAD: u16 = 1 << 2;
/// PyTorch under another name, or parts of it.
const TORCH: u16 = 1 << 3;
/// A tracker of models.
const TRACKER: u16 = 1 << 4;
/// A model is loaded by a function of its own.
const LOAD_MODEL: u16 = 1 << 5;
/// Something comes from a hub.
const HUB: u16 = 1 << 6;
/// A literal names something on a hub.
const NAMED: u16 = 1 << 7;
/// A language model.
const MODEL: u16 = 1 << 8;
/// Something is run.
const RUN: u16 = 1 << 9;
/// Something comes over the network.
const NETWORK: u16 = 1 << 10;
/// A line of a notebook for the shell or for pip.
const ESCAPE: u16 = 1 << 11;
/// NumPy loads a file.
const ARRAY: u16 = 1 << 13;
/// A last argument that is `True`.
const TRUE: u16 = 1 << 14;
/// An address.
const ADDRESS: u16 = 1 << 12;

const WORDS: &[(u16, &[&str])] = &[
    (
        ENOUGH,
        &[
            "Unpickler",
            "read_pickle",
            "ickle_loads",
            "jsonpickle",
            "shelve",
            "full_load",
            "unsafe_load",
            "load_session",
            "load_module",
            "\"unsafe\"",
            "'unsafe'",
            "load_learner",
            "load_lib",
            "np.loads",
            "umpy.loads",
            "load\")",
            "load')",
            "torch.load",
            "torch.hub",
            "torch.package",
            "PackageImporter",
            "torch.serialization",
            "cloud_io",
            "load_state_dict_from_url",
            "weights_only=False",
            "weights_only = False",
            "weights_only\": False",
            "weights_only': False",
            "unsafe_deserialization",
            "dangerous",
            "nltk.data.load",
            "spark_udf",
            "safe_mode",
            "remote_code",
            "REMOTE_CODE",
            "remote-code",
            "load_dataset",
            "entenceTransformer",
            "CrossEncoder",
            "sslVerify",
            "SSL_",
            "verify=",
            "verify =",
            "verify_ssl",
            "verify_cert",
            "verify_tls",
            "verify_mode",
            "verify\"",
            "verify'",
            "ssl_verif",
            "tls_verify",
            "validate_certs",
            "cert_reqs",
            "certificate",
            "skip_verify",
            "import ssl",
            "ssl=",
            "ssl._",
            "CERT_NONE",
            "disable_warnings",
            "_hostname",
            "CA_BUNDLE",
            "HTTPSVERIFY",
            "NODE_TLS",
            "tlsAllow",
            "tlsInsecure",
            "--insecure",
            "no-check-cert",
            "trusted-host",
            "PythonREPL",
            "AstREPL",
            "dataframe_agent",
            "csv_agent",
            "python_agent",
            "orbits_agent",
            "ShellTool",
            "BashProcess",
            "TerminalTool",
            "PALChain",
            "LLMMathChain",
            "LLMBashChain",
            "load_tools",
            "code_execution",
            "CodeExecutor",
            "QueryEngine",
            "InstructionParser",
            "unsafe_mode",
            "auto_run",
            "curl ",
            "wget ",
            "%run http",
        ],
    ),
    (
        MODULE,
        &[
            "ickle",
            "dill",
            "joblib",
            "marshal",
            "yaml",
            "paddle",
            "skops",
            "gensim",
            "autogluon",
            "statsmodels",
            "nltk.data",
            "surprise",
            "numpy.lib",
        ],
    ),
    (
        LOAD,
        &[
            ".load(",
            ".load)",
            ".load,",
            ".load\n",
            ".load\r",
            ".load]",
            ".load}",
            ".load ",
            ".load:",
            ".loads",
            ".load_all",
            ".load_pickle",
            "pickle_compat",
            ".decode(",
            "import load",
            "import *",
            ", load",
            "\tload",
            "    load",
            "\"load",
            "'load",
            "allow_pickle=True",
            "allow_pickle = True",
            "allow_pickle\": True",
            "allow_pickle': True",
        ],
    ),
    (TORCH, &["torch import", "torch as "]),
    (TRACKER, &["mlflow", "pycaret"]),
    (LOAD_MODEL, &["load_model"]),
    (HUB, &["from_pretrained", "hf_hub", "hf-hub", "snapshot_download", "cached_download", "pipeline(", "vllm"]),
    (NETWORK, &["urlopen", "requests", "httpx", "urlretrieve", "urllib", "aiohttp", "wget.download"]),
    (ADDRESS, &["http://", "https://"]),
    (
        MODEL,
        &[
            "openai",
            "OpenAI",
            "nthropic",
            "litellm",
            "langchain",
            "langgraph",
            "transformers",
            "ollama",
            "llama",
            "genai",
            "generativeai",
            "vertexai",
            "bedrock",
            "boto3",
            "mistral",
            "cohere",
            "groq",
            "replicate",
            "together",
            "huggingface",
            "gpt4all",
            "dspy",
            "guidance",
            "instructor",
            "crewai",
            "autogen",
            "smolagents",
            "pydantic_ai",
            "xai_sdk",
            "ai21",
            "fireworks",
            "azure",
            "google",
            "semantic_kernel",
            "portkey",
            "zhipuai",
            "dashscope",
            "cerebras",
            "marvin",
            "aisuite",
            "ompletion",
            "chain",
            "gpt",
            "GPT",
            "llm",
            "LLM",
            "chat",
            "claude",
            "gemini",
            "copilot",
            "assistant",
            "agent",
            "messages.",
            ".responses",
            "generate_",
            "generate(",
            "generated",
            "send_message",
            "invoke",
            "language_model",
            "model_output",
            "model_response",
            "model_answer",
            "model_code",
            "model_generated",
            "chat_model",
            "(result_text",
            "ai_",
            "suggested_",
            "_from_model",
            "(response",
            "=response",
            "= response",
            "(output",
            "=output",
            "= output",
            "(answer",
            "=answer",
            "= answer",
            "(reply",
            "=reply",
            "= reply",
            "(generation",
            "=generation",
            "= generation",
            "(prediction",
            "=prediction",
            "= prediction",
        ],
    ),
    (
        RUN,
        &[
            " eval(",
            "\neval(",
            "=eval(",
            "(eval(",
            "[eval(",
            "{eval(",
            "\teval(",
            " exec(",
            "\nexec(",
            "=exec(",
            "(exec(",
            "[exec(",
            "{exec(",
            "\texec(",
            ":exec(",
            " compile(",
            "\ncompile(",
            "=compile(",
            "(compile(",
            "system(",
            "execfile(",
            "getoutput(",
            "pd.eval(",
            "andas.eval(",
            "df.eval(",
            "rame.eval(",
            ".query(",
            "builtins",
            "six.exec_",
            "popen",
            "Popen",
            "map(eval",
            "map(exec",
            "exec_module",
            "subprocess",
            "run_process",
            "run_cell",
            "run_path",
            "exec_command",
            "runcode",
            "runsource",
            "pexpect",
            "os.exec",
            "os.spawn",
            "startfile",
            "pty.spawn",
            "timeit.timeit",
            "cProfile.run",
            "invoke.run",
            "InteractiveConsole",
            "PythonInterpreter",
            "run_line_magic",
        ],
    ),
    (ARRAY, &["np.load(", "umpy.load("]),
    (TRUE, &[", True)"]),
    // A name that goes on in the next line.
    (ENOUGH, &[".\\\n", ".\\\r\n"]),
    (ESCAPE, &["\n!", "%pip", "%conda", "%sx", "%system"]),
];

static AUTOMATON: LazyLock<(AhoCorasick, Vec<u16>)> = LazyLock::new(|| {
    let words: Vec<(u16, &str)> = WORDS.iter().flat_map(|(sign, words)| words.iter().map(|word| (*sign, *word))).collect();
    let automaton = AhoCorasick::builder()
        .kind(Some(AhoCorasickKind::DFA))
        .build(words.iter().map(|(_, word)| word))
        .expect("the words are few and short");
    (automaton, words.into_iter().map(|(sign, _)| sign).collect())
});

/// A literal that could name something on a hub: `"owner/name"`, or one of the names that stand there without an owner.
static LITERAL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"["'](?:[A-Za-z0-9][\w.\-]*/[\w.\-]+|hf[_-]hub:[^"']+|(?:bert|distil|gpt2|roberta|xlm|xlnet|albert|t5|camembert|openai|transfo|ctrl)[\w.\-]*)["'@:]"#)
        .expect("the expression is right")
});

impl Signs {
    /// Reads the signs of a text.
    pub(super) fn of(text: &str) -> Self {
        let (automaton, signs) = &*AUTOMATON;
        // The first line of a text has nothing before it.
        let mut found = match text.as_bytes() {
            [b'!', ..] => ESCAPE,
            text if [&b"eval("[..], b"exec(", b"compile("].iter().any(|begin| text.starts_with(begin)) => RUN,
            _ => 0,
        };
        for word in automaton.find_overlapping_iter(text) {
            found |= signs[word.pattern().as_usize()];
        }
        if found & (HUB | ENOUGH) == HUB && LITERAL.is_match(text) {
            found |= NAMED;
        }
        Self(found)
    }

    /// Puts the signs of two texts together.
    #[must_use]
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there is something that a guardrail could want to know.
    pub(super) fn interesting(self) -> bool {
        let all = |signs: u16| self.0 & signs == signs;
        all(ENOUGH)
            || all(MODULE | LOAD)
            || all(TORCH | LOAD)
            || all(TRACKER | LOAD_MODEL)
            || all(HUB | NAMED)
            || all(ARRAY | TRUE)
            || all(ESCAPE | ADDRESS)
            || self.flows()
            || (all(RUN | ADDRESS) || all(RUN | NETWORK))
    }

    /// Whether code or commands are run where something of a model or of the network is, so that it matters where values
    /// come from.
    pub(super) fn flows(self) -> bool {
        self.0 & (RUN | ESCAPE) != 0 && self.0 & (MODEL | NETWORK) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_alone_is_not_enough() {
        for text in [
            "import yaml\nconfig = yaml.safe_load(file)\n",
            "import pickle\npickle.dump(a, f)\n",
            "import torch as t\nmodel.load_state_dict(state)\n",
            "mp.set_start_method(\"spawn\")\nmodel(output)\n",
            "model = AutoModel.from_pretrained(args.model)\n",
            "from keras.models import load_model\n",
        ] {
            assert!(!Signs::of(text).interesting(), "{text}");
        }
        for text in [
            "import pickle as p\np.load(f)\n",
            "from yaml import *\nload(f)\n",
            "from torch import load\nload(f)\n",
            "f = getattr(torch, 'load')\n",
            "AutoModel.from_pretrained('org/name')\n",
            "AutoModel.from_pretrained(\"bert-base-uncased\")\n",
            "%pip install http://host.test/a.tar.gz\n",
            "exec(response)\n",
        ] {
            assert!(Signs::of(text).interesting(), "{text}");
        }
    }
}
