//! The words that make a file worth parsing, found in one pass.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// What a word is a sign of.
#[derive(Clone, Copy)]
enum Sign {
    /// Worth parsing by itself.
    Enough,
    /// One half of something that is worth it.
    Model,
    /// The other half: something is run.
    Run,
    /// Something goes over the network.
    Network,
    /// PyTorch under another name, or parts of it.
    Torch,
    /// Something may be loaded.
    Load,
}

use Sign::{Enough, Load, Model, Network, Run, Torch};

const WORDS: &[(&str, Sign)] = &[
    ("ickle", Enough),
    ("dill", Enough),
    ("joblib", Enough),
    ("marshal", Enough),
    ("shelve", Enough),
    ("yaml", Enough),
    ("hickle", Enough),
    ("load_learner", Enough),
    ("load_model", Enough),
    ("load_lib", Enough),
    ("torch.load", Enough),
    ("torch import", Torch),
    ("torch as ", Torch),
    (".load", Load),
    ("import load", Load),
    (", load", Load),
    ("\"load\"", Load),
    ("'load'", Load),
    ("torch.hub", Enough),
    ("torch.package", Enough),
    ("torch.serialization", Enough),
    ("cloud_io", Enough),
    ("paddle", Enough),
    ("load_state_dict_from_url", Enough),
    ("weights_only", Enough),
    ("unsafe_deserialization", Enough),
    ("dangerous", Enough),
    ("skops", Enough),
    ("gensim", Enough),
    ("autogluon", Enough),
    ("statsmodels", Enough),
    ("nltk.data", Enough),
    ("remote_code", Enough),
    ("REMOTE_CODE", Enough),
    ("safe_mode", Enough),
    ("np.load(", Enough),
    ("umpy.load(", Enough),
    ("remote-code", Enough),
    ("from_pretrained", Enough),
    ("hf_hub", Enough),
    ("hf-hub", Enough),
    ("snapshot_download", Enough),
    ("load_dataset", Enough),
    ("entenceTransformer", Enough),
    ("CrossEncoder", Enough),
    (" pipeline(", Enough),
    ("=pipeline(", Enough),
    ("pipeline(\"", Enough),
    ("pipeline('", Enough),
    ("pipeline(model", Enough),
    ("sslVerify", Enough),
    ("SSL_", Enough),
    ("vllm", Enough),
    ("verify=", Enough),
    ("verify =", Enough),
    ("verify_ssl", Enough),
    ("verify_cert", Enough),
    ("verify_tls", Enough),
    ("verify_mode", Enough),
    ("verify\"", Enough),
    ("verify'", Enough),
    ("ssl_verify", Enough),
    ("tls_verify", Enough),
    ("import ssl", Enough),
    ("ssl=", Enough),
    ("ssl._", Enough),
    ("ssl_", Enough),
    ("CERT_NONE", Enough),
    ("disable_warnings", Enough),
    ("_hostname", Enough),
    ("CA_BUNDLE", Enough),
    ("HTTPSVERIFY", Enough),
    ("NODE_TLS", Enough),
    ("tlsAllow", Enough),
    ("tlsInsecure", Enough),
    ("--insecure", Enough),
    ("no-check-cert", Enough),
    ("trusted-host", Enough),
    ("REPL", Enough),
    ("dataframe_agent", Enough),
    ("csv_agent", Enough),
    ("python_agent", Enough),
    ("ShellTool", Enough),
    ("BashProcess", Enough),
    ("PALChain", Enough),
    ("LLMMathChain", Enough),
    ("LLMBashChain", Enough),
    ("load_tools", Enough),
    ("code_execution", Enough),
    ("CodeExecutor", Enough),
    ("PandasQueryEngine", Enough),
    ("unsafe_mode", Enough),
    ("auto_run", Enough),
    ("curl ", Enough),
    ("wget ", Enough),
    ("http://", Network),
    ("urlopen", Network),
    ("requests", Network),
    ("httpx", Network),
    ("urlretrieve", Network),
    ("openai", Model),
    ("nthropic", Model),
    ("litellm", Model),
    ("langchain", Model),
    ("transformers", Model),
    ("ollama", Model),
    ("llama", Model),
    ("genai", Model),
    ("generativeai", Model),
    ("bedrock", Model),
    ("mistral", Model),
    ("cohere", Model),
    ("groq", Model),
    ("completion", Model),
    ("gpt", Model),
    ("llm", Model),
    ("LLM", Model),
    ("chat", Model),
    ("model", Model),
    ("messages", Model),
    ("generated", Model),
    ("response", Model),
    ("output", Model),
    ("answer", Model),
    ("agent", Model),
    (" eval(", Run),
    ("\neval(", Run),
    ("=eval(", Run),
    ("(eval(", Run),
    ("[eval(", Run),
    ("{eval(", Run),
    ("\teval(", Run),
    (" exec(", Run),
    ("\nexec(", Run),
    ("=exec(", Run),
    ("(exec(", Run),
    ("[exec(", Run),
    ("{exec(", Run),
    ("\texec(", Run),
    (" compile(", Run),
    ("\ncompile(", Run),
    ("=compile(", Run),
    ("(compile(", Run),
    ("[compile(", Run),
    ("{compile(", Run),
    ("\tcompile(", Run),
    (" system(", Run),
    ("\nsystem(", Run),
    ("=system(", Run),
    ("(system(", Run),
    ("[system(", Run),
    ("{system(", Run),
    ("\tsystem(", Run),
    (".system(", Run),
    (" execfile(", Run),
    ("\nexecfile(", Run),
    ("=execfile(", Run),
    ("(execfile(", Run),
    ("[execfile(", Run),
    ("{execfile(", Run),
    ("\texecfile(", Run),
    (".execfile(", Run),
    ("pd.eval(", Run),
    ("andas.eval(", Run),
    ("df.eval(", Run),
    ("rame.eval(", Run),
    (".query(", Run),
    ("builtins", Run),
    ("six.exec_", Run),
    ("popen(", Run),
    (".map(eval", Run),
    ("REPL", Run),
    ("\n!", Run),
    ("\"!", Run),
    ("exec_module", Run),
    ("subprocess", Run),
    ("run_cell", Run),
    ("exec_command", Run),
    ("runcode", Run),
    ("pexpect", Run),
    ("spawn", Run),
];

static AUTOMATON: LazyLock<AhoCorasick> =
    LazyLock::new(|| AhoCorasick::new(WORDS.iter().map(|(word, _)| word)).expect("the words are few and short"));

static RUNS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = WORDS.iter().filter(|(_, sign)| matches!(sign, Run)).map(|(word, _)| word);
    AhoCorasick::new(words).expect("the words are few and short")
});

/// Whether a Python text has something that a guardrail could want to know.
pub(super) fn interesting(text: &str) -> bool {
    let (mut model, mut run, mut network, mut torch, mut load) = (false, false, false, false, false);
    for found in AUTOMATON.find_overlapping_iter(text) {
        match WORDS[found.pattern().as_usize()].1 {
            Enough => return true,
            Model => model = true,
            Run => run = true,
            Network => network = true,
            Torch => torch = true,
            Load => load = true,
        }
        if run && (model || network) || torch && load {
            return true;
        }
    }
    // The first line of a text has nothing before it.
    ["eval(", "exec(", "!"].iter().any(|begin| text.starts_with(begin))
}

/// Whether a text runs code or commands, so that it matters where its values come from.
pub(super) fn runs(text: &str) -> bool {
    RUNS.is_match(text) || ["eval(", "exec(", "compile(", "!"].iter().any(|begin| text.starts_with(begin))
}
