//! The frameworks, services and platforms that are known: their modules, and the packages that bring them.

/// What something is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Role {
    /// Trains or runs models.
    Framework,
    /// Answers requests of programs.
    Service,
    /// Shows pages to people.
    Surface,
    /// Runs pipelines on a platform.
    Platform,
}

/// Something that code can import.
#[derive(Debug)]
pub(super) struct Known {
    /// Its stable name.
    pub id: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// What it is for.
    pub role: Role,
    /// Its modules, the dotted ones with what is below them.
    pub modules: &'static [&'static str],
    /// The packages that bring it, in their normal form.
    pub packages: &'static [&'static str],
    /// How much it leads where several are used: what trains leads what is trained with it.
    pub rank: u8,
}

const fn framework(
    id: &'static str,
    name: &'static str,
    rank: u8,
    modules: &'static [&'static str],
    packages: &'static [&'static str],
) -> Known {
    Known { id, name, role: Role::Framework, modules, packages, rank }
}

const fn other(
    id: &'static str,
    name: &'static str,
    role: Role,
    modules: &'static [&'static str],
    packages: &'static [&'static str],
) -> Known {
    Known { id, name, role, modules, packages, rank: 0 }
}

/// All of them.
pub(super) static KNOWN: &[Known] = &[
    framework("pytorch", "PyTorch", 9, &["torch"], &["torch", "pytorch"]),
    framework(
        "tensorflow",
        "TensorFlow",
        9,
        &["tensorflow", "tensorflow_core", "tflearn", "tf_keras"],
        &["tensorflow", "tensorflow-gpu", "tensorflow-cpu", "tf-nightly", "tensorflow-macos", "intel-tensorflow"],
    ),
    framework("keras", "Keras", 8, &["keras"], &["keras"]),
    framework("jax", "JAX", 9, &["jax", "flax", "haiku", "optax", "equinox"], &["jax", "jaxlib", "flax", "dm-haiku", "optax", "equinox"]),
    framework("caffe", "Caffe", 9, &["caffe", "caffe2"], &["caffe"]),
    framework("theano", "Theano", 9, &["theano", "lasagne"], &["theano", "lasagne"]),
    framework("chainer", "Chainer", 9, &["chainer"], &["chainer"]),
    framework("mxnet", "MXNet", 9, &["mxnet", "gluonts", "gluonnlp"], &["mxnet"]),
    framework("paddle", "PaddlePaddle", 9, &["paddle", "paddleocr"], &["paddlepaddle", "paddlepaddle-gpu"]),
    framework("scikit-learn", "scikit-learn", 6, &["sklearn"], &["scikit-learn", "sklearn"]),
    framework("xgboost", "XGBoost", 7, &["xgboost"], &["xgboost"]),
    framework("lightgbm", "LightGBM", 7, &["lightgbm"], &["lightgbm"]),
    framework("catboost", "CatBoost", 7, &["catboost"], &["catboost"]),
    framework("spacy", "spaCy", 6, &["spacy"], &["spacy"]),
    framework("fastai", "fastai", 7, &["fastai", "fastbook"], &["fastai"]),
    framework("lightning", "Lightning", 5, &["pytorch_lightning", "lightning"], &["pytorch-lightning", "lightning"]),
    framework("transformers", "Hugging Face Transformers", 5, &["transformers"], &["transformers"]),
    framework("datasets", "Hugging Face Datasets", 3, &["datasets"], &["datasets"]),
    framework("diffusers", "Hugging Face Diffusers", 5, &["diffusers"], &["diffusers"]),
    framework("accelerate", "Hugging Face Accelerate", 3, &["accelerate"], &["accelerate"]),
    framework("peft", "Hugging Face PEFT", 3, &["peft"], &["peft"]),
    framework("trl", "Hugging Face TRL", 3, &["trl"], &["trl"]),
    framework("sentence-transformers", "Sentence Transformers", 4, &["sentence_transformers"], &["sentence-transformers"]),
    framework("timm", "timm", 3, &["timm"], &["timm"]),
    framework(
        "langchain",
        "LangChain",
        8,
        &[
            "langchain",
            "langchain_core",
            "langchain_community",
            "langchain_openai",
            "langchain_text_splitters",
            "langgraph",
            "langchain_classic",
        ],
        &["langchain", "langchain-core", "langchain-community", "langgraph"],
    ),
    framework("llama-index", "LlamaIndex", 8, &["llama_index"], &["llama-index", "llama-index-core"]),
    framework("haystack", "Haystack", 8, &["haystack"], &["farm-haystack", "haystack-ai"]),
    framework("openai", "OpenAI API", 5, &["openai"], &["openai"]),
    framework("anthropic", "Anthropic API", 5, &["anthropic"], &["anthropic"]),
    framework("google-genai", "Google Gemini API", 5, &["google.generativeai", "google.genai"], &["google-generativeai", "google-genai"]),
    framework("ollama", "Ollama", 5, &["ollama"], &["ollama"]),
    framework("litellm", "LiteLLM", 5, &["litellm"], &["litellm"]),
    framework("vllm", "vLLM", 6, &["vllm"], &["vllm"]),
    framework("llama-cpp", "llama.cpp", 6, &["llama_cpp"], &["llama-cpp-python"]),
    framework("chromadb", "Chroma", 3, &["chromadb"], &["chromadb"]),
    framework("megatron", "Megatron", 7, &["megatron"], &["megatron-core"]),
    framework("deepspeed", "DeepSpeed", 5, &["deepspeed"], &["deepspeed"]),
    framework("horovod", "Horovod", 5, &["horovod"], &["horovod"]),
    framework("ray", "Ray", 4, &["ray"], &["ray"]),
    framework("dask", "Dask", 2, &["dask"], &["dask"]),
    framework("pyspark", "PySpark", 4, &["pyspark"], &["pyspark"]),
    framework("mlflow", "MLflow", 2, &["mlflow"], &["mlflow"]),
    framework("onnxruntime", "ONNX Runtime", 4, &["onnxruntime"], &["onnxruntime", "onnxruntime-gpu"]),
    framework("stable-baselines3", "Stable-Baselines3", 5, &["stable_baselines3"], &["stable-baselines3"]),
    other("flask", "Flask", Role::Service, &["flask"], &["flask"]),
    other("fastapi", "FastAPI", Role::Service, &["fastapi"], &["fastapi"]),
    other("django", "Django", Role::Service, &["django"], &["django"]),
    other("starlette", "Starlette", Role::Service, &["starlette"], &["starlette"]),
    other("tornado", "Tornado", Role::Service, &["tornado"], &["tornado"]),
    other("aiohttp", "aiohttp server", Role::Service, &["aiohttp.web"], &[]),
    other("bottle", "Bottle", Role::Service, &["bottle"], &["bottle"]),
    other("sanic", "Sanic", Role::Service, &["sanic"], &["sanic"]),
    other("http.server", "http.server", Role::Service, &["http.server", "BaseHTTPServer"], &[]),
    other("grpc", "gRPC", Role::Service, &["grpc"], &["grpcio"]),
    other("ray-serve", "Ray Serve", Role::Service, &["ray.serve"], &[]),
    other("bentoml", "BentoML", Role::Service, &["bentoml"], &["bentoml"]),
    other("litserve", "LitServe", Role::Service, &["litserve"], &["litserve"]),
    other("streamlit", "Streamlit", Role::Surface, &["streamlit"], &["streamlit"]),
    other("gradio", "Gradio", Role::Surface, &["gradio"], &["gradio"]),
    other("chainlit", "Chainlit", Role::Surface, &["chainlit"], &["chainlit"]),
    other("dash", "Dash", Role::Surface, &["dash"], &["dash"]),
    other("panel", "Panel", Role::Surface, &["panel"], &["panel"]),
    other("azure-ml", "Azure ML", Role::Platform, &["azureml", "azure.ai.ml"], &["azureml-sdk", "azureml-core", "azure-ai-ml"]),
    other("sagemaker", "SageMaker", Role::Platform, &["sagemaker"], &["sagemaker"]),
    other("vertex-ai", "Vertex AI", Role::Platform, &["google.cloud.aiplatform"], &["google-cloud-aiplatform"]),
    other("kubeflow", "Kubeflow", Role::Platform, &["kfp"], &["kfp"]),
    other("airflow", "Airflow", Role::Platform, &["airflow"], &["apache-airflow"]),
    other("prefect", "Prefect", Role::Platform, &["prefect"], &["prefect"]),
    other("dagster", "Dagster", Role::Platform, &["dagster"], &["dagster"]),
    other("kedro", "Kedro", Role::Platform, &["kedro"], &["kedro"]),
    other("metaflow", "Metaflow", Role::Platform, &["metaflow"], &["metaflow"]),
    other("zenml", "ZenML", Role::Platform, &["zenml"], &["zenml"]),
];

/// Returns what a dotted module belongs to; a dotted entry is more particular than its first part.
pub(super) fn by_module(module: &str) -> Vec<&'static Known> {
    let is = |known: &&Known| {
        known.modules.iter().any(|own| module == *own || module.strip_prefix(own).is_some_and(|rest| rest.starts_with('.')))
    };
    KNOWN.iter().filter(is).collect()
}

/// Returns what a package brings.
pub(super) fn by_package(normal: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.packages.contains(&normal))
}
