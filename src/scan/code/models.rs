//! Which calls answer with what a language model said, and which calls run what they are given.

#![expect(clippy::wildcard_enum_match_arm, reason = "the syntax tree is the parser's enum, and grows with Python")]

use ruff_python_ast::{Expr, FStringPart};

use super::names::{Origin, first_of, last_of};
use super::walk::Walk;

/// Packages whose calls answer with what a model said.
const MODELS: &[&str] = &[
    "openai",
    "anthropic",
    "litellm",
    "ollama",
    "cohere",
    "mistralai",
    "groq",
    "together",
    "replicate",
    "genai",
    "vertexai",
    "google",
    "langchain",
    "langchain_openai",
    "langchain_core",
    "langchain_community",
    "langchain_anthropic",
    "langchain_google_genai",
    "langchain_ollama",
    "langchain_groq",
    "langchain_huggingface",
    "langchain_experimental",
    "langgraph",
    "llama_index",
    "llama_cpp",
    "vllm",
    "dspy",
    "guidance",
    "gpt4all",
    "ctransformers",
    "transformers",
    "huggingface_hub",
    "instructor",
    "crewai",
    "autogen",
    "smolagents",
    "pydantic_ai",
    "xai_sdk",
    "ai21",
    "fireworks",
    "azure",
    "semantic_kernel",
    "portkey_ai",
    "zhipuai",
    "dashscope",
    "cerebras",
    "marvin",
    "aisuite",
    "boto3",
];
/// Methods that answer.
const ANSWERS: &[&str] = &[
    "create",
    "acreate",
    "invoke",
    "ainvoke",
    "generate",
    "agenerate",
    "predict",
    "apredict",
    "complete",
    "acomplete",
    "completion",
    "acompletion",
    "completions",
    "run",
    "arun",
    "run_sync",
    "chat",
    "achat",
    "generate_content",
    "generate_content_async",
    "generate_text",
    "text_generation",
    "chat_completion",
    "__call__",
    "stream",
    "astream",
    "batch",
    "query",
    "send_message",
    "send_message_async",
    "parse",
    "decode",
    "batch_decode",
    "kickoff",
    "invoke_model",
    "converse",
    "call",
    "responses",
    "create_chat_completion",
    "create_completion",
    "predict_messages",
    "call_as_llm",
    "stream_chat",
    "ask",
    "prompt",
    "respond",
    "text_completion",
    "conversational",
    "generate_json",
];
/// Ends of paths that are calls of a model whatever the client is called.
const ENDS: &[&str] = &[
    ".chat.completions.create",
    ".completions.create",
    ".messages.create",
    ".responses.create",
    ".ChatCompletion.create",
    ".Completion.create",
    ".ChatCompletion.acreate",
    ".generate_content",
    ".chat.completions.parse",
    ".chat.complete",
    ".invoke_model",
    ".create_chat_completion",
    ".beta.chat.completions.parse",
    ".messages.stream",
    ".send_message",
];
/// Words in a name that say that it is a model, a chain or an agent.
const SPEAKERS: &[&str] = &[
    "llm",
    "gpt",
    "claude",
    "openai",
    "gemini",
    "chain",
    "agent",
    "chat_model",
    "chatbot",
    "language_model",
    "ollama",
    "copilot",
    "assistant",
    "completion",
];
/// Names of variables that hold what a model said.
const SAID: &[&str] = &[
    "llm_output",
    "llm_response",
    "llm_answer",
    "llm_result",
    "llm_code",
    "llm_reply",
    "model_output",
    "model_response",
    "model_answer",
    "generated_code",
    "generated_text",
    "generated_sql",
    "generated_python",
    "generated_command",
    "generated",
    "ai_response",
    "ai_output",
    "ai_code",
    "gpt_response",
    "gpt_output",
    "gpt_code",
    "gpt_answer",
    "chatgpt_response",
    "completion",
    "completions",
    "completion_text",
    "assistant_message",
    "agent_output",
    "agent_response",
    "claude_response",
    "code_from_llm",
    "code_from_model",
    "model_code",
    "llm_text",
    "model_generated_code",
    "llm_generated_code",
    "suggested_code",
    "suggested_command",
    "llm_command",
    "ai_command",
];
/// Names that hold it as often as something else: enough where they are run as they are.
pub(super) const PERHAPS: &[&str] =
    &["response", "output", "answer", "reply", "generation", "prediction", "response_text", "output_text", "result_text"];
/// Whether a path runs Python code that it is given.
pub(super) fn runs_python(path: &str) -> bool {
    matches!(
        path,
        "eval"
            | "exec"
            | "execfile"
            | "builtins.eval"
            | "builtins.exec"
            | "__builtins__.eval"
            | "__builtins__.exec"
            | "pandas.eval"
            | "code.interact"
            | "runpy.run_path"
            | "timeit.timeit"
            | "cProfile.run"
            | "six.exec_"
            | "future.utils.exec_"
            | "past.builtins.execfile"
    ) || matches!(last_of(path), "run_cell" | "runcode" | "runsource" | "exec_module" | "ex")
        || [
            "PythonREPL().run",
            "PythonREPL().run_code",
            "PythonAstREPLTool().run",
            "PythonAstREPLTool().invoke",
            "PythonREPLTool().run",
            "PythonREPLTool().invoke",
            "PythonInterpreter().execute",
            "InteractiveConsole().push",
        ]
        .iter()
        .any(|end| path.ends_with(end))
}

/// Whether a path runs a command that it is given.
pub(super) fn runs_shell(path: &str) -> bool {
    if matches!(first_of(path), "subprocess" | "commands" | "popen2") {
        return matches!(last_of(path), "run" | "call" | "Popen" | "check_call" | "check_output" | "getoutput" | "getstatusoutput");
    }
    matches!(
        path,
        "os.system"
            | "os.popen"
            | "os.execv"
            | "os.execl"
            | "os.execvp"
            | "os.execlp"
            | "os.execve"
            | "os.spawnl"
            | "os.spawnv"
            | "os.spawnlp"
            | "os.spawnvp"
            | "os.startfile"
            | "pty.spawn"
            | "pexpect.spawn"
            | "pexpect.run"
            | "invoke.run"
            | "asyncio.create_subprocess_shell"
            | "asyncio.create_subprocess_exec"
            | "asyncio.subprocess.create_subprocess_shell"
            | "system"
            | "popen"
            | "trio.run_process"
            | "anyio.run_process"
    ) || matches!(last_of(path), "exec_command" | "create_subprocess_shell" | "subprocess_shell")
        || matches!(path, "get_ipython().system" | "get_ipython().getoutput" | "IPython.get_ipython().system")
        || ["ShellTool().run", "ShellTool().invoke", "BashProcess().run", "TerminalTool().run"].iter().any(|end| path.ends_with(end))
}

/// Whether a name says that it holds what a model said.
pub(super) fn speaks(name: &str) -> bool {
    SAID.contains(&name)
}

/// Whether a path is a call of a model: surely, or by its name.
pub(super) fn answers(walk: &Walk<'_>, call: &ruff_python_ast::ExprCall, path: &str) -> Origin {
    let last = last_of(path);
    let first = first_of(path);
    let base = path.strip_suffix(last).unwrap_or("").trim_end_matches('.');
    let by_package = MODELS.contains(&first) && !path.starts_with(['~', '.']) && {
        // `client = OpenAI()` is no answer; `pipe = pipeline(…)` answers when it is called.
        let made = base.is_empty() || !path.contains('(');
        ANSWERS.contains(&last) || !made && last.ends_with("()") || path.ends_with("()")
    };
    let ends = ENDS.iter().any(|end| path.ends_with(end));
    let posts = matches!(last, "post" | "request" | "urlopen" | "Request") && {
        let url = call.arguments.args.iter().take(2).find_map(|argument| shown_text(walk, argument));
        let url = url.or_else(|| call.arguments.find_keyword("url").and_then(|url| shown_text(walk, &url.value)));
        url.is_some_and(|url| speaks_at(&url))
    };
    if by_package || ends || posts {
        return Origin { model: true, ..Origin::default() };
    }
    let base_name = last_of(base).trim_start_matches('~').to_ascii_lowercase();
    let speaker = |name: &str| SPEAKERS.iter().any(|word| name.contains(word));
    let named = ANSWERS.contains(&last) && !base_name.is_empty() && speaker(&base_name)
        // `llm(prompt)`, `self.chain(…)`
        || speaker(&last.trim_start_matches('~').to_ascii_lowercase()) && asks(last)
        || matches!(last, "generate" | "generate_text") && base_name.contains("model");
    Origin { model_by_name: named, ..Origin::default() }
}

/// Whether the name of a function or object that is called says that a model answers.
fn asks(name: &str) -> bool {
    let name = name.trim_start_matches('~').to_ascii_lowercase();
    let verbs = ["ask", "call", "query", "run", "prompt", "generate", "get", "invoke", "chat", "complete", "request", "send"];
    matches!(
        name.as_str(),
        "llm"
            | "chain"
            | "agent"
            | "gpt"
            | "chatgpt"
            | "claude"
            | "gemini"
            | "llm_chain"
            | "qa_chain"
            | "chat_model"
            | "agent_executor"
            | "openai_call"
    ) || verbs.iter().any(|verb| name.starts_with(&format!("{verb}_")))
        || ["_completion", "_llm", "_gpt", "_claude", "_call", "_complete", "_generate"].iter().any(|end| name.ends_with(end))
}

fn speaks_at(url: &str) -> bool {
    [
        "/chat/completions",
        "/v1/completions",
        "/v1/messages",
        "/v1/responses",
        "/api/generate",
        "/api/chat",
        "api.openai.com",
        "api.anthropic.com",
        "generativelanguage",
        "openrouter.ai",
        ":11434",
        "api-inference",
        "api.mistral",
        "api.groq",
        "api.cohere",
        "openai.azure",
    ]
    .iter()
    .any(|part| url.contains(part))
}

fn shown_text(walk: &Walk<'_>, expression: &Expr) -> Option<String> {
    match expression {
        Expr::FString(text) => {
            let literals = text.value.iter().map(|part| match part {
                FStringPart::Literal(literal) => literal.to_string(),
                FStringPart::FString(string) => string.elements.literals().map(|literal| literal.value.to_string()).collect(),
            });
            Some(literals.collect())
        }
        Expr::BinOp(both) => Some(shown_text(walk, &both.left).unwrap_or_default() + &shown_text(walk, &both.right).unwrap_or_default()),
        _ => walk.names.text(expression),
    }
}
